//! A workspace's database, open.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use redb::{CompactionError, Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase};

use super::Files;
use super::attempts::Attempts;
use super::backend::FileState;
use super::database::{identify, open_to_read, open_to_write};
use super::discarded::Discarded;
use super::large_files::LargeFiles;
use super::layout::Layout;
use super::meta::{COMMIT, LATEST, META, ReadMeta, VERSIONS};
use super::salvage::remove_unfinished;
use super::snapshot::Snapshot;
use super::trouble::{Contained, Trouble, contain};
use super::versions::Versions;
use super::writer_mark::WriterMark;
use crate::access::Access;
use crate::dir::FileStatus;
use crate::error::Error;
use crate::store_id::StoreId;
use crate::value::Seal;
use crate::workspace_id::WorkspaceId;

pub(super) struct Handle {
    // In the order in which they go: what reads the database before it, the mark after it.
    newest: Mutex<Option<Arc<Snapshot>>>,
    database: Opened,
    pub file: FileState,
    _mark: Option<Marked>,
    pub status: FileStatus,
    pub seal: Seal,
    pub versions: Mutex<Versions>,
    /// How many commits there were when it was opened.
    pub commits: u64,
    /// The latest time at which something was called expired, as it was kept when it was opened.
    pub latest_ms: u64,
    /// Whether there were values that expire then.
    pub had_expiring: bool,
    pub discarded: Discarded,
    /// To remove what has expired of a store.
    expiry: Mutex<Attempts<StoreId>>,
    pub large: Arc<LargeFiles>,
    /// Whether opening would be slow after a crash now.
    pub untidy: AtomicBool,
    /// How large the file was after it was compacted last, since it is open.
    pub compacted_bytes: u64,
}

enum Opened {
    Writer(Contained<Database>),
    Reader(Contained<ReadOnlyDatabase>),
}

struct Marked {
    mark: WriterMark,
    layout: Arc<Layout>,
    id: WorkspaceId,
}

impl Drop for Marked {
    fn drop(&mut self) {
        self.mark.remove(&self.layout, &self.id);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // What redb writes when it closes is of use only where something was changed.
        self.file.recovery_flag.refuse_unless_changed();
        // Where that fails, the file is as after a crash.
        let _ = self.file.tail.cut_off();
    }
}

impl Handle {
    /// Opens the workspace's database; none where there is no such workspace.
    pub fn open(files: &Files, id: &WorkspaceId) -> Result<Option<Self>, Error> {
        let layout = &files.layout;
        let (database, status, file, mark) = match files.access {
            Access::ReadWrite => {
                let Some((opened, mark)) = open_to_write(layout, id, files.sharing)? else { return Ok(None) };
                let mark = Marked { mark, layout: layout.clone(), id: id.clone() };
                (Opened::Writer(opened.database), opened.status, opened.state, Some(mark))
            }
            Access::ReadOnly => {
                let Some(opened) = open_to_read(layout, id)? else { return Ok(None) };
                (Opened::Reader(opened.database), opened.status, opened.state, None)
            }
        };
        let known = contain(|| {
            let transaction = database.begin_read()?;
            let meta = transaction.open_table(META)?;
            let seal = identify(&transaction, id)?;
            let numbers = (meta.number(COMMIT)?, meta.number(VERSIONS)?, meta.number(LATEST)?);
            // Where that is damaged, the stores that are not can be used.
            let had_expiring = meta.stores().is_ok_and(|all| all.iter().any(|(_, contents)| contents.expiring > 0));
            let has_discarded = meta.discarded().is_ok_and(|mut names| names.next().is_some());
            Ok((seal, numbers, had_expiring, has_discarded))
        });
        let (seal, (commits, versions, latest_ms), had_expiring, has_discarded) =
            known.map_err(|trouble| trouble.into_error(id))?;
        file.unread.accept();
        if commits == 0 && mark.is_some() {
            // Whoever created the workspace may not have come to this.
            layout.sync_names().map_err(Error::io("make the workspace's name durable"))?;
        }
        let handle = Self {
            newest: Mutex::default(),
            database,
            file,
            _mark: mark,
            status,
            seal,
            versions: Mutex::new(Versions::above(versions)),
            commits,
            latest_ms,
            had_expiring,
            discarded: Discarded::new(has_discarded),
            expiry: Mutex::default(),
            large: files.large.of(layout, id, status.identity),
            untidy: AtomicBool::new(false),
            compacted_bytes: 0,
        };
        if handle.writer().is_some() {
            // Best effort: what stays takes room, and is swept the next time.
            remove_unfinished(layout, id);
            let _ = handle
                .large
                .sweep(|| contain(|| handle.begin()?.large_files()).map_err(|trouble| trouble.into_error(id)));
        }
        Ok(Some(handle))
    }

    /// The database, if it may be written.
    pub fn writer(&self) -> Option<&Database> {
        match &self.database {
            Opened::Writer(database) => Some(database),
            Opened::Reader(_) => None,
        }
    }

    /// The newest committed state.
    ///
    /// A writer keeps it until its next commit, as beginning a transaction costs more than a read. A reader beside another
    /// process begins anew each time.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, Trouble> {
        if self.writer().is_none() {
            return self.begin().map(Arc::new);
        }
        // Held while the transaction begins, so that none from before a commit is kept after it.
        let mut newest = self.newest.lock().map_err(|_| Trouble::Damaged("the engine panicked".to_owned()))?;
        if let Some(snapshot) = &*newest {
            return Ok(snapshot.clone());
        }
        Ok(newest.insert(Arc::new(self.begin()?)).clone())
    }

    /// After a commit: whether opening would be slow after a crash now, and that the newest state is another.
    pub fn committed(&self, quick: bool) {
        self.untidy.store(!quick, Ordering::Relaxed);
        let forgotten = self.newest.lock().map(|mut newest| newest.take());
        drop(forgotten);
    }

    /// Gives the file system back what the database has no use for; false where another process is reading.
    pub fn compact(&mut self) -> Result<bool, Trouble> {
        let Opened::Writer(database) = &mut self.database else { return Ok(false) };
        // It reads, too.
        self.newest = Mutex::default();
        self.untidy.store(true, Ordering::Relaxed);
        match self.file.tail.leave(|| database.compact()) {
            Err(CompactionError::TransactionInProgress) => Ok(false),
            compacted => Ok(compacted.map(|_| true)?),
        }
    }

    /// Whether a trouble may come from a page that is damaged, so that what stands on others can still be used.
    pub fn has_met_damage(&self, trouble: &Trouble) -> bool {
        matches!(trouble, Trouble::Damaged(_)) && self.found_damage()
    }

    /// Whether a page was found damaged, which a repair would stumble over.
    pub fn found_damage(&self) -> bool {
        self.file.sums.found_damage()
    }

    pub fn expiry(&self) -> MutexGuard<'_, Attempts<StoreId>> {
        self.expiry.lock().expect("nothing panics while this is locked")
    }

    fn begin(&self) -> Result<Snapshot, Trouble> {
        Snapshot::new(self.database.begin_read()?, self.seal)
    }
}

impl Opened {
    fn begin_read(&self) -> Result<ReadTransaction, Trouble> {
        Ok(match self {
            Self::Writer(database) => database.begin_read()?,
            Self::Reader(database) => database.begin_read()?,
        })
    }
}
