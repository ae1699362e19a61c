//! A committed state, read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Bound;
use std::sync::{Arc, Mutex};

use redb::{ReadOnlyTable, ReadTransaction, TableDefinition, TableError};

use super::meta::{META, ReadMeta};
use super::trouble::Trouble;
use crate::engine::Range;
use crate::error::Error;
use crate::key::Key;
use crate::page::KeyPage;
use crate::plugin_id::PluginId;
use crate::usage::Held;
use crate::value::{self, Place, Seal};

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// The table of a plugin's store.
pub(super) fn store_table(name: &str) -> TableDefinition<'_, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

pub(super) fn store_name(plugin: &PluginId) -> String {
    format!("p/{plugin}")
}

pub(super) struct Snapshot {
    // Before the transaction, whose pages they read.
    tables: Mutex<HashMap<PluginId, Option<Arc<Table>>>>,
    transaction: ReadTransaction,
    seal: Seal,
}

impl Snapshot {
    pub fn new(transaction: ReadTransaction, seal: Seal) -> Self {
        Self { tables: Mutex::default(), transaction, seal }
    }

    pub fn get(&self, plugin: &PluginId, key: &Key) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(table) = self.table(plugin)? else { return Ok(None) };
        let Some(stored) = table.get(key.as_bytes())? else { return Ok(None) };
        let place = Place { seal: &self.seal, plugin, key };
        let value = value::read(&place, stored.value()).map_err(|value::Damage| Error::Damaged)?;
        Ok(Some(value.to_vec()))
    }

    pub fn exists(&self, plugin: &PluginId, key: &Key) -> Result<bool, Trouble> {
        let Some(table) = self.table(plugin)? else { return Ok(false) };
        Ok(table.get(key.as_bytes())?.is_some())
    }

    pub fn keys(&self, plugin: &PluginId, range: &Range) -> Result<KeyPage, Trouble> {
        let Some(table) = self.table(plugin)? else { return Ok(KeyPage::default()) };
        let rows = table.range::<&[u8]>((range.start(), Bound::Unbounded))?;
        let mut trouble = None;
        let keys = rows.map_while(|row| match row.map_err(Trouble::from).and_then(|(key, _)| key_text(key.value())) {
            Ok(key) => Some(Ok(key)),
            Err(found) => {
                trouble = Some(found);
                None
            }
        });
        let page = range.page(keys)?;
        trouble.map_or(Ok(page), Err)
    }

    pub fn held(&self, plugin: &PluginId) -> Result<Held, Trouble> {
        self.transaction.open_table(META)?.held(Some(plugin))
    }

    pub fn plugins(&self) -> Result<Vec<(PluginId, Held)>, Trouble> {
        self.transaction.open_table(META)?.plugins()
    }

    /// Opening a table is a look-up of its own, so each stays open as long as the snapshot.
    fn table(&self, plugin: &PluginId) -> Result<Option<Arc<Table>>, Trouble> {
        let mut tables = self.tables.lock().expect("a panic of redb takes the snapshot with it");
        match tables.entry(plugin.clone()) {
            Entry::Occupied(table) => Ok(table.get().clone()),
            Entry::Vacant(vacant) => {
                let table = match self.transaction.open_table(store_table(&store_name(plugin))) {
                    Ok(table) => Some(Arc::new(table)),
                    Err(TableError::TableDoesNotExist(_)) => None,
                    Err(error) => return Err(error.into()),
                };
                Ok(vacant.insert(table).clone())
            }
        }
    }
}

fn key_text(bytes: &[u8]) -> Result<String, Trouble> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Trouble::Damaged("a key is not text".to_owned()))
}
