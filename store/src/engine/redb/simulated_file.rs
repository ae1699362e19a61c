//! Files for redb in tests: the system's, or those of a simulated disk.

use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::thread;

use redb::backends::FileBackend;
use redb::{BackendError, DatabaseError, StorageBackend};

use crate::dir::{File, simulated};

pub(super) fn backend(file: File) -> Result<Arc<dyn StorageBackend>, DatabaseError> {
    Ok(match file {
        File::System(file) => Arc::new(FileBackend::new(file)?),
        File::Simulated(file) => Arc::new(file),
    })
}

fn lock(file: &simulated::File, range: (Bound<u64>, Bound<u64>), shared: bool) -> Result<(), BackendError> {
    while !file.try_lock(range, shared).map_err(BackendError::Io)? {
        thread::yield_now();
    }
    Ok(())
}

impl StorageBackend for simulated::File {
    fn len(&self) -> io::Result<u64> {
        self.status().map(|status| status.bytes)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.read_at(offset, out)? {
            there if there == out.len() => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_at(offset, bytes)
    }

    fn close(&self) -> io::Result<()> {
        self.unlock_all();
        Ok(())
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.try_lock((start, end), false).map_err(BackendError::Io)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.try_lock((start, end), true).map_err(BackendError::Io)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        lock(self, (start, end), false)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        lock(self, (start, end), true)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.unlock((start, end));
        Ok(())
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(self.conflicts((start, end)))
    }
}
