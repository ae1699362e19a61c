//! The table that a workspace keeps about itself.
//!
//! | key | value |
//! |---|---|
//! | `name` | the workspace's name |
//! | `seal` | 16 random bytes that every value's checksum covers |
//! | `commit` | how many commits there were |
//! | `versions` | the versions below this one are used or reserved |
//! | `latest` | the latest time at which something was called expired, in milliseconds since 1970 |
//! | `held` | bytes and keys that all stores hold |
//! | `held/p/<plugin>`, `held/s` | of a store, if it holds any: bytes and keys, keys that expire, large values |
//! | `d/…` | nothing; it is the name of a table that was discarded and is not freed |
//!
//! Numbers are 64 bits, little-endian. What has expired and is not yet removed is counted as held.

use redb::{ReadableTable, Table, TableDefinition};

use super::tables::DISCARDED;
use super::trouble::Trouble;
use crate::engine::Stamp;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::value::Seal;

pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
pub(super) type Meta<'t> = Table<'t, &'static str, &'static [u8]>;

pub(super) const COMMIT: &str = "commit";
pub(super) const VERSIONS: &str = "versions";
pub(super) const LATEST: &str = "latest";
const NAME: &str = "name";
const SEAL: &str = "seal";
const HELD: &str = "held";
const HELD_BY: &str = "held/";
/// The first key after those that begin with [`HELD_BY`].
const HELD_BY_END: &str = "held0";
/// The first key after those that begin with [`DISCARDED`].
const DISCARDED_END: &str = "d0";

/// What a store holds, and what of it stands in tables beside the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub held: Held,
    /// Keys that expire.
    pub expiring: u64,
    /// Large values.
    pub large: u64,
}

impl Contents {
    pub fn add(&mut self, key: &Key, stamp: Stamp, is_large: bool) {
        self.held = self.held.plus(Held::of(key, stamp.bytes));
        self.expiring += u64::from(stamp.expiry != Expiry::NEVER);
        self.large += u64::from(is_large);
    }
}

pub(super) trait ReadMeta: ReadableTable<&'static str, &'static [u8]> {
    fn name(&self) -> Result<String, Trouble> {
        let name = self.get(NAME)?.map(|name| String::from_utf8_lossy(name.value()).into_owned());
        name.ok_or_else(|| missing(NAME))
    }

    fn seal(&self) -> Result<Seal, Trouble> {
        let seal = self.get(SEAL)?.ok_or_else(|| missing(SEAL))?;
        seal.value().try_into().map_err(|_| missing(SEAL))
    }

    fn number(&self, key: &str) -> Result<u64, Trouble> {
        let number = self.get(key)?.ok_or_else(|| missing(key))?;
        Ok(u64::from_le_bytes(number.value().try_into().map_err(|_| missing(key))?))
    }

    fn held(&self) -> Result<Held, Trouble> {
        match self.get(HELD)? {
            Some(row) => parse(row.value()).map(|[bytes, keys]| Held { bytes, keys }),
            None => Ok(Held::default()),
        }
    }

    fn contents(&self, store: &StoreId) -> Result<Contents, Trouble> {
        self.get(contents_key(store).as_str())?.map_or(Ok(Contents::default()), |row| parse_contents(row.value()))
    }

    /// The stores that hold anything.
    fn stores(&self) -> Result<Vec<(StoreId, Contents)>, Trouble> {
        let rows = self.range(HELD_BY..HELD_BY_END)?;
        rows.map(|row| {
            let (key, contents) = row?;
            let store = match key.value()[HELD_BY.len()..].split_once('/') {
                None => StoreId::Shared,
                Some((_, plugin)) => StoreId::Private(plugin.parse().map_err(|_| missing("plugin name"))?),
            };
            Ok((store, parse_contents(contents.value())?))
        })
        .collect()
    }

    /// The names of the tables that were discarded and are not freed, the oldest first.
    fn discarded(&self) -> Result<impl Iterator<Item = Result<String, Trouble>>, Trouble> {
        Ok(self.range(DISCARDED..DISCARDED_END)?.map(|row| Ok(row?.0.value().to_owned())))
    }
}

impl<T: ReadableTable<&'static str, &'static [u8]>> ReadMeta for T {}

/// Writes the first rows of a new workspace.
pub(super) fn begin(meta: &mut Meta, name: &str, seal: &Seal) -> Result<(), Trouble> {
    meta.insert(NAME, name.as_bytes())?;
    meta.insert(SEAL, seal.as_slice())?;
    set_number(meta, COMMIT, 0)?;
    set_number(meta, VERSIONS, 1)?;
    set_number(meta, LATEST, 0)
}

pub(super) fn set_number(meta: &mut Meta, key: &str, number: u64) -> Result<(), Trouble> {
    meta.insert(key, number.to_le_bytes().as_slice())?;
    Ok(())
}

pub(super) fn set_held(meta: &mut Meta, held: Held) -> Result<(), Trouble> {
    meta.insert(HELD, [held.bytes, held.keys].map(u64::to_le_bytes).as_flattened())?;
    Ok(())
}

pub(super) fn set_contents(
    meta: &mut Meta,
    store: &StoreId,
    Contents { held, expiring, large }: Contents,
) -> Result<(), Trouble> {
    let key = contents_key(store);
    if held == Held::default() {
        meta.remove(key.as_str())?;
    } else {
        let row = [held.bytes, held.keys, expiring, large].map(u64::to_le_bytes);
        meta.insert(key.as_str(), row.as_flattened())?;
    }
    Ok(())
}

fn contents_key(store: &StoreId) -> String {
    format!("{HELD_BY}{store}")
}

fn parse_contents(row: &[u8]) -> Result<Contents, Trouble> {
    parse(row).map(|[bytes, keys, expiring, large]| Contents { held: Held { bytes, keys }, expiring, large })
}

fn parse<const N: usize>(row: &[u8]) -> Result<[u64; N], Trouble> {
    let numbers: Option<[[u8; 8]; N]> = match row.as_chunks() {
        (numbers, []) => numbers.try_into().ok(),
        _ => None,
    };
    numbers.map(|numbers| numbers.map(u64::from_le_bytes)).ok_or_else(|| missing(HELD))
}

fn missing(what: &str) -> Trouble {
    Trouble::Damaged(format!("its '{what}' is missing or malformed"))
}
