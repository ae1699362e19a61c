use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use wasmtime::Result;

use super::Peer;

/// fjall, whose journal is synced after each write.
pub struct Fjall {
    database: Database,
    values: Keyspace,
}

impl Fjall {
    pub fn open(dir: &Path) -> Result<Self> {
        let database = Database::builder(dir).open()?;
        let values = database.keyspace("values", KeyspaceCreateOptions::default)?;
        Ok(Self { database, values })
    }
}

impl Peer for Fjall {
    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.values.get(key)?.map(|value| value.to_vec()))
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<()> {
        self.values.insert(key, value)?;
        Ok(self.database.persist(PersistMode::SyncData)?)
    }
}
