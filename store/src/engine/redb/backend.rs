//! The file of a database as redb sees it.

use std::fmt;
use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use redb::{BackendError, DatabaseError, StorageBackend};

use super::layout::{DATABASE, Layout};
use super::page_format::{PAGE_BYTES, leads_nowhere};
use super::page_sums::PageSums;
use super::recovery_flag::RecoveryFlag;
use super::tail::Tail;
use super::unread::Unread;
use super::writer_mark::read_mark;
use crate::dir::{Dir, File};
use crate::workspace_id::WorkspaceId;

/// How much is written again at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// A database's file.
pub(super) struct Backend {
    file: Arc<dyn StorageBackend>,
    purpose: Purpose,
    in_doubt: AtomicBool,
    pub state: FileState,
}

/// What is known of a database's file as long as it is open, by redb's backend and by who has opened it.
#[derive(Clone)]
pub(super) struct FileState {
    pub tail: Arc<Tail>,
    pub sums: Arc<PageSums>,
    pub unread: Arc<Unread>,
    pub recovery_flag: Arc<RecoveryFlag>,
}

/// What it is open for.
enum Purpose {
    /// Reading what nobody writes, or filling what has no name yet.
    Alone,
    /// Reading what another process writes.
    BesideAWriter,
    /// Reading the database of a workspace, which was last written at this time and may be again.
    Reading(Arc<Layout>, WorkspaceId, Option<SystemTime>),
    /// Writing the database of a workspace.
    Writing(Arc<Layout>, WorkspaceId),
}

impl Backend {
    /// A file that nobody else writes.
    pub fn new(file: File) -> Result<Self, DatabaseError> {
        Self::open(file, Purpose::Alone, false)
    }

    /// A database that another process writes.
    pub fn beside_a_writer(file: File) -> Result<Self, DatabaseError> {
        Self::open(file, Purpose::BesideAWriter, false)
    }

    /// A workspace's database that others may write, and that was last written at `modified`.
    pub fn to_read(
        file: File,
        layout: &Arc<Layout>,
        id: &WorkspaceId,
        modified: Option<SystemTime>,
    ) -> Result<Self, DatabaseError> {
        Self::open(file, Purpose::Reading(layout.clone(), id.clone(), modified), false)
    }

    /// The database of the workspace in `dir`, to be written.
    pub fn to_write(file: File, layout: &Arc<Layout>, id: &WorkspaceId, dir: &Dir) -> Result<Self, DatabaseError> {
        let in_doubt = layout.is_in_doubt(id, dir)?;
        Self::open(file, Purpose::Writing(layout.clone(), id.clone()), in_doubt)
    }

    fn open(file: File, purpose: Purpose, in_doubt: bool) -> Result<Self, DatabaseError> {
        #[cfg(not(test))]
        let file = Arc::new(redb::backends::FileBackend::new(file)?);
        #[cfg(test)]
        let file = super::simulated_file::backend(file)?;
        Ok(Self {
            state: FileState {
                tail: Arc::new(Tail::new(file.clone())),
                sums: Arc::default(),
                unread: Arc::new(Unread::new(file.clone())),
                recovery_flag: Arc::default(),
            },
            file,
            purpose,
            in_doubt: AtomicBool::new(in_doubt),
        })
    }

    /// Whether another process may have written since the file was opened, so that what is known of a page may be what it was.
    fn may_be_written(&self) -> bool {
        match &self.purpose {
            Purpose::Alone | Purpose::Writing(..) => false,
            Purpose::BesideAWriter => true,
            Purpose::Reading(layout, id, modified) => match layout.workspace(id) {
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
        self.sync_file()?;
        if let Purpose::Writing(layout, id) = &self.purpose {
            layout.sync_names_of(id)?;
            layout.end_doubt(id);
        }
        self.in_doubt.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn sync_file(&self) -> io::Result<()> {
        self.file.sync_data().inspect_err(|_| {
            if let Purpose::Writing(layout, id) = &self.purpose {
                layout.raise_doubt(id);
            }
        })
    }

    fn begin_change(&self) -> io::Result<()> {
        self.state.recovery_flag.set_before_change(&*self.file, || self.sync_file())
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.state.tail.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if self.in_doubt.load(Ordering::Relaxed) {
            self.end_doubt()?;
        }
        let FileState { sums, unread, recovery_flag, .. } = &self.state;
        if unread.has(offset) && !self.may_be_written() {
            sums.refuse(out);
            return Ok(());
        }
        let mut failure = None;
        // A second time, as another process may have been writing the first time, and a disk may read it the next.
        for _ in 0..2 {
            match self.file.read(offset, out) {
                Ok(()) if sums.is_right(offset, out) => {
                    recovery_flag.show(offset, out);
                    return Ok(());
                }
                read => failure = read.err(),
            }
        }
        match failure {
            Some(error) if offset < PAGE_BYTES || error.kind() == io::ErrorKind::UnexpectedEof => return Err(error),
            Some(error) => unread.add(offset, out.len(), error)?,
            None if self.may_be_written() => return Ok(()),
            None => {}
        }
        sums.refuse(out);
        Ok(())
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.begin_change()?;
        self.state.tail.set_len(bytes)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.state.recovery_flag.is_held_back() { Ok(()) } else { self.sync_file() }
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if matches!(self.purpose, Purpose::Writing(..)) && self.state.recovery_flag.takes(&*self.file, offset, bytes)? {
            return Ok(());
        }
        if leads_nowhere(bytes) {
            return Err(io::Error::other("what hangs on a damaged page was about to be lost"));
        }
        self.begin_change()?;
        self.file.write(offset, bytes)?;
        self.state.sums.wrote(offset, bytes);
        self.state.unread.wrote(offset);
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
