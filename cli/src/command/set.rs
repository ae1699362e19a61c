use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use larder_store::{Address, Limits, Session};
use pollster::block_on;

use crate::cli::Set;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};

/// Stores a value.
pub fn set(dir: &Path, Set { store, key, value, expires_in }: Set) -> Result<Exit, Failure> {
    let store = store.store();
    // What is small is read before the workspace is held, as the input may take its time.
    let value = Value::read(value, Limits::default().chunk_bytes.into())?;
    block_on(in_larder(dir, Purpose::Store, async |larder| {
        value.store(&store.session(larder), store.at(&key), expires_in).await
    }))?;
    Ok(Exit::Done)
}

/// What is stored.
enum Value {
    Whole(Vec<u8>),
    /// The beginning; the rest is still to be read from standard input.
    Begun(Vec<u8>),
}

impl Value {
    fn read(value: OsString, most_bytes: u64) -> Result<Self, Failure> {
        if value != "-" {
            return Ok(Self::Whole(value.into_encoded_bytes()));
        }
        let bytes = read_chunk(most_bytes)?;
        Ok(if (bytes.len() as u64) < most_bytes { Self::Whole(bytes) } else { Self::Begun(bytes) })
    }

    async fn store(self, session: &Session, at: Address<'_>, expires_in: Option<Duration>) -> Result<(), Failure> {
        let store = session.store(at.store);
        match (self, expires_in) {
            (Self::Whole(bytes), None) => Ok(store.set(at.key, bytes).await?),
            (Self::Whole(bytes), Some(expires_in)) => Ok(store.set_expiring(at.key, bytes, expires_in).await?),
            (Self::Begun(mut chunk), expires_in) => {
                let mut writer = session.create(at, None, expires_in).await?;
                while !chunk.is_empty() {
                    writer.write(chunk).await?;
                    chunk = read_chunk(session.limits().chunk_bytes.into())?;
                }
                writer.finish().await?;
                Ok(())
            }
        }
    }
}

/// Up to so many bytes of standard input; fewer, also none, at its end alone.
fn read_chunk(most_bytes: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(most_bytes)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(Exit::Larder, error).context("cannot read the value from standard input"))?;
    Ok(bytes)
}
