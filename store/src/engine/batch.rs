use std::collections::BTreeMap;

use crate::error::{Error, Excess, Unit};
use crate::key::Key;
use crate::plugin_id::PluginId;
use crate::usage::Held;

/// What every key costs beyond its bytes and its value's, in bytes.
const KEY_COST: u64 = 64;

/// Changes to one store that happen together or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whose store.
    pub plugin: PluginId,
    /// What is done, in order.
    pub changes: Vec<Change>,
    /// What must hold afterwards.
    pub quota: Quota,
}

/// A change to a store.
#[derive(Clone, Debug)]
pub enum Change {
    /// Puts a value at a key.
    Set {
        /// The key.
        key: Key<'static>,
        /// The value.
        value: Vec<u8>,
    },
    /// Removes a key, if it is there.
    Delete {
        /// The key.
        key: Key<'static>,
    },
    /// Removes every key.
    Clear,
}

/// What a store and its workspace may hold.
///
/// Counted are the bytes of each key and its value, and 64 bytes a key. What is over its quota already, as the host
/// lowered it, may shrink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes in the store.
    pub store_bytes: u64,
    /// Keys in the store.
    pub store_keys: u64,
    /// Bytes in all stores of the workspace.
    pub workspace_bytes: u64,
}

impl Batch {
    /// Bytes of keys and values that the batch carries.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = self.changes.iter().map(|change| match change {
            Change::Set { key, value } => key.as_bytes().len() + value.len(),
            Change::Delete { key } => key.as_bytes().len(),
            Change::Clear => 0,
        });
        bytes.sum::<usize>() as u64
    }

    /// Whether the batch can leave anything behind where there was nothing.
    pub(crate) fn adds(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::Set { .. }))
    }

    /// What would become of the batch in a workspace that holds nothing.
    pub(crate) fn check_in_empty_workspace(&self) -> Result<(), Error> {
        self.effect(Held::default(), Held::default(), |_| Ok(None)).map(drop)
    }

    /// What the store will hold after this batch; none where the batch changes nothing.
    ///
    /// `size_of` says how large the value at a key is now.
    pub(super) fn effect(
        &self,
        store: Held,
        workspace: Held,
        mut size_of: impl FnMut(&Key) -> Result<Option<u64>, Error>,
    ) -> Result<Option<Held>, Error> {
        let mut after = store;
        let mut changed = false;
        let mut cleared = false;
        let mut sizes: BTreeMap<&Key, Option<u64>> = BTreeMap::new();
        for change in &self.changes {
            let (key, new_size) = match change {
                Change::Set { key, value } => (key, Some(value.len() as u64)),
                Change::Delete { key } => (key, None),
                Change::Clear => {
                    changed |= after != Held::default();
                    after = Held::default();
                    cleared = true;
                    sizes.clear();
                    continue;
                }
            };
            let old_size = match sizes.get(key) {
                Some(size) => *size,
                None if cleared => None,
                None => size_of(key)?,
            };
            changed |= new_size.is_some() || old_size.is_some();
            after = after.without(key, old_size).with(key, new_size);
            sizes.insert(key, new_size);
        }
        self.quota.check(store, after, workspace)?;
        Ok(changed.then_some(after))
    }
}

impl Quota {
    fn check(&self, before: Held, after: Held, workspace: Held) -> Result<(), Error> {
        let free_in_workspace = self.workspace_bytes.saturating_sub(workspace.bytes);
        let limit = self.store_bytes.min(before.bytes.saturating_add(free_in_workspace));
        if after.bytes > before.bytes && after.bytes > limit {
            return Err(Error::QuotaExceeded(Excess { unit: Unit::Bytes, limit, actual: after.bytes }));
        }
        let limit = self.store_keys;
        if after.keys > before.keys && after.keys > limit {
            return Err(Error::QuotaExceeded(Excess { unit: Unit::Items, limit, actual: after.keys }));
        }
        Ok(())
    }
}

impl Held {
    fn with(self, key: &Key, size: Option<u64>) -> Self {
        match size {
            Some(size) => Self { bytes: self.bytes.saturating_add(cost(key, size)), keys: self.keys + 1 },
            None => self,
        }
    }

    fn without(self, key: &Key, size: Option<u64>) -> Self {
        match size {
            Some(size) => Self { bytes: self.bytes.saturating_sub(cost(key, size)), keys: self.keys.saturating_sub(1) },
            None => self,
        }
    }

    /// This, after one of its parts went from `before` to `after`.
    pub(super) fn moved(self, before: Self, after: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(before.bytes).saturating_add(after.bytes),
            keys: self.keys.saturating_sub(before.keys).saturating_add(after.keys),
        }
    }
}

fn cost(key: &Key, size: u64) -> u64 {
    key.as_bytes().len() as u64 + size + KEY_COST
}
