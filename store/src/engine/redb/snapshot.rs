//! A committed state, read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Bound;
use std::sync::{Arc, Mutex, OnceLock};

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, TableError};

use super::meta::{COMMIT, Contents, META, ReadMeta};
use super::tables::{Definition, Expiring, Names, expired, large_bytes, large_name};
use super::trouble::Trouble;
use crate::engine::{Body, Large, LargeName, Page, Range, Stamp, Stored};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::value::{self, Content, Header, Seal, Spot};

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

/// What a state holds, and of that each store, in their order.
struct All {
    held: Held,
    stores: Vec<(StoreId, Contents)>,
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
        let seen = rows.filter_map(|row| {
            let row = row.map_err(Trouble::from).and_then(|(key, stored)| {
                let text = key_text(key.value())?;
                // A damaged value is listed all the same, and refused where it is read.
                let stamp = match self.header(store, &Key::trusted(&text), stored.value()) {
                    Ok(header) => header.stamp,
                    Err(_) => {
                        Stamp { version: 0.into(), expiry: Expiry::NEVER, bytes: value::counted_bytes(stored.value()) }
                    }
                };
                Ok((!now.has_passed(stamp.expiry)).then_some((text, stamp, stored)))
            });
            row.transpose()
        });
        range.page(seen, |key, stored| whole(&self.header(store, &Key::trusted(key), stored.value())?, open))
    }

    pub fn held(&self, store: &StoreId, now: Moment) -> Result<Held, Trouble> {
        let contents = match self.all.get() {
            Some(All { stores, .. }) => {
                let at = stores.binary_search_by(|(other, _)| other.cmp(store));
                at.map_or_else(|_| Contents::default(), |at| stores[at].1)
            }
            // There may be many, of which only one is asked for.
            None => self.transaction.open_table(META)?.contents(store)?,
        };
        self.seen(store, contents, now)
    }

    pub fn held_by_all(&self, now: Moment) -> Result<Held, Trouble> {
        let All { held, stores } = self.all()?;
        let mut held = *held;
        for (store, contents) in stores.iter().filter(|(_, contents)| contents.expiring > 0) {
            held = held.minus(contents.held.minus(self.seen(store, *contents, now)?));
        }
        Ok(held)
    }

    pub fn stores(&self, now: Moment) -> Result<Vec<(StoreId, Held)>, Trouble> {
        let mut stores = Vec::new();
        for (store, contents) in &self.all()?.stores {
            let held = self.seen(store, *contents, now)?;
            if held.keys > 0 {
                stores.push((store.clone(), held));
            }
        }
        Ok(stores)
    }

    /// When the first value of a store that expires does.
    pub fn first_expiry(&self, store: &StoreId, now: Moment) -> Result<Expiry, Trouble> {
        let Some(table) = self.open(Names::of(store).expiring())? else { return Ok(Expiry::NEVER) };
        for row in table.iter()? {
            let (row, bytes) = row?;
            let expiry = Expiring::parse(row.value(), bytes.value())?.expiry;
            if !now.has_passed(expiry) {
                return Ok(expiry);
            }
        }
        Ok(Expiry::NEVER)
    }

    /// The first moment at which something expires, in milliseconds since 1970.
    pub fn next_expiry(&self) -> Result<Option<u64>, Trouble> {
        let mut next = None;
        for (store, contents) in &self.all()?.stores {
            if contents.expiring > 0
                && let Some(table) = self.open(Names::of(store).expiring())?
                && let Some((row, bytes)) = table.first()?
            {
                let at = Expiring::parse(row.value(), bytes.value())?.expiry.as_ms();
                next = [next, at].into_iter().flatten().min();
            }
        }
        Ok(next)
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

    fn all(&self) -> Result<&All, Trouble> {
        if let Some(known) = self.all.get() {
            return Ok(known);
        }
        let meta = self.transaction.open_table(META)?;
        let (held, mut stores) = (meta.held()?, meta.stores()?);
        stores.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(self.all.get_or_init(|| All { held, stores }))
    }

    /// What a store holds beside what has expired.
    fn seen(&self, store: &StoreId, contents: Contents, now: Moment) -> Result<Held, Trouble> {
        if contents.expiring == 0 {
            return Ok(contents.held);
        }
        match self.open(Names::of(store).expiring())? {
            Some(table) => Ok(contents.held.minus(expired(table.iter()?, now)?)),
            None => Ok(contents.held),
        }
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
