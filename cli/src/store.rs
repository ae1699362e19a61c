use std::fmt;

use larder_store::{Address, Grant, Larder, Limits, PluginId, Session, StoreId, WorkspaceId};

/// A store in a workspace, as an operator works with it.
#[derive(Clone, Debug)]
pub struct Store {
    pub workspace: WorkspaceId,
    pub id: StoreId,
}

impl Store {
    /// A session that may do anything in it.
    pub fn session(&self, larder: &Larder) -> Session {
        match &self.id {
            StoreId::Private(plugin) => larder.session(&self.workspace, plugin, Limits::default()),
            StoreId::Shared => {
                larder.session(&self.workspace, &operator(), Limits::default()).with_grant(Grant::write())
            }
        }
    }

    /// Which of the two stores of that session it is.
    pub fn which(&self) -> larder_store::Store {
        match self.id {
            StoreId::Private(_) => larder_store::Store::Private,
            StoreId::Shared => larder_store::Store::Shared,
        }
    }

    /// A key in it, for that session.
    pub fn at<'a>(&self, key: &'a str) -> Address<'a> {
        Address { store: self.which(), key }
    }

    /// That it has no such key.
    pub fn lacks(&self, key: &str) -> String {
        format!("{self} has no key {key:?} in the workspace '{}'", self.workspace)
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            StoreId::Private(plugin) => write!(f, "plugin '{plugin}'"),
            StoreId::Shared => f.write_str("the shared store"),
        }
    }
}

/// Who works in the shared store; nothing is stored by this name.
fn operator() -> PluginId {
    "operator".parse().expect("it is a plugin name")
}
