use std::sync::Arc;

const PAGE_BYTES: usize = 4096;
/// What a disk writes whole or not at all.
pub const SECTOR_BYTES: u64 = 512;

/// The bytes of a file, shared with the copies of it as far as they are the same.
#[derive(Clone, Default)]
pub struct Content {
    bytes: u64,
    pages: Vec<Arc<[u8; PAGE_BYTES]>>,
}

impl Content {
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// As many bytes from `offset` on as there are and `out` has room for.
    pub fn read(&self, offset: u64, out: &mut [u8]) -> usize {
        let there = self.bytes.saturating_sub(offset).min(out.len() as u64) as usize;
        let mut done = 0;
        while done < there {
            let (page, within) = split(offset + done as u64);
            let length = (PAGE_BYTES - within).min(there - done);
            out[done..done + length].copy_from_slice(&self.pages[page][within..within + length]);
            done += length;
        }
        there
    }

    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset + bytes.len() as u64;
        if end > self.bytes {
            self.set_len(end);
        }
        let mut done = 0;
        while done < bytes.len() {
            let (page, within) = split(offset + done as u64);
            let length = (PAGE_BYTES - within).min(bytes.len() - done);
            Arc::make_mut(&mut self.pages[page])[within..within + length].copy_from_slice(&bytes[done..done + length]);
            done += length;
        }
    }

    pub fn set_len(&mut self, bytes: u64) {
        let pages = bytes.div_ceil(PAGE_BYTES as u64) as usize;
        if self.pages.len() < pages {
            let empty = Arc::new([0; PAGE_BYTES]);
            self.pages.resize(pages, empty);
        } else {
            self.pages.truncate(pages);
        }
        let (last, within) = split(bytes);
        if bytes < self.bytes && within > 0 {
            Arc::make_mut(&mut self.pages[last])[within..].fill(0);
        }
        self.bytes = bytes;
    }
}

fn split(offset: u64) -> (usize, usize) {
    ((offset / PAGE_BYTES as u64) as usize, (offset % PAGE_BYTES as u64) as usize)
}
