use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;

use larder_store::Limits;
use pollster::block_on;

use crate::cli::Set;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};

/// Stores a value.
pub fn set(dir: &Path, Set { store, key, value }: Set) -> Result<Exit, Failure> {
    let limits = Limits::default();
    let value = read(value, &limits)?;
    block_on(in_larder(dir, Purpose::Store, async |larder| {
        Ok(larder.session(&store.workspace, &store.plugin, limits).set(&key, value).await?)
    }))?;
    Ok(Exit::Done)
}

fn read(value: OsString, limits: &Limits) -> Result<Vec<u8>, Failure> {
    if value != "-" {
        return Ok(value.into_encoded_bytes());
    }
    let mut bytes = Vec::new();
    // One byte too many is enough to be refused.
    let most = limits.value_bytes.saturating_add(1);
    io::stdin()
        .lock()
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(Exit::Larder, error).context("cannot read the value from standard input"))?;
    Ok(bytes)
}
