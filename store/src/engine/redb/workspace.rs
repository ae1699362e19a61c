//! One open workspace.

mod idle;

use std::future::ready;
use std::io;
use std::mem;
use std::sync::{Arc, RwLock, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use redb::WriteTransaction;

use super::Files;
use super::database::leads_to;
use super::handle::Handle;
use super::ledger::{Ledger, Prepared};
use super::meta::{META, VERSIONS, set_number};
use super::transaction;
use super::trouble::{Trouble, contain};
use super::versions::Versions;
use super::view::RedbView;
use super::writer_mark::Witness;
use crate::access::Access;
use crate::dir::FileStatus;
use crate::engine::{Answer, Batch, BatchOutcome, EngineWorkspace, LargeWriter, View};
use crate::error::{Error, Fault};
use crate::moment::Moment;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// Above this many bytes a file is committed so that opening it after a crash is quick, each time.
const LARGE_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// How long a failed commit tries to find out what became of it.
const SETTLING: Duration = if cfg!(test) { Duration::from_millis(50) } else { Duration::from_secs(2) };
const RETRY: Duration = Duration::from_millis(20);

pub(super) struct RedbWorkspace {
    id: WorkspaceId,
    files: Arc<Files>,
    state: Arc<State>,
    latest_ms: AtomicU64,
    commits: AtomicU64,
    had_expiring: bool,
}

/// Whether a workspace can be trusted.
pub(super) struct State {
    id: WorkspaceId,
    condition: RwLock<Condition>,
    /// Whether that is [`Condition::Failed`], for whoever has no time for a lock.
    failed: AtomicBool,
    /// Whether the disk reads again what it did not.
    has_mended: AtomicBool,
}

enum Condition {
    Open(Arc<Handle>),
    /// To be opened anew before it is trusted again.
    Failed,
    /// Damaged: not touched again as long as this is open.
    Quarantined(String),
}

impl State {
    fn handle(&self) -> Result<Arc<Handle>, Error> {
        match &*self.condition.read().expect("nothing panics while this is locked") {
            Condition::Open(handle) => Ok(handle.clone()),
            Condition::Failed => {
                Err(Error::Unavailable(Fault::Engine("it failed and is being opened anew".to_owned())))
            }
            Condition::Quarantined(what) => Err(Trouble::Damaged(what.clone()).into_error(&self.id)),
        }
    }

    fn set(&self, condition: Condition) {
        self.replace(self.condition.write().expect("nothing panics while this is locked"), condition);
    }

    fn replace(&self, mut current: RwLockWriteGuard<'_, Condition>, condition: Condition) {
        self.failed.store(matches!(condition, Condition::Failed), Ordering::Release);
        let old = mem::replace(&mut *current, condition);
        drop(current);
        drop(old);
    }

    /// Says to the caller that something cannot be done. Where pages are damaged, what stands elsewhere can still be used.
    pub fn refuse(&self, handle: &Handle, trouble: Trouble) -> Error {
        if !handle.has_met_damage(&trouble) {
            return self.note(trouble);
        }
        let Some(what) = handle.file.unread.told() else { return trouble.into_error(&self.id) };
        if handle.file.unread.is_read_again() {
            self.has_mended.store(true, Ordering::Relaxed);
        }
        Trouble::Damaged(format!("a part of its database cannot be read: {what}")).into_error(&self.id)
    }

    /// Lets go of a database of which the disk reads again what it did not, as redb may still have what it was given for that;
    /// not while somebody uses it, as it cannot be opened before it is closed.
    fn let_go_if_mended(&self) {
        if !self.has_mended.load(Ordering::Relaxed) {
            return;
        }
        let condition = self.condition.write().expect("nothing panics while this is locked");
        if let Condition::Open(handle) = &*condition
            && Arc::strong_count(handle) == 1
        {
            self.has_mended.store(false, Ordering::Relaxed);
            self.replace(condition, Condition::Failed);
        }
    }

    /// Draws the consequence of a failure and says it to the caller.
    fn note(&self, trouble: Trouble) -> Error {
        match &trouble {
            Trouble::Damaged(what) => self.set(Condition::Quarantined(what.clone())),
            Trouble::Io(_) | Trouble::Engine(_) => self.set(Condition::Failed),
            Trouble::Answer(_) => {}
        }
        trouble.into_error(&self.id)
    }
}

impl RedbWorkspace {
    pub fn open(files: Arc<Files>, id: &WorkspaceId) -> Result<Option<Self>, Error> {
        let Some(handle) = Handle::open(&files, id)? else { return Ok(None) };
        let (latest_ms, commits) = (AtomicU64::new(handle.latest_ms), AtomicU64::new(handle.commits));
        let had_expiring = handle.had_expiring;
        let condition = RwLock::new(Condition::Open(Arc::new(handle)));
        let state = Arc::new(State {
            id: id.clone(),
            condition,
            failed: AtomicBool::new(false),
            has_mended: AtomicBool::new(false),
        });
        Ok(Some(Self { id: id.clone(), files, state, latest_ms, commits, had_expiring }))
    }

    fn view_now(&self) -> Result<Arc<dyn View>, Error> {
        let handle = self.state.handle()?;
        let begun = match handle.writer() {
            Some(_) => None,
            None => Some(Witness::new(&self.files.layout, &self.id)?),
        };
        let snapshot = contain(|| handle.snapshot()).map_err(|trouble| self.state.refuse(&handle, trouble))?;
        Ok(Arc::new(RedbView::new(snapshot, handle, self.state.clone(), begun)))
    }

    fn commit_now(&self, batches: &[Batch], now: Moment) -> Vec<Result<BatchOutcome, Error>> {
        let refuse = |error: Error| vec![Err(error); batches.len()];
        let (handle, status) = match self.handle_to_write() {
            Ok(found) => found,
            Err(error) => return refuse(error),
        };
        let Some(database) = handle.writer() else { return refuse(Error::AccessDenied) };
        // At least this much is kept with the commit.
        let latest_ms = now.latest_ms();
        let mut versions = handle.versions.lock().expect("a panic of redb is contained before this");
        let prepared = loop {
            let knew_of_damage = handle.found_damage();
            let prepared = transaction::attempt(database, |transaction| {
                Ledger::open(transaction, &handle, now)?.apply_all(batches, &mut versions, &self.id)
            });
            match prepared {
                // Without what is given up, and as is done where pages are damaged.
                Err(trouble) if handle.has_met_damage(&trouble) && (handle.expiry().give_up() || !knew_of_damage) => {}
                prepared => break prepared,
            }
        };
        let (transaction, prepared) = match prepared {
            Ok(prepared) => prepared,
            Err(trouble) => {
                drop(versions);
                return refuse(self.state.refuse(&handle, trouble));
            }
        };
        let Prepared { outcomes, commit, reserved, large, has_discarded } = prepared;
        let Some(commit) = commit else {
            // It undoes nothing but the making of empty tables.
            let _ = transaction::abort(transaction);
            return outcomes;
        };
        // On WASI the workspace is closed right after, so there is no idle moment to prepare in.
        let quick = status.bytes > LARGE_FILE_BYTES || handle.found_damage() || cfg!(target_os = "wasi");
        if let Err(trouble) = transaction::commit(transaction, quick) {
            let drawn = *versions;
            drop(versions);
            let files = handle.large.clone();
            // It cannot be opened anew while it is open.
            drop(handle);
            let fate = self.settle(commit, drawn, trouble);
            if !matches!(fate, Fate::NotLanded(_)) {
                // What may be referred to stays; what is not is swept when the workspace is opened.
                files.adopt(&large.adopted);
            }
            return outcomes.into_iter().map(|outcome| fate.of(outcome)).collect();
        }
        if let Some(below) = reserved {
            versions.reserved(below);
        }
        drop(versions);
        self.commits.store(commit, Ordering::Relaxed);
        self.latest_ms.store(latest_ms, Ordering::Relaxed);
        handle.committed(quick);
        handle.discarded.committed(batches, has_discarded);
        if has_discarded {
            // What was in the way may have been among that.
            handle.expiry().retry_all();
        }
        handle.large.adopt(&large.adopted);
        handle.large.free(&large.freed);
        match self.find(&handle) {
            Err(Error::Unavailable(fault @ Fault::Replaced { .. })) => {
                // It may have gone before it was written, or only after.
                let fate = Fate::Unknown(fault);
                outcomes.into_iter().map(|outcome| fate.of(outcome)).collect()
            }
            _ => outcomes,
        }
    }

    /// Nobody tells a reader that the workspace was deleted.
    fn is_gone_from_under_a_reader(&self) -> bool {
        self.files.access == Access::ReadOnly
            && match &*self.state.condition.read().expect("nothing panics while this is locked") {
                Condition::Open(handle) => !leads_to(&self.files.layout, &self.id, handle.status),
                Condition::Failed | Condition::Quarantined(_) => false,
            }
    }

    /// The database, if it is still that of the workspace.
    fn handle_to_write(&self) -> Result<(Arc<Handle>, FileStatus), Error> {
        let handle = self.state.handle()?;
        let status = self.find(&handle)?;
        Ok((handle, status))
    }

    /// Looks whether the workspace's name still leads to the database that is open.
    fn find(&self, handle: &Handle) -> Result<FileStatus, Error> {
        match self.files.layout.database_status(&self.id) {
            Ok(now) if now.identity == handle.status.identity => Ok(now),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::io("look at the workspace's database")(error))
            }
            _ => {
                self.state.set(Condition::Failed);
                Err(Error::Unavailable(Fault::Replaced { workspace: self.id.to_string() }))
            }
        }
    }

    /// Finds out what became of a commit that failed, which in itself proves nothing either way.
    fn settle(&self, commit: u64, drawn: Versions, trouble: Trouble) -> Fate {
        let Error::Unavailable(fault) = self.state.note(trouble) else { unreachable!("a commit refuses nothing") };
        let deadline = Instant::now() + SETTLING;
        loop {
            match Handle::open(&self.files, &self.id) {
                Ok(Some(handle)) => {
                    // What opening finds it has synced: a database that was not closed is repaired, and one of which a sync
                    // failed is written again.
                    let landed = handle.commits >= commit;
                    if let Ok(mut versions) = handle.versions.lock() {
                        *versions = versions.also_above(drawn);
                    }
                    self.commits.store(handle.commits, Ordering::Relaxed);
                    self.state.set(Condition::Open(Arc::new(handle)));
                    return if landed { Fate::Landed } else { Fate::NotLanded(fault) };
                }
                Ok(None) => return Fate::Unknown(fault),
                Err(_) if Instant::now() < deadline => thread::sleep(RETRY),
                Err(_) => return Fate::Unknown(fault),
            }
        }
    }

    fn draw_now(&self) -> Result<Version, Error> {
        let (handle, _) = self.handle_to_write()?;
        let database = handle.writer().ok_or(Error::AccessDenied)?;
        let mut versions = handle.versions.lock().expect("a panic of redb is contained before this");
        if !versions.has_reserved()
            && let Some(below) = versions.next_block()
        {
            let quick = handle.found_damage();
            let reserve =
                |transaction: &WriteTransaction| set_number(&mut transaction.open_table(META)?, VERSIONS, below);
            transaction::make(database, quick, reserve).map_err(|trouble| self.state.refuse(&handle, trouble))?;
            handle.committed(quick);
            versions.reserved(below);
        }
        Ok(versions.draw())
    }
}

/// What became of a commit that failed.
enum Fate {
    Landed,
    NotLanded(Fault),
    Unknown(Fault),
}

impl Fate {
    fn of(&self, outcome: Result<BatchOutcome, Error>) -> Result<BatchOutcome, Error> {
        match (outcome, self) {
            (Ok(BatchOutcome::Committed(_)), Self::NotLanded(fault)) => Err(Error::Unavailable(fault.clone())),
            (Ok(BatchOutcome::Committed(_)), Self::Unknown(fault)) => Err(Error::OutcomeUnknown(fault.clone())),
            (outcome, _) => outcome,
        }
    }
}

impl EngineWorkspace for RedbWorkspace {
    fn must_reopen(&self) -> bool {
        self.state.let_go_if_mended();
        self.state.failed.load(Ordering::Acquire) || self.is_gone_from_under_a_reader()
    }

    fn latest_ms(&self) -> u64 {
        self.latest_ms.load(Ordering::Relaxed)
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn had_expiring(&self) -> bool {
        self.had_expiring
    }

    fn has_discarded(&self) -> bool {
        self.state.handle().is_ok_and(|handle| handle.discarded.are_left())
    }

    fn view(&self) -> Answer<'_, Result<Arc<dyn View>, Error>> {
        Box::pin(ready(self.view_now()))
    }

    fn commit<'a>(&'a self, batches: &'a [Batch], now: Moment<'a>) -> Answer<'a, Vec<Result<BatchOutcome, Error>>> {
        Box::pin(ready(self.commit_now(batches, now)))
    }

    fn draw_version(&self) -> Answer<'_, Result<Version, Error>> {
        Box::pin(ready(self.draw_now()))
    }

    fn write_large(&self) -> Answer<'_, Result<Box<dyn LargeWriter>, Error>> {
        let writer = self.handle_to_write().and_then(|(handle, _)| handle.large.create(handle.seal));
        Box::pin(ready(writer))
    }

    fn tidy<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Option<u64>, Error>> {
        Box::pin(ready(self.tidy_now(now)))
    }
}
