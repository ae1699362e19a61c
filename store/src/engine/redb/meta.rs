//! The table that a workspace keeps about itself.
//!
//! | key | value |
//! |---|---|
//! | `name` | the workspace's name |
//! | `seal` | 16 random bytes that every value's checksum covers |
//! | `commit` | how many commits there were |
//! | `versions` | the versions below this one are used or reserved |
//! | `held` | bytes and keys that all stores hold |
//! | `held/<plugin>` | bytes and keys that a plugin's store holds, if any |
//!
//! Numbers are 64 bits, little-endian.

use redb::{ReadableTable, Table, TableDefinition};

use super::trouble::Trouble;
use crate::plugin_id::PluginId;
use crate::usage::Held;
use crate::value::Seal;

pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

pub(super) const COMMIT: &str = "commit";
pub(super) const VERSIONS: &str = "versions";
const NAME: &str = "name";
const SEAL: &str = "seal";
const HELD: &str = "held";
const HELD_BY: &str = "held/";
/// The first key after those that begin with [`HELD_BY`].
const HELD_BY_END: &str = "held0";

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

    fn held(&self, plugin: Option<&PluginId>) -> Result<Held, Trouble> {
        let key = held_key(plugin);
        self.get(key.as_str())?.map_or(Ok(Held::default()), |held| parse_held(held.value()))
    }

    fn plugins(&self) -> Result<Vec<(PluginId, Held)>, Trouble> {
        let rows = self.range(HELD_BY..HELD_BY_END)?;
        rows.map(|row| {
            let (key, held) = row?;
            let plugin = key.value()[HELD_BY.len()..].parse().map_err(|_| missing("plugin name"))?;
            Ok((plugin, parse_held(held.value())?))
        })
        .collect()
    }
}

impl<T: ReadableTable<&'static str, &'static [u8]>> ReadMeta for T {}

/// Writes the first rows of a new workspace.
pub(super) fn begin(meta: &mut Table<&'static str, &'static [u8]>, name: &str, seal: &Seal) -> Result<(), Trouble> {
    meta.insert(NAME, name.as_bytes())?;
    meta.insert(SEAL, seal.as_slice())?;
    set_number(meta, COMMIT, 0)?;
    set_number(meta, VERSIONS, 1)
}

pub(super) fn set_number(meta: &mut Table<&'static str, &'static [u8]>, key: &str, number: u64) -> Result<(), Trouble> {
    meta.insert(key, number.to_le_bytes().as_slice())?;
    Ok(())
}

pub(super) fn set_held(
    meta: &mut Table<&'static str, &'static [u8]>,
    plugin: Option<&PluginId>,
    held: Held,
) -> Result<(), Trouble> {
    let key = held_key(plugin);
    if held == Held::default() {
        meta.remove(key.as_str())?;
    } else {
        let row = [held.bytes.to_le_bytes(), held.keys.to_le_bytes()];
        meta.insert(key.as_str(), row.as_flattened())?;
    }
    Ok(())
}

fn held_key(plugin: Option<&PluginId>) -> String {
    plugin.map_or_else(|| HELD.to_owned(), |plugin| format!("{HELD_BY}{plugin}"))
}

fn parse_held(row: &[u8]) -> Result<Held, Trouble> {
    match row.as_chunks() {
        ([bytes, keys], []) => Ok(Held { bytes: u64::from_le_bytes(*bytes), keys: u64::from_le_bytes(*keys) }),
        _ => Err(missing(HELD)),
    }
}

fn missing(what: &str) -> Trouble {
    Trouble::Damaged(format!("its '{what}' is missing or malformed"))
}
