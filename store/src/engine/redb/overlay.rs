//! A database's file that can be written without being changed.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::{BackendError, StorageBackend};

use super::backend::Backend;
use super::page_format::PAGE_BYTES;
use super::unread::Unread;

/// Reads come from the file, but for what was written since, which is kept in memory.
#[derive(Debug)]
pub(super) struct Overlay {
    file: Backend,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    bytes: u64,
    /// Below this the file is what is not in `pages`; above, zeros are.
    from_file: u64,
    pages: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    pub fn new(file: Backend) -> io::Result<Self> {
        let bytes = file.len()?;
        Ok(Self { file, written: Mutex::new(Written { bytes, from_file: bytes, pages: BTreeMap::new() }) })
    }

    pub fn unread(&self) -> &Arc<Unread> {
        &self.file.state.unread
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().expect("nothing panics while this is locked")
    }

    fn read_below(&self, written: &Written, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = written.from_file.saturating_sub(offset).min(out.len() as u64) as usize;
        let (from_file, zeros) = out.split_at_mut(there);
        zeros.fill(0);
        if !from_file.is_empty() {
            // At once, as a page of the database may be several of ours.
            self.file.read(offset, from_file)?;
        }
        let end = offset + out.len() as u64;
        for (number, page) in written.pages.range(offset / PAGE_BYTES..end.div_ceil(PAGE_BYTES)) {
            let start = number * PAGE_BYTES;
            let (from, to) = (start.max(offset), (start + PAGE_BYTES).min(end));
            out[(from - offset) as usize..(to - offset) as usize]
                .copy_from_slice(&page[(from - start) as usize..(to - start) as usize]);
        }
        Ok(())
    }
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.written().bytes)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        if offset + out.len() as u64 > written.bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read_below(&written, offset, out)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let mut written = self.written();
        written.bytes = bytes;
        written.from_file = written.from_file.min(bytes);
        let kept = bytes.div_ceil(PAGE_BYTES);
        written.pages.split_off(&kept);
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        let end = offset + bytes.len() as u64;
        let mut from = offset;
        while from < end {
            let number = from / PAGE_BYTES;
            let start = number * PAGE_BYTES;
            let to = end.min(start + PAGE_BYTES);
            if !written.pages.contains_key(&number) {
                let mut page = vec![0; PAGE_BYTES as usize];
                if to - from < PAGE_BYTES {
                    self.read_below(&written, start, &mut page)?;
                }
                written.pages.insert(number, page);
            }
            if let Some(page) = written.pages.get_mut(&number) {
                page[(from - start) as usize..(to - start) as usize]
                    .copy_from_slice(&bytes[(from - offset) as usize..(to - offset) as usize]);
            }
            from = to;
        }
        written.bytes = written.bytes.max(end);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    // It is nobody else's.

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}
