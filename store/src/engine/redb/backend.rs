//! The file of a database as redb sees it.

use std::fmt;
use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use redb::{BackendError, DatabaseError, StorageBackend};

use super::layout::{DATABASE, Layout};
use super::page_sums::PageSums;
use super::writer_mark::read_mark;
use crate::dir::{Dir, File};
use crate::workspace_id::WorkspaceId;

/// How much is written again at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// A database's file.
pub(super) struct Backend {
    file: Box<dyn StorageBackend>,
    /// The workspace whose database it is; none where it is only read, or has no name yet.
    of: Option<(Arc<Layout>, WorkspaceId)>,
    in_doubt: AtomicBool,
    pub sums: Arc<PageSums>,
    trust: Trust,
}

/// What is made of a page that is not what it should be.
enum Trust {
    /// Nobody else writes: it is damaged.
    Nobody,
    /// Another process writes: what is known of the page may be what it was.
    Writer,
    /// It is damaged if nobody has written to the workspace since then.
    QuietSince(Arc<Layout>, WorkspaceId, Option<SystemTime>),
}

impl Backend {
    /// A file that is only read, or that goes if it is not filled.
    pub fn new(file: File) -> Result<Self, DatabaseError> {
        #[cfg(not(test))]
        let file = Box::new(redb::backends::FileBackend::new(file)?);
        #[cfg(test)]
        let file = file.into_backend()?;
        Ok(Self { file, of: None, in_doubt: AtomicBool::new(false), sums: Arc::default(), trust: Trust::Nobody })
    }

    /// A database that another process writes.
    pub fn beside_a_writer(file: File) -> Result<Self, DatabaseError> {
        Ok(Self { trust: Trust::Writer, ..Self::new(file)? })
    }

    /// A database that others may write, and that was last written at `modified`.
    pub fn to_read(
        file: File,
        layout: &Arc<Layout>,
        id: &WorkspaceId,
        modified: Option<SystemTime>,
    ) -> Result<Self, DatabaseError> {
        Ok(Self { trust: Trust::QuietSince(layout.clone(), id.clone(), modified), ..Self::new(file)? })
    }

    /// The database of the workspace in `dir`, to be written.
    pub fn of_workspace(file: File, layout: &Arc<Layout>, id: &WorkspaceId, dir: &Dir) -> Result<Self, DatabaseError> {
        let in_doubt = layout.is_in_doubt(id, dir)?;
        let of = Some((layout.clone(), id.clone()));
        Ok(Self { of, in_doubt: AtomicBool::new(in_doubt), ..Self::new(file)? })
    }

    /// Whether another process may have written since the file was opened.
    fn may_be_written(&self) -> bool {
        match &self.trust {
            Trust::Nobody => false,
            Trust::Writer => true,
            Trust::QuietSince(layout, id, modified) => match layout.workspace(id) {
                Ok(Some(dir)) => !matches!(read_mark(&dir), Ok(None)) || dir.modified(DATABASE).ok() != *modified,
                _ => true,
            },
        }
    }

    /// Writes everything again. redb has its lock before it reads anything, so nobody else writes meanwhile.
    fn end_doubt(&self) -> io::Result<()> {
        let bytes = self.file.len()?;
        let mut piece = vec![0; PIECE_BYTES];
        for offset in (0..bytes).step_by(PIECE_BYTES) {
            let left = usize::try_from(bytes - offset).unwrap_or(PIECE_BYTES);
            let piece = &mut piece[..left.min(PIECE_BYTES)];
            self.file.read(offset, piece)?;
            self.file.write(offset, piece)?;
        }
        self.sync_data()?;
        if let Some((layout, id)) = &self.of {
            layout.sync_names_of(id)?;
            layout.end_doubt(id);
        }
        self.in_doubt.store(false, Ordering::Relaxed);
        Ok(())
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if self.in_doubt.load(Ordering::Relaxed) {
            self.end_doubt()?;
        }
        // A second time, as another process may have been writing the first time.
        for _ in 0..2 {
            self.file.read(offset, out)?;
            if self.sums.is_right(offset, out) {
                return Ok(());
            }
        }
        if !self.may_be_written() {
            self.sums.refuse(offset, out);
        }
        Ok(())
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data().inspect_err(|_| {
            self.of.as_ref().inspect(|(layout, id)| layout.raise_doubt(id));
        })
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write(offset, bytes)?;
        self.sums.wrote(offset, bytes);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
