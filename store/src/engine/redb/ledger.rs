//! A transaction that batches are applied in.

mod before;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use redb::{ReadableTable, Table, WriteTransaction};

use super::discarded::{discard, is_little};
use super::meta::{COMMIT, Contents, LATEST, META, ReadMeta, VERSIONS, set_contents, set_held, set_number};
use super::tables::{Definition, Expiring, Names, expired, first_after_all, large_name};
use super::trouble::Trouble;
use super::versions::Versions;
use crate::engine::rules::{Effects, Verdict, judge};
use crate::engine::{Batch, BatchOutcome, Body, Committed, LargeName, Place, Put, Stamp};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::value::{self, Content, HEADER_BYTES, Seal, Spot};
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// How many expired keys a transaction removes at most.
const EXPIRED_AT_ONCE: u64 = 1_000;

/// What a transaction has done so far, with the tables that it has open.
pub(super) struct Ledger<'t> {
    transaction: &'t WriteTransaction,
    meta: Table<'t, &'static str, &'static [u8]>,
    stores: BTreeMap<StoreId, Store<'t>>,
    seal: &'t Seal,
    now: Moment<'t>,
    held: Held,
    /// Bytes of large values that are no longer there and not yet gone.
    lingering: u64,
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

/// The tables of a store, and what it holds.
struct Store<'t> {
    names: Names,
    rows: Rows<'t>,
    expiring: Option<Rows<'t>>,
    large: Option<Rows<'t>>,
    contents: Contents,
}

type Rows<'t> = Table<'t, &'static [u8], &'static [u8]>;

impl<'t> Ledger<'t> {
    pub fn open(
        transaction: &'t WriteTransaction,
        seal: &'t Seal,
        now: Moment<'t>,
        lingering: u64,
    ) -> Result<Self, Trouble> {
        let meta = transaction.open_table(META)?;
        let held = meta.held()?;
        Ok(Self {
            transaction,
            meta,
            stores: BTreeMap::new(),
            seal,
            now,
            held,
            lingering,
            large: LargeChanges::default(),
            has_discarded: false,
            outcome: Progress::Nothing,
        })
    }

    /// Applies batches in order; what is refused leaves nothing.
    ///
    /// `is_there` says whether the file of a large value is there to be referred to.
    pub fn apply_all(
        mut self,
        batches: &[Batch],
        versions: &mut Versions,
        id: &WorkspaceId,
        is_there: impl Fn(LargeName) -> bool,
    ) -> Result<Prepared, Trouble> {
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            if batch.large_names().any(|name| !is_there(name)) {
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
            self.clear(id)?;
        }
        for Place { store, key: prefix } in &effects.prefixes {
            self.remove_all(store, prefix)?;
        }
        for (Place { store, key }, put) in &effects.writes {
            // Without notes of what was there before, inserting replaces it.
            if put.is_none() || self.store(store)?.has_notes() {
                self.remove(store, key)?;
            }
            if let Some(put) = put {
                self.insert(store, key, put, version)?;
            }
        }
        for (id, balance) in effects.held {
            let store = self.store(&id)?;
            store.contents.held = balance.after;
            self.held = self.held.moved(balance.before, balance.after);
        }
        Ok(())
    }

    fn insert(&mut self, id: &StoreId, key: &Key, put: &Put, version: Version) -> Result<(), Trouble> {
        let (seal, transaction) = (self.seal, self.transaction);
        let bytes = put.body.bytes();
        let stamp = Stamp { version: put.version.unwrap_or(version), expiry: put.expiry, bytes };
        let name = match &put.body {
            Body::Small(_) => None,
            Body::Large(large) => Some(large.name()),
        };
        let content = match (&put.body, &name) {
            (Body::Small(value), _) => Content::Small(value),
            (Body::Large(_), Some(name)) => Content::Large(*name),
            (Body::Large(_), None) => unreachable!("a large value has a name"),
        };
        let store = self.store(id)?;
        let mut stored = store.rows.insert_reserve(key.as_bytes(), HEADER_BYTES + content.bytes())?;
        value::write(&Spot { seal, store: id, key }, stamp, &content, stored.as_mut());
        drop(stored);
        if put.expiry != Expiry::NEVER {
            store.contents.expiring += 1;
            let rows = beside(&mut store.expiring, transaction, store.names.expiring())?;
            rows.insert(Expiring::row(put.expiry, key).as_slice(), bytes.to_le_bytes().as_slice())?;
        }
        if let Some(name) = name {
            store.contents.large += 1;
            let rows = beside(&mut store.large, transaction, store.names.large())?;
            rows.insert(name.as_slice(), bytes.to_le_bytes().as_slice())?;
            self.large.adopted.push((name, bytes));
        }
        Ok(())
    }

    /// Removes a row with what is noted of it; what it holds is counted by the caller.
    fn remove(&mut self, id: &StoreId, key: &Key) -> Result<(), Trouble> {
        let seal = self.seal;
        let Some(removed) = self.store(id)?.rows.remove(key.as_bytes())? else { return Ok(()) };
        let note = Note::of(&Spot { seal, store: id, key }, removed.value());
        drop(removed);
        note.map_or(Ok(()), |note| self.forget(id, &note))
    }

    /// Removes the rows of all keys that start with `prefix`.
    fn remove_all(&mut self, id: &StoreId, prefix: &Key) -> Result<(), Trouble> {
        let seal = self.seal;
        let store = self.store(id)?;
        let has_notes = store.has_notes();
        let mut notes = Vec::new();
        let end = first_after_all(prefix);
        store.rows.retain_in::<&[u8], _>(prefix.as_bytes()..end.as_slice(), |key, stored| {
            if has_notes && let Ok(text) = str::from_utf8(key) {
                notes.extend(Note::of(&Spot { seal, store: id, key: &Key::trusted(text) }, stored));
            }
            false
        })?;
        notes.iter().try_for_each(|note| self.forget(id, note))
    }

    /// Removes what was noted of a row.
    fn forget(&mut self, id: &StoreId, note: &Note) -> Result<(), Trouble> {
        let transaction = self.transaction;
        let store = self.store(id)?;
        if let Some(row) = &note.expiring {
            store.contents.expiring = store.contents.expiring.saturating_sub(1);
            beside(&mut store.expiring, transaction, store.names.expiring())?.remove(row.as_slice())?;
        }
        if let Some(name) = note.large {
            store.contents.large = store.contents.large.saturating_sub(1);
            beside(&mut store.large, transaction, store.names.large())?.remove(name.as_slice())?;
            self.large.freed.push(name);
        }
        Ok(())
    }

    fn clear(&mut self, id: &StoreId) -> Result<(), Trouble> {
        // Opened at least once, so that there is something to delete.
        self.store(id)?;
        let Some(store) = self.stores.remove(id) else { return Ok(()) };
        let Store { names, rows, expiring, mut large, contents } = store;
        if contents.large > 0 {
            for row in beside(&mut large, self.transaction, names.large())?.iter()? {
                let name = large_name(row?.0.value())?;
                self.large.freed.push(name);
            }
        }
        // A table that is open cannot be deleted.
        drop((rows, expiring, large));
        let at_once = is_little(contents.held);
        for table in [names.rows(), names.expiring(), names.large()] {
            if at_once {
                self.transaction.delete_table(table)?;
            } else {
                discard(self.transaction, table)?;
            }
        }
        self.has_discarded |= !at_once;
        self.stores.insert(id.clone(), Store::open(self.transaction, names, Contents::default())?);
        Ok(())
    }

    /// Removes at most so many expired keys of a store; how many there were.
    fn remove_expired(&mut self, id: &StoreId, most: u64) -> Result<u64, Trouble> {
        let (now, transaction) = (self.now, self.transaction);
        let store = self.store(id)?;
        if store.contents.expiring == 0 {
            return Ok(0);
        }
        let rows = beside(&mut store.expiring, transaction, store.names.expiring())?;
        let mut doomed = Vec::new();
        for row in rows.iter()?.take(usize::try_from(most).unwrap_or(usize::MAX)) {
            let (key, bytes) = row?;
            let row = Expiring::parse(key.value(), bytes.value())?;
            if !now.has_passed(row.expiry) {
                break;
            }
            doomed.push(row);
        }
        for row in &doomed {
            self.remove_if_expires_at(id, row)?;
        }
        if !doomed.is_empty() {
            self.outcome = self.outcome.max(Progress::Tidied);
        }
        Ok(doomed.len() as u64)
    }

    /// Removes a key that has expired; where the note of it is wrong, as the value was damaged once, the note alone.
    fn remove_if_expires_at(&mut self, id: &StoreId, note: &Expiring) -> Result<(), Trouble> {
        let (seal, transaction) = (self.seal, self.transaction);
        let store = self.store(id)?;
        let right = match store.rows.get(note.key.as_bytes())? {
            Some(stored) => {
                let header = value::header(&Spot { seal, store: id, key: &note.key }, stored.value());
                header.is_ok_and(|header| header.stamp.expiry == note.expiry)
            }
            None => false,
        };
        if right {
            self.remove(id, &note.key)?;
            let store = self.store(id)?;
            store.contents.held = store.contents.held.minus(note.held());
            self.held = self.held.minus(note.held());
        } else {
            store.contents.expiring = store.contents.expiring.saturating_sub(1);
            let notes = beside(&mut store.expiring, transaction, store.names.expiring())?;
            notes.remove(Expiring::row(note.expiry, &note.key).as_slice())?;
        }
        Ok(())
    }

    fn store(&mut self, id: &StoreId) -> Result<&mut Store<'t>, Trouble> {
        Ok(match self.stores.entry(id.clone()) {
            Entry::Occupied(store) => store.into_mut(),
            Entry::Vacant(vacant) => {
                let contents = self.meta.contents(id)?;
                vacant.insert(Store::open(self.transaction, Names::of(id), contents)?)
            }
        })
    }

    fn expired_in(&self, id: &StoreId, contents: Contents) -> Result<Held, Trouble> {
        if contents.expiring == 0 {
            return Ok(Held::default());
        }
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

impl<'t> Store<'t> {
    /// Whether it has values of which something is noted in a table beside.
    fn has_notes(&self) -> bool {
        self.contents.expiring > 0 || self.contents.large > 0
    }

    fn open(transaction: &'t WriteTransaction, names: Names, contents: Contents) -> Result<Self, Trouble> {
        let rows = transaction.open_table(names.rows())?;
        Ok(Self { names, rows, expiring: None, large: None, contents })
    }
}

/// What is noted of a row in the tables beside.
struct Note {
    expiring: Option<Vec<u8>>,
    large: Option<LargeName>,
}

impl Note {
    /// None where there is none. Of a damaged value nothing is known: its notes are swept with what expires, or with the store.
    fn of(spot: &Spot, stored: &[u8]) -> Option<Self> {
        let header = value::header(spot, stored).ok()?;
        let expiry = header.stamp.expiry;
        let expiring = (expiry != Expiry::NEVER).then(|| Expiring::row(expiry, spot.key));
        let large = match header.content() {
            Ok(Content::Large(name)) => Some(name),
            _ => None,
        };
        (expiring.is_some() || large.is_some()).then_some(Self { expiring, large })
    }
}

/// One of the tables that most stores do not need, opened.
fn beside<'a, 't>(
    table: &'a mut Option<Rows<'t>>,
    transaction: &'t WriteTransaction,
    definition: Definition,
) -> Result<&'a mut Rows<'t>, Trouble> {
    Ok(match table {
        Some(table) => table,
        None => table.insert(transaction.open_table(definition)?),
    })
}
