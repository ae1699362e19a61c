//! One open workspace.

use std::future::ready;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use redb::{Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase};

use super::Sharing;
use super::commit::{Prepared, Versions, prepare};
use super::database::{identify, leads_to, open_to_read, open_to_write, prepare_for_a_crash};
use super::layout::Layout;
use super::meta::{COMMIT, META, ReadMeta, VERSIONS};
use super::snapshot::Snapshot;
use super::trouble::{Contained, Trouble, contain};
use super::writer_mark::WriterMark;
use crate::access::Access;
use crate::dir::FileStatus;
use crate::engine::{Answer, Batch, EngineWorkspace, Range};
use crate::error::{Error, Fault};
use crate::key::Key;
use crate::page::KeyPage;
use crate::plugin_id::PluginId;
use crate::usage::Held;
use crate::value::Seal;
use crate::workspace_id::WorkspaceId;

/// Above this many bytes a file is committed so that opening it after a crash is quick, each time.
const LARGE_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// How long a failed commit tries to find out what became of it.
const SETTLING: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(20);

pub(super) struct RedbWorkspace {
    id: WorkspaceId,
    layout: Arc<Layout>,
    access: Access,
    sharing: Sharing,
    state: RwLock<State>,
}

enum State {
    Open(Arc<Handle>),
    /// To be opened anew before it is trusted again.
    Failed,
    /// Damaged: not touched again as long as this is open.
    Quarantined(String),
}

struct Handle {
    // In the order in which they go: what reads the database before it, the mark before the lock.
    newest: Mutex<Option<Arc<Snapshot>>>,
    _mark: Option<Marked>,
    files: Files,
    status: FileStatus,
    seal: Seal,
    versions: Mutex<Versions>,
    commits: u64,
    /// Whether opening would be slow after a crash now.
    untidy: AtomicBool,
}

enum Files {
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

impl RedbWorkspace {
    pub fn open(
        layout: Arc<Layout>,
        id: &WorkspaceId,
        access: Access,
        sharing: Sharing,
    ) -> Result<Option<Self>, Error> {
        let Some(handle) = Handle::open(&layout, id, access, sharing)? else { return Ok(None) };
        let state = RwLock::new(State::Open(Arc::new(handle)));
        Ok(Some(Self { id: id.clone(), layout, access, sharing, state }))
    }

    fn handle(&self) -> Result<Arc<Handle>, Error> {
        match &*self.state.read().expect("nothing panics while this is locked") {
            State::Open(handle) => Ok(handle.clone()),
            State::Failed => Err(Error::Unavailable(Fault::Engine("it failed and is being opened anew".to_owned()))),
            State::Quarantined(what) => Err(Trouble::Damaged(what.clone()).into_error(&self.id)),
        }
    }

    fn set_state(&self, state: State) {
        let old = std::mem::replace(&mut *self.state.write().expect("nothing panics while this is locked"), state);
        drop(old);
    }

    fn read<T>(&self, read: impl FnOnce(&Snapshot) -> Result<T, Trouble>) -> Result<T, Error> {
        let handle = self.handle()?;
        contain(|| read(&*handle.snapshot()?)).map_err(|trouble| self.note(trouble))
    }

    /// Draws the consequence of a failure and says it to the caller.
    fn note(&self, trouble: Trouble) -> Error {
        match &trouble {
            Trouble::Damaged(what) => self.set_state(State::Quarantined(what.clone())),
            Trouble::Io(_) | Trouble::Engine(_) => self.set_state(State::Failed),
            Trouble::Answer(_) => {}
        }
        trouble.into_error(&self.id)
    }

    fn commit_now(&self, batches: &[Batch]) -> Vec<Result<(), Error>> {
        let refuse = |error: Error| vec![Err(error); batches.len()];
        let handle = match self.handle() {
            Ok(handle) => handle,
            Err(error) => return refuse(error),
        };
        let Files::Writer(database) = &handle.files else { return refuse(Error::AccessDenied) };
        let now = match self.layout.database_status(&self.id) {
            Ok(now) if now.identity == handle.status.identity => now,
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return refuse(Error::io("look at the workspace's database")(error));
            }
            _ => {
                self.set_state(State::Failed);
                return refuse(Error::Unavailable(Fault::Replaced { workspace: self.id.to_string() }));
            }
        };
        let mut versions = handle.versions.lock().expect("a panic of redb is contained before this");
        let prepared = contain(|| {
            let mut transaction = database.begin_write()?;
            let quick = now.bytes > LARGE_FILE_BYTES;
            transaction.set_quick_repair(quick);
            let prepared = prepare(&transaction, batches, &handle.seal, &mut versions)?;
            Ok((transaction, prepared, quick))
        });
        drop(versions);
        let (transaction, Prepared { outcomes, commit }, quick) = match prepared {
            Ok(prepared) => prepared,
            Err(trouble) => return refuse(self.note(trouble)),
        };
        let Some(commit) = commit else {
            // It undoes nothing but the making of empty tables.
            let _ = contain(|| Ok(transaction.abort()?));
            return outcomes;
        };
        let committed = contain(|| Ok(transaction.commit()?));
        handle.untidy.store(!quick, Ordering::Relaxed);
        handle.forget_snapshot();
        match committed {
            Ok(()) => outcomes,
            Err(trouble) => {
                drop(handle);
                self.settle(commit, outcomes, trouble)
            }
        }
    }

    /// Finds out what became of a commit that failed, which in itself proves nothing either way.
    fn settle(&self, commit: u64, outcomes: Vec<Result<(), Error>>, trouble: Trouble) -> Vec<Result<(), Error>> {
        let Error::Unavailable(fault) = self.note(trouble) else { unreachable!("a commit refuses nothing") };
        let fate = self.look_for(commit);
        let tell = |outcome: Result<(), Error>| match (outcome, &fate) {
            (Ok(()), Fate::Landed) => Ok(()),
            (Ok(()), Fate::NotLanded) => Err(Error::Unavailable(fault.clone())),
            (Ok(()), Fate::Unknown) => Err(Error::OutcomeUnknown(fault.clone())),
            (refused, _) => refused,
        };
        outcomes.into_iter().map(tell).collect()
    }

    fn look_for(&self, commit: u64) -> Fate {
        let deadline = Instant::now() + SETTLING;
        loop {
            match Handle::open(&self.layout, &self.id, self.access, self.sharing) {
                Ok(Some(handle)) if handle.commits < commit => {
                    self.set_state(State::Open(Arc::new(handle)));
                    return Fate::NotLanded;
                }
                Ok(Some(handle)) => {
                    // It is in the file; only a sync that succeeds says that it is on the disk.
                    let Files::Writer(database) = &handle.files else { return Fate::Unknown };
                    if contain(|| prepare_for_a_crash(database)).is_err() {
                        return Fate::Unknown;
                    }
                    self.set_state(State::Open(Arc::new(handle)));
                    return Fate::Landed;
                }
                Ok(None) => return Fate::Unknown,
                Err(_) if Instant::now() < deadline => thread::sleep(RETRY),
                Err(_) => return Fate::Unknown,
            }
        }
    }

    fn tidy_now(&self) -> Result<(), Error> {
        let handle = self.handle()?;
        let Files::Writer(database) = &handle.files else { return Ok(()) };
        if !handle.untidy.load(Ordering::Relaxed) || !leads_to(&self.layout, &self.id, handle.status) {
            return Ok(());
        }
        contain(|| prepare_for_a_crash(database)).map_err(|trouble| self.note(trouble))?;
        handle.untidy.store(false, Ordering::Relaxed);
        handle.forget_snapshot();
        Ok(())
    }
}

/// What became of a commit.
enum Fate {
    Landed,
    NotLanded,
    Unknown,
}

impl Handle {
    fn open(layout: &Arc<Layout>, id: &WorkspaceId, access: Access, sharing: Sharing) -> Result<Option<Self>, Error> {
        let (files, status, mark) = match access {
            Access::ReadWrite => {
                let Some((opened, mark)) = open_to_write(layout, id, sharing)? else { return Ok(None) };
                let mark = Marked { mark, layout: layout.clone(), id: id.clone() };
                (Files::Writer(opened.database), opened.status, Some(mark))
            }
            Access::ReadOnly => {
                let Some(opened) = open_to_read(layout, id)? else { return Ok(None) };
                (Files::Reader(opened.database), opened.status, None)
            }
        };
        let known = contain(|| {
            let transaction = files.begin_read()?;
            let meta = transaction.open_table(META)?;
            Ok((identify(&transaction, id)?, meta.number(COMMIT)?, meta.number(VERSIONS)?))
        });
        let (seal, commits, versions) = known.map_err(|trouble| trouble.into_error(id))?;
        Ok(Some(Self {
            newest: Mutex::default(),
            _mark: mark,
            files,
            status,
            seal,
            versions: Mutex::new(Versions::above(versions)),
            commits,
            untidy: AtomicBool::new(false),
        }))
    }

    /// The newest committed state.
    ///
    /// A writer keeps it until its next commit, as beginning a transaction costs more than a read. A reader beside another
    /// process begins anew each time.
    fn snapshot(&self) -> Result<Arc<Snapshot>, Trouble> {
        if matches!(self.files, Files::Reader(_)) {
            return self.begin().map(Arc::new);
        }
        // Held while the transaction begins, so that none from before a commit is kept after it.
        let mut newest = self.newest.lock().map_err(|_| Trouble::Damaged("the engine panicked".to_owned()))?;
        if let Some(snapshot) = &*newest {
            return Ok(snapshot.clone());
        }
        Ok(newest.insert(Arc::new(self.begin()?)).clone())
    }

    fn begin(&self) -> Result<Snapshot, Trouble> {
        Ok(Snapshot::new(self.files.begin_read()?, self.seal))
    }

    fn forget_snapshot(&self) {
        let forgotten = self.newest.lock().map(|mut newest| newest.take());
        drop(forgotten);
    }
}

impl Files {
    fn begin_read(&self) -> Result<ReadTransaction, Trouble> {
        Ok(match self {
            Self::Writer(database) => database.begin_read()?,
            Self::Reader(database) => database.begin_read()?,
        })
    }
}

impl EngineWorkspace for RedbWorkspace {
    fn must_reopen(&self) -> bool {
        match &*self.state.read().expect("nothing panics while this is locked") {
            // Nobody tells a reader that the workspace was deleted.
            State::Open(handle) => self.access == Access::ReadOnly && !leads_to(&self.layout, &self.id, handle.status),
            State::Failed => true,
            State::Quarantined(_) => false,
        }
    }

    fn get<'a>(&'a self, plugin: &'a PluginId, key: &'a Key<'_>) -> Answer<'a, Result<Option<Vec<u8>>, Error>> {
        Box::pin(ready(self.read(|snapshot| snapshot.get(plugin, key))))
    }

    fn exists<'a>(&'a self, plugin: &'a PluginId, key: &'a Key<'_>) -> Answer<'a, Result<bool, Error>> {
        Box::pin(ready(self.read(|snapshot| snapshot.exists(plugin, key))))
    }

    fn keys<'a>(&'a self, plugin: &'a PluginId, range: Range<'a>) -> Answer<'a, Result<KeyPage, Error>> {
        Box::pin(ready(self.read(|snapshot| snapshot.keys(plugin, &range))))
    }

    fn held<'a>(&'a self, plugin: &'a PluginId) -> Answer<'a, Result<Held, Error>> {
        Box::pin(ready(self.read(|snapshot| snapshot.held(plugin))))
    }

    fn plugins(&self) -> Answer<'_, Result<Vec<(PluginId, Held)>, Error>> {
        Box::pin(ready(self.read(Snapshot::plugins)))
    }

    fn commit<'a>(&'a self, batches: &'a [Batch]) -> Answer<'a, Vec<Result<(), Error>>> {
        Box::pin(ready(self.commit_now(batches)))
    }

    fn tidy(&self) -> Answer<'_, Result<(), Error>> {
        Box::pin(ready(self.tidy_now()))
    }
}
