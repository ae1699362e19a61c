use std::path::Path;

use pollster::block_on;

use super::expect_workspace;
use crate::cli::Get;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;

/// Writes a value to standard output.
pub fn get(dir: &Path, Get { store, key }: &Get) -> Result<Exit, Failure> {
    let store = store.store();
    block_on(in_larder(dir, Purpose::Read, async |larder| {
        expect_workspace(larder, &store.workspace).await?;
        let session = store.session(larder);
        let Some(value) = session.open(store.at(key)).await? else {
            return Err(Exit::No.because(store.lacks(key)));
        };
        let mut written = 0;
        while written < value.size() {
            let chunk = value.read(written, session.limits().chunk_bytes).await?;
            print(|out| out.write_all(&chunk))?;
            written += chunk.len() as u64;
        }
        Ok(())
    }))?;
    Ok(Exit::Done)
}
