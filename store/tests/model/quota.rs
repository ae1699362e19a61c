use larder_store::{Error, Excess, Held, Limits, StoreId, Unit};

use super::values::Values;

/// What stores may hold, as one session has it.
pub struct Quota<'a> {
    pub limits: &'a Limits,
    /// Bytes of values that are being written, in a store and altogether.
    pub reserved: &'a dyn Fn(Option<&StoreId>) -> u64,
    /// Bytes of large values that are gone and still being read.
    pub lingering: u64,
}

impl Quota<'_> {
    /// Why the values may not come from `before` to `after` in these stores; what is over its quota already may shrink.
    pub fn refusals(&self, stores: &[StoreId], before: &Values, after: &Values) -> Vec<Error> {
        let mut moves: Vec<_> = stores.iter().map(|store| (store, before.held(store), after.held(store))).collect();
        // What shrinks makes room for what grows.
        moves.sort_by_key(|(_, held, held_after)| held_after.bytes > held.bytes);
        let mut in_workspace = before.bytes() + self.lingering;
        let mut refusals = Vec::new();
        for (store, held, held_after) in moves {
            refusals.extend(self.of_store(store, held, held_after, in_workspace));
            in_workspace = in_workspace + held_after.bytes - held.bytes;
        }
        refusals
    }

    fn of_store(&self, store: &StoreId, held: Held, held_after: Held, in_workspace: u64) -> Vec<Error> {
        let mut refusals = Vec::new();
        let own_bytes = match store {
            StoreId::Private(_) => self.limits.store_bytes,
            StoreId::Shared => self.limits.workspace_bytes,
        };
        let free = self.limits.workspace_bytes.saturating_sub(in_workspace).saturating_sub((self.reserved)(None));
        let limit = own_bytes.saturating_sub((self.reserved)(Some(store))).min(held.bytes + free);
        if held_after.bytes > held.bytes && held_after.bytes > limit {
            let actual = held_after.bytes;
            refusals.push(Error::QuotaExceeded(Excess { unit: Unit::Bytes, limit, actual }));
        }
        let limit = self.limits.store_keys;
        if held_after.keys > held.keys && held_after.keys > limit {
            let actual = held_after.keys;
            refusals.push(Error::QuotaExceeded(Excess { unit: Unit::Items, limit, actual }));
        }
        refusals
    }
}
