//! A workspace as this process knows it: open or not, with what waits to be done in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use futures_channel::oneshot;
use pollster::block_on;

use crate::access::Access;
use crate::engine::{Absent, Batch, Engine, EngineWorkspace};
use crate::error::{Error, Fault};
use crate::housekeeper::Housekeeper;
use crate::open_workspaces::OpenWorkspaces;
use crate::pool::Pool;
use crate::queue::{Chore, Pending, Queue, Reply, Work};
use crate::workspace_id::WorkspaceId;

/// What all workspaces of a larder have in common.
pub(crate) struct Shared {
    pub engine: Arc<dyn Engine>,
    pub access: Access,
    pub pool: Pool,
    pub open: OpenWorkspaces,
    pub housekeeper: Housekeeper,
}

pub(crate) struct Workspace {
    id: WorkspaceId,
    shared: Arc<Shared>,
    // The hot cache will stand here, before what it caches.
    open: RwLock<Option<Arc<dyn EngineWorkspace>>>,
    queue: Mutex<Queue>,
    last_use: AtomicU64,
    commits: AtomicU64,
    /// Whether the housekeeper watches for this one to fall idle.
    watched: AtomicBool,
}

impl Workspace {
    pub fn new(id: WorkspaceId, shared: Arc<Shared>) -> Self {
        Self {
            id,
            shared,
            open: RwLock::default(),
            queue: Mutex::default(),
            last_use: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            watched: AtomicBool::new(false),
        }
    }

    /// The workspace, opened; none where there is none and `absent` does not say to create it.
    pub async fn opened(self: &Arc<Self>, absent: Absent) -> Result<Option<Arc<dyn EngineWorkspace>>, Error> {
        if let Some(open) = self.trusted() {
            return Ok(Some(open));
        }
        self.do_chore(|reply| Chore::Open { absent, reply }).await
    }

    /// Commits a batch, durably, together with what others commit at the same time.
    pub async fn commit(self: &Arc<Self>, batch: Batch) -> Result<(), Error> {
        if self.shared.access == Access::ReadOnly {
            return Err(Error::AccessDenied);
        }
        let (reply, answer) = oneshot::channel();
        let begin = self.queue().add_batch(Pending { batch, reply });
        self.work_if(begin);
        answer.await.unwrap_or_else(|_| Err(Error::OutcomeUnknown(panicked())))
    }

    /// Removes the workspace with all that it holds; false where there was none.
    pub async fn delete(self: &Arc<Self>) -> Result<bool, Error> {
        if self.shared.access == Access::ReadOnly {
            return Err(Error::AccessDenied);
        }
        self.do_chore(|reply| Chore::Delete { reply }).await
    }

    pub async fn close(self: &Arc<Self>) -> Result<(), Error> {
        self.do_chore(|reply| Chore::Close { reply }).await
    }

    /// Begins idle work, unless there are more commits than the housekeeper knows of: then it goes on watching.
    pub fn tidy_after(self: &Arc<Self>, commits: u64) {
        let now = self.commits.load(Ordering::Relaxed);
        if now != commits {
            return self.shared.housekeeper.tidy_when_idle(self, now);
        }
        self.watched.store(false, Ordering::Relaxed);
        let begin = self.queue().add_chore(Chore::Tidy);
        self.work_if(begin);
    }

    /// Closes the workspace as soon as those who read it are done; it opens again when it is needed.
    pub fn evict(&self) {
        let evicted = self.open.write().expect("nothing panics while this is locked").take();
        drop(evicted);
    }

    pub fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Relaxed)
    }

    fn trusted(&self) -> Option<Arc<dyn EngineWorkspace>> {
        self.last_use.store(self.shared.open.tick(), Ordering::Relaxed);
        let open = self.open.read().expect("nothing panics while this is locked").clone();
        open.filter(|open| !open.must_reopen())
    }

    async fn do_chore<T>(self: &Arc<Self>, chore: impl FnOnce(Reply<T>) -> Chore) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let begin = self.queue().add_chore(chore(reply));
        self.work_if(begin);
        answer.await.unwrap_or_else(|_| Err(Error::Unavailable(panicked())))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nothing panics while this is locked")
    }

    /// At most one thread works for a workspace, so that one that waits for its disk or its lock delays no other.
    fn work_if(self: &Arc<Self>, begin: bool) {
        if begin {
            let workspace = self.clone();
            self.shared.pool.spawn(move || workspace.work());
        }
    }

    fn work(self: &Arc<Self>) {
        let before = self.commits.load(Ordering::Relaxed);
        loop {
            // Bound here, so that the queue is not locked while the work is done.
            let next = self.queue().next();
            let Some(work) = next else { break };
            if catch_unwind(AssertUnwindSafe(|| self.do_work(work))).is_err() {
                // Whoever waits learns it, as nobody replied.
                self.evict();
            }
            if self.shared.pool.has_waiting() {
                // To the end of the line, or a few workspaces that never rest would keep all others waiting.
                self.work_if(true);
                break;
            }
        }
        let commits = self.commits.load(Ordering::Relaxed);
        if commits != before && !self.watched.swap(true, Ordering::Relaxed) {
            self.shared.housekeeper.tidy_when_idle(self, commits);
        }
    }

    // A reply that nobody waits for any more is no failure.
    fn do_work(self: &Arc<Self>, work: Work) {
        match work {
            Work::Commit(group) => self.commit_group(group),
            Work::Chore(Chore::Open { absent, reply }) => {
                let opened = self.open_here(absent);
                if let Err(error) = &opened {
                    // Whoever came meanwhile has waited for this too: another second for each would add up.
                    let others = self.queue().take_opens(absent);
                    for reply in others {
                        let _ = reply.send(Err(error.clone()));
                    }
                }
                let _ = reply.send(opened);
            }
            Work::Chore(Chore::Delete { reply }) => {
                self.close_here();
                let _ = reply.send(block_on(self.shared.engine.delete(&self.id)));
            }
            Work::Chore(Chore::Close { reply }) => {
                self.close_here();
                let _ = reply.send(Ok(()));
            }
            Work::Chore(Chore::Tidy) => {
                if let Some(open) = self.open.read().expect("nothing panics while this is locked").clone() {
                    // Nothing is lost if it fails: it is done again, or opening takes longer.
                    let _ = block_on(open.tidy());
                }
            }
        }
    }

    fn commit_group(self: &Arc<Self>, group: Vec<Pending>) {
        let (batches, replies): (Vec<_>, Vec<_>) = group.into_iter().map(|p| (p.batch, p.reply)).unzip();
        let outcomes = match self.open_for(&batches) {
            Ok(Some(open)) => block_on(open.commit(&batches)),
            Ok(None) => batches.iter().map(Batch::check_in_empty_workspace).collect(),
            Err(error) => vec![Err(error); batches.len()],
        };
        self.commits.fetch_add(1, Ordering::Relaxed);
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            let _ = reply.send(outcome);
        }
    }

    /// Opens the workspace, and creates it only if a batch would leave something in it.
    fn open_for(self: &Arc<Self>, batches: &[Batch]) -> Result<Option<Arc<dyn EngineWorkspace>>, Error> {
        let leaves_something = |batch: &Batch| batch.adds() && batch.check_in_empty_workspace().is_ok();
        let absent = if batches.iter().any(leaves_something) { Absent::Create } else { Absent::Leave };
        self.open_here(absent)
    }

    fn open_here(self: &Arc<Self>, absent: Absent) -> Result<Option<Arc<dyn EngineWorkspace>>, Error> {
        if let Some(open) = self.trusted() {
            return Ok(Some(open));
        }
        self.close_here();
        let opened = loop {
            match block_on(self.shared.engine.open(&self.id, absent)) {
                Err(error) if error.is_out_of_descriptors() && self.shared.open.close_one_beside(self) => {}
                opened => break opened?,
            }
        };
        if let Some(open) = &opened {
            *self.open.write().expect("nothing panics while this is locked") = Some(open.clone());
            self.shared.open.add(self);
        }
        Ok(opened)
    }

    fn close_here(self: &Arc<Self>) {
        self.shared.open.remove(self);
        self.evict();
    }
}

fn panicked() -> Fault {
    Fault::Engine("it panicked".to_owned())
}
