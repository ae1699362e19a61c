use super::quota::Quota;
use super::{Body, LargeName};
use crate::atomic::Expectation;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::plugin_id::PluginId;
use crate::reads::Touch;
use crate::store_id::StoreId;
use crate::version::Version;

/// Changes that happen together or not at all.
#[derive(Clone)]
pub struct Batch {
    /// On whose behalf.
    pub plugin: PluginId,
    /// What must be so before.
    pub checks: Vec<Check>,
    /// What is done, in order.
    pub changes: Vec<Change>,
    /// What must hold afterwards.
    pub quota: Quota,
}

/// A key in a store of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The store.
    pub store: StoreId,
    /// The key.
    pub key: Key<'static>,
}

impl Place {
    pub(crate) fn new(store: &StoreId, key: &Key<'_>) -> Self {
        Self { store: store.clone(), key: key.clone().into_owned() }
    }
}

/// A condition of a batch.
#[derive(Clone, Debug)]
pub struct Check {
    /// Of which key.
    pub at: Place,
    /// What must be true of it.
    pub expect: Expectation,
}

/// A change to a store.
#[derive(Clone)]
pub enum Change {
    /// Puts a value at a key.
    Put {
        /// Where.
        at: Place,
        /// The value.
        put: Put,
    },
    /// Removes a key, if it is there.
    Delete {
        /// Where.
        at: Place,
    },
    /// Adds to the counter at a key.
    Add {
        /// Where.
        at: Place,
        /// How much.
        by: i64,
        /// The version that the sum was promised, if any; otherwise it has the batch's.
        version: Option<Version>,
    },
    /// Removes every key that starts with a prefix; all keys for the empty one.
    DeletePrefix {
        /// In which store.
        store: StoreId,
        /// What they start with.
        prefix: Key<'static>,
        /// Keys at most, unless the prefix is empty.
        most: u64,
    },
}

/// A value to be put.
#[derive(Clone)]
pub struct Put {
    /// The value.
    pub body: Body,
    /// When it is gone.
    pub expiry: Expiry,
    /// The version that it was promised, if any; otherwise it has the batch's.
    pub version: Option<Version>,
}

/// What became of a batch that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOutcome {
    /// It was made.
    Committed(Committed),
    /// The check of this number, counted from 0, did not hold.
    Conflict(u32),
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The version of the values that it put.
    pub version: Version,
    /// Keys that were removed by prefix.
    pub removed: u64,
    /// What its last addition came to.
    pub sum: Option<i64>,
}

impl Change {
    /// The key that it changes, if it is one.
    pub(crate) fn place(&self) -> Option<&Place> {
        match self {
            Self::Put { at, .. } | Self::Delete { at } | Self::Add { at, .. } => Some(at),
            Self::DeletePrefix { .. } => None,
        }
    }

    /// What it changes.
    pub(crate) fn touch(&self) -> Touch {
        match self {
            Self::Put { at, .. } | Self::Delete { at } | Self::Add { at, .. } => Touch::Key(at.clone()),
            Self::DeletePrefix { store, prefix, .. } => Touch::Prefix(store.clone(), prefix.clone()),
        }
    }
}

impl Put {
    /// A counter that stands at `number`.
    pub(crate) fn counting(number: i64, expiry: Expiry, version: Option<Version>) -> Self {
        Self { body: Body::Small(number.to_le_bytes().to_vec()), expiry, version }
    }

    /// The number that the value is, if it is a counter.
    pub(crate) fn counter(&self) -> Option<i64> {
        self.body.counter()
    }
}

impl Batch {
    /// Bytes of keys and values that the batch carries in memory.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = self.changes.iter().map(|change| match change {
            Change::Put { at, put: Put { body: Body::Small(value), .. } } => at.key.as_bytes().len() + value.len(),
            Change::Put { at, .. } | Change::Delete { at } | Change::Add { at, .. } => at.key.as_bytes().len(),
            Change::DeletePrefix { prefix, .. } => prefix.as_bytes().len(),
        });
        bytes.sum::<usize>() as u64
    }

    /// Whether the batch can leave anything behind where there was nothing.
    pub(crate) fn adds(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::Put { .. } | Change::Add { .. }))
    }

    /// The stores that it changes.
    pub(crate) fn stores(&self) -> impl Iterator<Item = &StoreId> {
        self.changes.iter().map(|change| match change {
            Change::Put { at, .. } | Change::Delete { at } | Change::Add { at, .. } => &at.store,
            Change::DeletePrefix { store, .. } => store,
        })
    }

    /// The large values that it puts.
    pub(crate) fn large_names(&self) -> impl Iterator<Item = LargeName> {
        self.changes.iter().filter_map(|change| match change {
            Change::Put { put: Put { body: Body::Large(large), .. }, .. } => Some(large.name()),
            _ => None,
        })
    }
}
