use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use wasmtime::Result;

use super::Peer;

/// SQLite with a write-ahead log that is synced at each commit.
pub struct Sqlite(Connection);

impl Sqlite {
    pub fn open(dir: &Path) -> Result<Self> {
        let connection = Connection::open(dir.join("values.sqlite"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch("CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")?;
        Ok(Self(connection))
    }
}

impl Peer for Sqlite {
    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>> {
        let mut select = self.0.prepare_cached("SELECT value FROM entries WHERE key = ?1")?;
        Ok(select.query_row([key], |row| row.get(0)).optional()?)
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<()> {
        let mut insert = self.0.prepare_cached("INSERT OR REPLACE INTO entries VALUES (?1, ?2)")?;
        insert.execute((key, value))?;
        Ok(())
    }
}
