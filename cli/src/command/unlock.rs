use std::path::Path;

use larder_store::Larder;
use pollster::block_on;

use super::no_workspace;
use crate::cli::Unlock;
use crate::confirm::confirm;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;

/// Lets go of a workspace that a killed component has kept.
pub fn unlock(dir: &Path, options: &Unlock) -> Result<Exit, Failure> {
    block_on(in_larder(dir, Purpose::Remove, async |larder| unlock_in(larder, options).await))
}

async fn unlock_in(larder: &Larder, Unlock { workspace, yes }: &Unlock) -> Result<Exit, Failure> {
    if !larder.workspaces().await?.contains(workspace) {
        return Err(no_workspace(workspace));
    }
    if !yes {
        let question =
            format!("Has the component that writes to the workspace '{workspace}' ended? Else both would write.");
        confirm(&format!("unlocking the workspace '{workspace}'"), &question, "it stays as it is")?;
    }
    match larder.unlock_workspace(workspace).await? {
        Some(holder) => print(|out| writeln!(out, "it was held by {holder}"))?,
        None => print(|out| writeln!(out, "nobody held it"))?,
    }
    Ok(Exit::Done)
}
