use std::path::Path;

use larder_store::{Larder, Limits, WorkspaceId};
use pollster::block_on;

use super::expect_workspace;
use crate::cli::{Doomed, Rm, Store};
use crate::confirm::confirm_deleting;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};

/// Deletes a key, a store or a workspace.
pub fn rm(dir: &Path, options: Rm) -> Result<Exit, Failure> {
    let sure = options.yes;
    let doomed = options.doomed()?;
    if !sure && let Some(what) = doomed.worth_asking() {
        confirm_deleting(&what)?;
    }
    block_on(in_larder(dir, Purpose::Remove, async |larder| match &doomed {
        Doomed::Key(store, key) => delete_key(larder, store, key).await,
        Doomed::Store(store) => delete_store(larder, store).await,
        Doomed::Workspace(workspace) => delete_workspace(larder, workspace).await,
    }))?;
    Ok(Exit::Done)
}

impl Doomed {
    fn worth_asking(&self) -> Option<String> {
        match self {
            Self::Key(..) => None,
            Self::Store(Store { workspace, plugin }) => {
                Some(format!("everything that the plugin '{plugin}' holds in the workspace '{workspace}'"))
            }
            Self::Workspace(workspace) => Some(format!("the workspace '{workspace}' and everything in it")),
        }
    }
}

async fn delete_key(larder: &Larder, Store { workspace, plugin }: &Store, key: &str) -> Result<(), Failure> {
    expect_workspace(larder, workspace).await?;
    let session = larder.session(workspace, plugin, Limits::default());
    if !session.exists(key).await? {
        let reason = format!("plugin '{plugin}' has no key {key:?} in the workspace '{workspace}'");
        return Err(Exit::No.because(reason));
    }
    Ok(session.delete(key).await?)
}

async fn delete_store(larder: &Larder, Store { workspace, plugin }: &Store) -> Result<(), Failure> {
    expect_workspace(larder, workspace).await?;
    match larder.delete_plugin(workspace, plugin).await? {
        true => Ok(()),
        false => Err(Exit::No.because(format!("plugin '{plugin}' holds nothing in the workspace '{workspace}'"))),
    }
}

/// Does not open it first, as one that is damaged can be deleted all the same.
async fn delete_workspace(larder: &Larder, workspace: &WorkspaceId) -> Result<(), Failure> {
    match larder.delete_workspace(workspace).await? {
        true => Ok(()),
        false => Err(Exit::No.because(format!("there is no workspace '{workspace}'"))),
    }
}
