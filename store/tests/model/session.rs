use larder_store::{Commit, Grant, Limits, PluginId, Store, StoreId};

use super::call::At;
use super::stream::{OpenReader, OpenWriter};
use super::values::Place;
use super::whole_call::WholeCall;

/// How a session is begun.
#[derive(Clone, Debug)]
pub struct Terms {
    pub plugin: &'static str,
    pub granted: Granted,
    pub commit: Commit,
    pub limits: Limits,
}

/// What it may do with the shared store, for keys of a prefix.
#[derive(Clone, Copy, Debug)]
pub enum Granted {
    Nothing,
    Reading(&'static str),
    Writing(&'static str),
}

/// A session as the model knows it.
#[derive(Debug)]
pub struct Session {
    pub terms: Terms,
    /// What it holds back, if it commits at its end.
    pub whole_call: Option<WholeCall>,
    pub readers: Vec<OpenReader>,
    pub writers: Vec<OpenWriter>,
}

impl Terms {
    pub fn plugin_id(&self) -> PluginId {
        self.plugin.parse().unwrap()
    }

    pub fn store(&self, store: Store) -> StoreId {
        match store {
            Store::Private => StoreId::Private(self.plugin_id()),
            Store::Shared => StoreId::Shared,
        }
    }

    pub fn place(&self, at: At) -> Place {
        (self.store(at.store), at.key.to_owned())
    }
}

impl Granted {
    pub fn grant(self) -> Grant {
        match self {
            Self::Nothing => Grant::none(),
            Self::Reading(prefix) => Grant::read().within(prefix),
            Self::Writing(prefix) => Grant::write().within(prefix),
        }
    }

    pub fn reads(self, key: &str) -> bool {
        matches!(self, Self::Reading(prefix) | Self::Writing(prefix) if key.starts_with(prefix))
    }

    pub fn writes(self, key: &str) -> bool {
        matches!(self, Self::Writing(prefix) if key.starts_with(prefix))
    }
}

impl Session {
    pub fn new(terms: Terms) -> Self {
        let whole_call = (terms.commit == Commit::WholeCall).then(WholeCall::default);
        Self { terms, whole_call, readers: Vec::new(), writers: Vec::new() }
    }

    pub fn open_handles(&self) -> u64 {
        (self.readers.len() + self.writers.len()) as u64
    }
}
