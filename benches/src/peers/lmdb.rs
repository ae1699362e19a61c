use std::path::Path;

use heed::types::{Bytes, Str};
use heed::{CommitOrAbort, Database, Env, EnvOpenOptions, Error};
use wasmtime::Result;

use super::Peer;

const MAP_BYTES: usize = 1 << 30;

/// LMDB, as heed offers it. Its environment stays as long as the process, as a database is borrowed from it.
pub struct Lmdb {
    env: &'static Env,
    values: Database<'static, Str, Bytes>,
}

impl Lmdb {
    #[allow(unsafe_code, reason = "there is no other way to open it; nobody else changes the file")]
    pub fn open(dir: &Path) -> Result<Self> {
        let env: &Env = Box::leak(Box::new(unsafe { EnvOpenOptions::new().map_size(MAP_BYTES).open(dir) }?));
        let created = env.create_databases_and_commit(env.write_txn()?, |create, transaction| {
            Ok::<_, Error>(CommitOrAbort::<_, ()>::Commit(create.create_database(transaction, None)?))
        });
        Ok(Self { env, values: created?.unwrap_commit() })
    }
}

impl Peer for Lmdb {
    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>> {
        let transaction = self.env.read_txn()?;
        Ok(self.values.get(&transaction, key)?.map(<[u8]>::to_vec))
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<()> {
        let mut transaction = self.env.write_txn()?;
        self.values.put(&mut transaction, key, value)?;
        Ok(transaction.commit()?)
    }
}
