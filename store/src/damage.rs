use std::fmt;

use crate::store_id::StoreId;
use crate::usage::Held;

/// Something in a workspace that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// In which store; none where it is the workspace's as a whole.
    pub store: Option<StoreId>,
    /// At which key; none where it is the store's as a whole.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl Damage {
    pub(crate) fn of_workspace(what: impl Into<String>) -> Self {
        Self { store: None, key: None, what: what.into() }
    }

    pub(crate) fn of_store(store: &StoreId, what: impl Into<String>) -> Self {
        Self { store: Some(store.clone()), key: None, what: what.into() }
    }

    pub(crate) fn of_key(store: &StoreId, key: &str, what: impl Into<String>) -> Self {
        Self { store: Some(store.clone()), key: Some(key.to_owned()), what: what.into() }
    }
}

/// In one line; a key is escaped as Rust does it.
impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.store {
            Some(StoreId::Private(plugin)) => write!(f, "plugin {:?}", plugin.as_str())?,
            Some(StoreId::Shared) => f.write_str("the shared store")?,
            None => return f.write_str(&self.what),
        }
        if let Some(key) = &self.key {
            write!(f, ", key {key:?}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What salvaging a workspace came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salvage {
    /// What was carried over, and is in the workspace now.
    pub kept: Held,
    /// What was found damaged. What it names was not carried over, save what was only not noted elsewhere.
    pub damage: Vec<Damage>,
    /// The directory in `workspaces/` that has the database as it was, and the files that were not carried over.
    pub aside: String,
}
