use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use wasmtime::Result;

use super::Peer;

/// A file for each key: written beside, synced, renamed, and the directory synced.
pub struct Files {
    dir: PathBuf,
    names: File,
}

impl Files {
    pub fn open(dir: &Path) -> Result<Self> {
        Ok(Self { dir: dir.to_owned(), names: File::open(dir)? })
    }
}

impl Peer for Files {
    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.dir.join(key)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            value => Ok(Some(value?)),
        }
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<()> {
        let beside = self.dir.join(".new");
        let mut file = File::create(&beside)?;
        file.write_all(value)?;
        file.sync_data()?;
        fs::rename(beside, self.dir.join(key))?;
        Ok(self.names.sync_all()?)
    }
}
