//! A committed state, read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Bound;
use std::sync::{Arc, Mutex, OnceLock};

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, TableError};

use super::meta::{COMMIT, Contents, META, ReadMeta};
use super::tables::{Definition, Expiring, Names, expired, large_bytes, large_name};
use super::trouble::{Trouble, contain};
use crate::engine::{Body, LOOK_AT_BYTES, Large, LargeName, Page, Range, Stamp, Stored};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::value::{self, Content, Header, Seal, Spot};

/// So many expired keys are counted before others of the same thread have their turn.
const COUNTED_AT_ONCE: u64 = 2_000;

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// Opens the file of a large value of this size.
pub(super) type OpenLarge<'a> = &'a dyn Fn(LargeName, u64) -> Result<Arc<dyn Large>, Error>;

pub(super) struct Snapshot {
    // Before the transaction, whose pages they read.
    tables: Mutex<HashMap<StoreId, Option<Arc<Table>>>>,
    transaction: ReadTransaction,
    commit: u64,
    seal: Seal,
    /// What it says of its stores, once that was asked for.
    all: OnceLock<All>,
}

/// What a state holds, and of that each store, in their order; what has expired included.
pub(super) struct All {
    pub held: Held,
    pub stores: Vec<(StoreId, Contents)>,
}

impl Snapshot {
    pub fn new(transaction: ReadTransaction, seal: Seal) -> Result<Self, Trouble> {
        let commit = transaction.open_table(META)?.number(COMMIT)?;
        Ok(Self { tables: Mutex::default(), transaction, commit, seal, all: OnceLock::new() })
    }

    /// The number of the commit that made it.
    pub fn commit(&self) -> u64 {
        self.commit
    }

    pub fn get(&self, store: &StoreId, key: &Key, now: Moment, open: OpenLarge) -> Result<Option<Stored>, Trouble> {
        let Some(table) = self.table(store)? else { return Ok(None) };
        let Some(stored) = table.get(key.as_bytes())? else { return Ok(None) };
        let header = self.header(store, key, stored.value())?;
        if now.has_passed(header.stamp.expiry) {
            return Ok(None);
        }
        Ok(Some(whole(&header, open)?))
    }

    pub fn look(&self, store: &StoreId, key: &Key, now: Moment) -> Result<Option<Stamp>, Trouble> {
        let Some(table) = self.table(store)? else { return Ok(None) };
        let Some(stored) = table.get(key.as_bytes())? else { return Ok(None) };
        let stamp = self.header(store, key, stored.value())?.stamp;
        Ok((!now.has_passed(stamp.expiry)).then_some(stamp))
    }

    pub fn page(&self, store: &StoreId, range: &Range, now: Moment, open: OpenLarge) -> Result<Page, Trouble> {
        let Some(table) = self.table(store)? else { return Ok(Page::default()) };
        let rows = table.range::<&[u8]>((range.start(), Bound::Unbounded))?;
        let rows = rows.map(|row| {
            let (key, stored) = row?;
            let text = key_text(key.value())?;
            // A damaged value is listed all the same, and refused where it is read.
            let stamp = match self.header(store, &Key::trusted(&text), stored.value()) {
                Ok(header) => header.stamp,
                Err(_) => {
                    Stamp { version: 0.into(), expiry: Expiry::NEVER, bytes: value::counted_bytes(stored.value()) }
                }
            };
            Ok((text, stamp, stored))
        });
        range.page(rows, LOOK_AT_BYTES, now, |key, stored| {
            whole(&self.header(store, &Key::trusted(key), stored.value())?, open)
        })
    }

    /// What a store holds, what has expired included.
    pub fn contents(&self, store: &StoreId) -> Result<Contents, Trouble> {
        match self.all.get() {
            Some(All { stores, .. }) => {
                let at = stores.binary_search_by(|(other, _)| other.cmp(store));
                Ok(at.map_or_else(|_| Contents::default(), |at| stores[at].1))
            }
            // There may be many, of which only one is asked for.
            None => self.transaction.open_table(META)?.contents(store),
        }
    }

    /// What of a store has expired, counted for some of it alone, and behind which row to go on.
    pub fn some_expired(
        &self,
        store: &StoreId,
        after: Option<&[u8]>,
        now: Moment,
    ) -> Result<(Held, Option<Vec<u8>>), Trouble> {
        let Some(table) = self.open(Names::of(store).expiring())? else { return Ok(Default::default()) };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        expired(table.range::<&[u8]>((from, Bound::Unbounded))?, COUNTED_AT_ONCE, now)
    }

    /// When the first value of a store that expires does.
    pub fn first_expiry(&self, store: &StoreId, now: Moment) -> Result<Expiry, Trouble> {
        let Some(table) = self.open(Names::of(store).expiring())? else { return Ok(Expiry::NEVER) };
        let first = Expiring::first_after(now);
        match table.range::<&[u8]>((Bound::Included(first.as_slice()), Bound::Unbounded))?.next() {
            Some(row) => {
                let (row, bytes) = row?;
                Ok(Expiring::parse(row.value(), bytes.value())?.expiry)
            }
            None => Ok(Expiry::NEVER),
        }
    }

    /// The first moment at which something expires of the stores that count, in milliseconds since 1970.
    pub fn next_expiry(&self, counts: impl Fn(&StoreId) -> bool) -> Result<Option<u64>, Trouble> {
        let mut next = None;
        for (store, contents) in &self.all()?.stores {
            if contents.expiring > 0 && counts(store) {
                // Where that is damaged, others' expires all the same.
                let at = contain(|| self.earliest_expiry(store)).unwrap_or_default();
                next = [next, at].into_iter().flatten().min();
            }
        }
        Ok(next)
    }

    fn earliest_expiry(&self, store: &StoreId) -> Result<Option<u64>, Trouble> {
        let Some(table) = self.open(Names::of(store).expiring())? else { return Ok(None) };
        let Some((row, bytes)) = table.first()? else { return Ok(None) };
        Ok(Expiring::parse(row.value(), bytes.value())?.expiry.as_ms())
    }

    /// The files that large values are in, and how large those are.
    pub fn large_files(&self) -> Result<HashMap<LargeName, u64>, Trouble> {
        let mut files = HashMap::new();
        for (store, contents) in &self.all()?.stores {
            if contents.large > 0
                && let Some(table) = self.open(Names::of(store).large())?
            {
                for row in table.iter()? {
                    let (name, bytes) = row?;
                    files.insert(large_name(name.value())?, large_bytes(bytes.value())?);
                }
            }
        }
        Ok(files)
    }

    pub fn all(&self) -> Result<&All, Trouble> {
        if let Some(known) = self.all.get() {
            return Ok(known);
        }
        let meta = self.transaction.open_table(META)?;
        let (held, mut stores) = (meta.held()?, meta.stores()?);
        stores.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(self.all.get_or_init(|| All { held, stores }))
    }

    fn header<'s>(&self, store: &StoreId, key: &Key, stored: &'s [u8]) -> Result<Header<'s>, Trouble> {
        let spot = Spot { seal: &self.seal, store, key };
        value::header(&spot, stored).map_err(|value::Damage| Error::Damaged.into())
    }

    /// Opening a table is a look-up of its own, so each stays open as long as the snapshot.
    fn table(&self, store: &StoreId) -> Result<Option<Arc<Table>>, Trouble> {
        let mut tables = self.tables.lock().expect("a panic of redb takes the snapshot with it");
        match tables.entry(store.clone()) {
            Entry::Occupied(table) => Ok(table.get().clone()),
            Entry::Vacant(vacant) => {
                let table = self.open(Names::of(store).rows())?.map(Arc::new);
                Ok(vacant.insert(table).clone())
            }
        }
    }

    fn open(&self, definition: Definition) -> Result<Option<Table>, Trouble> {
        match self.transaction.open_table(definition) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn whole(header: &Header, open: OpenLarge) -> Result<Stored, Trouble> {
    let body = match header.content().map_err(|value::Damage| Error::Damaged)? {
        Content::Small(bytes) => Body::Small(bytes.to_vec()),
        Content::Large(name) => Body::Large(open(name, header.stamp.bytes)?),
    };
    Ok(Stored { stamp: header.stamp, body })
}

fn key_text(bytes: &[u8]) -> Result<String, Trouble> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Trouble::Damaged("a key is not text".to_owned()))
}
