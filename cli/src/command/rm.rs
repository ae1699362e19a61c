use std::path::Path;

use larder_store::{Larder, StoreId, WorkspaceId};
use pollster::block_on;

use super::{expect_workspace, no_workspace};
use crate::cli::{Doomed, Rm};
use crate::confirm::confirm_deleting;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::store::Store;

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
            Self::Store(store) => Some(format!("everything that {store} holds in the workspace '{}'", store.workspace)),
            Self::Workspace(workspace) => Some(format!("the workspace '{workspace}' and everything in it")),
        }
    }
}

async fn delete_key(larder: &Larder, store: &Store, key: &str) -> Result<(), Failure> {
    expect_workspace(larder, &store.workspace).await?;
    let session = store.session(larder);
    let keys = session.store(store.which());
    if !keys.exists(key).await? {
        return Err(Exit::No.because(store.lacks(key)));
    }
    Ok(keys.delete(key).await?)
}

async fn delete_store(larder: &Larder, store: &Store) -> Result<(), Failure> {
    let workspace = &store.workspace;
    expect_workspace(larder, workspace).await?;
    let held_any = match &store.id {
        StoreId::Private(plugin) => larder.delete_plugin(workspace, plugin).await?,
        StoreId::Shared => store.session(larder).shared().delete_prefix("").await? > 0,
    };
    match held_any {
        true => Ok(()),
        false => Err(Exit::No.because(format!("{store} holds nothing in the workspace '{workspace}'"))),
    }
}

/// Does not open it first, as one that is damaged can be deleted all the same.
async fn delete_workspace(larder: &Larder, workspace: &WorkspaceId) -> Result<(), Failure> {
    match larder.delete_workspace(workspace).await? {
        true => Ok(()),
        false => Err(no_workspace(workspace)),
    }
}
