//! A transaction that batches are applied in.

mod before;
mod store;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use redb::{ReadableTable, WriteTransaction};

use self::store::Store;
use super::discarded::{discard, is_little};
use super::handle::Handle;
use super::meta::{COMMIT, Contents, LATEST, META, Meta, ReadMeta, VERSIONS, set_contents, set_held, set_number};
use super::tables::{Names, expired};
use super::trouble::{Trouble, contain};
use super::versions::Versions;
use crate::engine::rules::{Effects, Verdict, judge};
use crate::engine::{Batch, BatchOutcome, Committed, LargeName, Place};
use crate::error::{Error, Fault};
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// How many expired keys a transaction removes at most.
const EXPIRED_AT_ONCE: u64 = 1_000;

/// What a transaction has done so far, with the tables that it has open.
pub(super) struct Ledger<'t> {
    transaction: &'t WriteTransaction,
    meta: Meta<'t>,
    stores: BTreeMap<StoreId, Store<'t>>,
    handle: &'t Handle,
    now: Moment<'t>,
    held: Held,
    large: LargeChanges,
    has_discarded: bool,
    outcome: Progress,
}

/// The files of large values that a transaction needs from now on, and no longer.
#[derive(Default)]
pub(super) struct LargeChanges {
    pub adopted: Vec<(LargeName, u64)>,
    pub freed: Vec<LargeName>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    Nothing,
    /// Only what nobody could see any more was removed.
    Tidied,
    Changed,
}

/// What a transaction will do once it is committed.
pub(super) struct Prepared {
    pub outcomes: Vec<Result<BatchOutcome, Error>>,
    /// The number of the commit; none where nothing changes.
    pub commit: Option<u64>,
    /// Below which versions are reserved then.
    pub reserved: Option<u64>,
    pub large: LargeChanges,
    /// Whether tables were discarded.
    pub has_discarded: bool,
}

impl<'t> Ledger<'t> {
    pub fn open(transaction: &'t WriteTransaction, handle: &'t Handle, now: Moment<'t>) -> Result<Self, Trouble> {
        let meta = transaction.open_table(META)?;
        let held = meta.held()?;
        Ok(Self {
            transaction,
            meta,
            stores: BTreeMap::new(),
            handle,
            now,
            held,
            large: LargeChanges::default(),
            has_discarded: false,
            outcome: Progress::Nothing,
        })
    }

    /// Applies batches in order; what is refused leaves nothing.
    pub fn apply_all(
        mut self,
        batches: &[Batch],
        versions: &mut Versions,
        id: &WorkspaceId,
    ) -> Result<Prepared, Trouble> {
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            if batch.large_names().any(|name| !self.handle.large.is_ready(name)) {
                outcomes.push(Err(Error::Unavailable(Fault::Replaced { workspace: id.to_string() })));
                continue;
            }
            match self.apply(batch, versions) {
                Ok(outcome) => outcomes.push(Ok(outcome)),
                Err(Trouble::Answer(error)) => outcomes.push(Err(error)),
                Err(trouble) => return Err(trouble),
            }
        }
        // A version that was said must not be drawn again, even if nothing has it.
        if self.outcome != Progress::Changed && versions.are_reserved() {
            let large = LargeChanges::default();
            return Ok(Prepared { outcomes, commit: None, reserved: None, large, has_discarded: false });
        }
        let reserved = versions.next_block();
        if let Some(reserved) = reserved {
            set_number(&mut self.meta, VERSIONS, reserved)?;
        }
        let commit = self.meta.number(COMMIT)? + 1;
        set_number(&mut self.meta, COMMIT, commit)?;
        let has_discarded = self.has_discarded;
        let large = self.close()?;
        Ok(Prepared { outcomes, commit: Some(commit), reserved, large, has_discarded })
    }

    /// Removes some of what has expired; the files that are not needed any more, and whether there may be more to remove.
    pub fn tidy(mut self) -> Result<(LargeChanges, bool), Trouble> {
        let mut left = EXPIRED_AT_ONCE;
        for (id, contents) in self.meta.stores()? {
            if contents.expiring > 0 && left > 0 {
                left -= self.remove_expired(&id, left)?;
            }
        }
        Ok((self.close()?, left == 0))
    }

    /// Writes down what the transaction has come to.
    fn close(mut self) -> Result<LargeChanges, Trouble> {
        for (id, store) in &self.stores {
            if self.meta.contents(id)? != store.contents {
                set_contents(&mut self.meta, id, store.contents)?;
            }
        }
        set_held(&mut self.meta, self.held)?;
        if self.meta.number(LATEST)? != self.now.latest_ms() {
            set_number(&mut self.meta, LATEST, self.now.latest_ms())?;
        }
        Ok(self.large)
    }

    fn apply(&mut self, batch: &Batch, versions: &mut Versions) -> Result<BatchOutcome, Trouble> {
        for store in batch.stores() {
            if !self.stores.contains_key(store) {
                self.remove_expired(store, EXPIRED_AT_ONCE)?;
            }
        }
        let now = self.now;
        let effects = match judge(batch, self, now)? {
            Verdict::Conflict(number) => return Ok(BatchOutcome::Conflict(number)),
            Verdict::Accepted(effects) => effects,
        };
        let version = versions.draw();
        let committed = Committed { version, removed: effects.removed, sum: effects.sum };
        if !effects.change_nothing() {
            self.outcome = Progress::Changed;
            self.make(effects, version)?;
        }
        Ok(BatchOutcome::Committed(committed))
    }

    fn make(&mut self, effects: Effects, version: Version) -> Result<(), Trouble> {
        for id in &effects.cleared {
            self.clear(id, version)?;
        }
        let now = self.now;
        for Place { store, key: prefix } in &effects.prefixes {
            let freed = self.store(store)?.remove_all(prefix, now)?;
            self.large.freed.extend(freed);
        }
        for (Place { store, key }, put) in &effects.writes {
            let (freed, adopted) = match put {
                Some(put) => self.store(store)?.put(key, put, version)?,
                None => (self.store(store)?.remove(key)?, None),
            };
            self.large.freed.extend(freed);
            self.large.adopted.extend(adopted);
        }
        for (id, balance) in effects.held {
            let store = self.store(&id)?;
            store.contents.held = balance.after;
            self.held = self.held.moved(balance.before, balance.after);
        }
        Ok(())
    }

    fn clear(&mut self, id: &StoreId, version: Version) -> Result<(), Trouble> {
        let found_damage = self.handle.found_damage();
        let store = self.store(id)?;
        // To delete a table, all its pages are read.
        let at_once = is_little(store.contents.held) && !found_damage;
        match store.large_names() {
            Ok(freed) => self.large.freed.extend(freed),
            // The files are swept when the workspace is opened.
            Err(Trouble::Damaged(_)) if found_damage => {}
            Err(trouble) => return Err(trouble),
        }
        // A table that is open cannot be deleted.
        self.stores.remove(id);
        let names = Names::of(id);
        for table in [names.rows(), names.expiring(), names.large()] {
            if at_once {
                self.transaction.delete_table(table)?;
            } else {
                discard(self.transaction, &mut self.meta, table, version)?;
            }
        }
        self.has_discarded |= !at_once;
        self.stores.insert(id.clone(), Store::open(self.transaction, &self.handle.seal, id, Contents::default())?);
        Ok(())
    }

    /// Removes at most so many expired keys of a store; how many there were.
    fn remove_expired(&mut self, id: &StoreId, most: u64) -> Result<u64, Trouble> {
        let (now, handle) = (self.now, self.handle);
        let store = self.store(id)?;
        if store.contents.expiring == 0 || handle.expiry().gave_up(id) {
            return Ok(0);
        }
        handle.expiry().begin(id.clone());
        let before = store.contents.held;
        let (removed, freed) = store.remove_expired(most, now)?;
        handle.expiry().end();
        let gone = before.minus(store.contents.held);
        self.held = self.held.minus(gone);
        self.large.freed.extend(freed);
        if removed > 0 {
            self.outcome = self.outcome.max(Progress::Tidied);
        }
        Ok(removed)
    }

    fn store(&mut self, id: &StoreId) -> Result<&mut Store<'t>, Trouble> {
        Ok(match self.stores.entry(id.clone()) {
            Entry::Occupied(store) => store.into_mut(),
            Entry::Vacant(vacant) => {
                let contents = self.meta.contents(id)?;
                vacant.insert(Store::open(self.transaction, &self.handle.seal, id, contents)?)
            }
        })
    }

    /// What of a store has expired; where what it has of that is damaged, all counts as if nothing had.
    fn expired_in(&self, id: &StoreId, contents: Contents) -> Result<Held, Trouble> {
        if contents.expiring == 0 {
            return Ok(Held::default());
        }
        match contain(|| self.read_expired(id)) {
            Err(trouble) if self.handle.has_met_damage(&trouble) => Ok(Held::default()),
            read => read,
        }
    }

    fn read_expired(&self, id: &StoreId) -> Result<Held, Trouble> {
        let held = match self.stores.get(id).and_then(|store| store.expiring.as_ref()) {
            Some(rows) => expired(rows.iter()?, u64::MAX, self.now)?.0,
            None => {
                let names = Names::of(id);
                let rows = self.transaction.open_table(names.expiring())?;
                expired(rows.iter()?, u64::MAX, self.now)?.0
            }
        };
        Ok(held)
    }
}
