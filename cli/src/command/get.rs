use std::path::Path;

use larder_store::Limits;
use pollster::block_on;

use super::expect_workspace;
use crate::cli::{Get, Store};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;

/// Writes a value to standard output.
pub fn get(dir: &Path, Get { store, key }: &Get) -> Result<Exit, Failure> {
    let Store { workspace, plugin } = store;
    let value = block_on(in_larder(dir, Purpose::Read, async |larder| {
        expect_workspace(larder, workspace).await?;
        Ok(larder.session(workspace, plugin, Limits::default()).get(key).await?)
    }))?;
    let value = value.ok_or_else(|| {
        Exit::No.because(format!("plugin '{plugin}' has no key {key:?} in the workspace '{workspace}'"))
    })?;
    print(|out| out.write_all(&value))?;
    Ok(Exit::Done)
}
