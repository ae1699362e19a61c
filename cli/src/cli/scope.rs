//! Which store, or how much of a larder, an option names.

use clap::Args;
use larder_store::{PluginId, StoreId, WorkspaceId};

use crate::store::Store;

/// The workspace that is meant where none is named.
pub const DEFAULT_WORKSPACE: &str = "default";

/// The store of a plugin, or the one that a workspace shares.
#[derive(Args, Debug)]
pub struct OneStore {
    /// The workspace
    #[arg(short, long, default_value = DEFAULT_WORKSPACE)]
    workspace: WorkspaceId,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Whose {
    /// The plugin
    #[arg(short, long)]
    plugin: Option<PluginId>,
    /// In place of a plugin, the store that the workspace shares
    #[arg(long)]
    shared: bool,
}

/// What of a larder is meant.
#[derive(Args, Debug)]
pub struct Scope {
    /// The workspace
    #[arg(short, long)]
    pub workspace: Option<WorkspaceId>,
    /// The plugin; without --workspace, in the workspace `default`
    #[arg(short, long)]
    plugin: Option<PluginId>,
    /// In place of a plugin, the store that the workspace shares
    #[arg(long, conflicts_with = "plugin")]
    shared: bool,
}

/// How much of a larder is looked at.
#[derive(Debug)]
pub enum View {
    Larder,
    Workspace(WorkspaceId),
    Store(Store),
}

impl OneStore {
    /// The store that is meant.
    pub fn store(&self) -> Store {
        let Self { workspace, whose } = self;
        let id = whose.plugin.clone().map_or(StoreId::Shared, StoreId::Private);
        Store { workspace: workspace.clone(), id }
    }
}

impl Scope {
    /// How much that is.
    pub fn view(&self) -> View {
        let id = match self.shared {
            true => Some(StoreId::Shared),
            false => self.plugin.clone().map(StoreId::Private),
        };
        match (self.workspace.clone(), id) {
            (None, None) => View::Larder,
            (Some(workspace), None) => View::Workspace(workspace),
            (workspace, Some(id)) => View::Store(Store { workspace: workspace.unwrap_or_else(default_workspace), id }),
        }
    }
}

fn default_workspace() -> WorkspaceId {
    DEFAULT_WORKSPACE.parse().expect("it is a workspace name")
}
