use crate::error::{Error, Excess, Unit};
use crate::key::Key;
use crate::store_id::StoreId;
use crate::usage::Held;

/// What every key costs beyond its bytes and its value's, in bytes.
const KEY_COST: u64 = 64;

/// What the stores of a batch and their workspace may hold.
///
/// Counted are the bytes of each key and its value, and 64 bytes a key. What is over its quota already, as the host
/// lowered it, may shrink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes in a plugin's own store.
    pub store_bytes: u64,
    /// Keys in a store.
    pub store_keys: u64,
    /// Bytes in all stores of the workspace; the shared one may have them all.
    pub workspace_bytes: u64,
    /// What is kept free for values that others are still writing.
    pub reserved: Reserved,
}

/// Bytes that are kept free: in each store, and with that in the workspace.
pub type Reserved = std::collections::BTreeMap<StoreId, u64>;

impl Quota {
    /// No end to what may be held.
    pub fn unlimited() -> Self {
        Self { store_bytes: u64::MAX, store_keys: u64::MAX, workspace_bytes: u64::MAX, reserved: Reserved::new() }
    }

    /// Whether a store may go from `before` to `after`, in a workspace that holds so much before.
    pub(crate) fn check(&self, store: &StoreId, before: Held, after: Held, workspace: Held) -> Result<(), Error> {
        let free_in_workspace = self.workspace_bytes().saturating_sub(workspace.bytes);
        let limit = self.store_bytes(store).min(before.bytes.saturating_add(free_in_workspace));
        if after.bytes > before.bytes && after.bytes > limit {
            return Err(Error::QuotaExceeded(Excess { unit: Unit::Bytes, limit, actual: after.bytes }));
        }
        let limit = self.store_keys;
        if after.keys > before.keys && after.keys > limit {
            return Err(Error::QuotaExceeded(Excess { unit: Unit::Items, limit, actual: after.keys }));
        }
        Ok(())
    }

    /// Whether there is room for all that a store and its workspace hold, whatever they held before.
    pub(crate) fn has_room(&self, store: &StoreId, held: Held, workspace: Held) -> bool {
        held.bytes <= self.store_bytes(store)
            && held.keys <= self.store_keys
            && workspace.bytes <= self.workspace_bytes()
    }

    /// What a store may hold beside what is kept free in it.
    fn store_bytes(&self, store: &StoreId) -> u64 {
        let bytes = match store {
            StoreId::Private(_) => self.store_bytes,
            StoreId::Shared => self.workspace_bytes,
        };
        bytes.saturating_sub(self.reserved.get(store).copied().unwrap_or(0))
    }

    /// What all stores may hold beside what is kept free in them.
    fn workspace_bytes(&self) -> u64 {
        self.reserved.values().fold(self.workspace_bytes, |free, bytes| free.saturating_sub(*bytes))
    }
}

impl Held {
    /// What a key with a value of this size counts.
    pub(crate) fn of(key: &Key, value_bytes: u64) -> Self {
        Self { bytes: (key.as_bytes().len() as u64).saturating_add(value_bytes).saturating_add(KEY_COST), keys: 1 }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_add(other.bytes), keys: self.keys.saturating_add(other.keys) }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(other.bytes), keys: self.keys.saturating_sub(other.keys) }
    }

    /// This, after one of its parts went from `before` to `after`.
    pub(crate) fn moved(self, before: Self, after: Self) -> Self {
        self.plus(after).minus(before)
    }
}
