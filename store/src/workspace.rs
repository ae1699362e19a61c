//! A workspace as this process knows it: open or not, with what waits to be done in it.

mod committing;
mod newest_view;
mod opened;
mod reserving;
mod seen_view;
mod tidying;

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_channel::oneshot;

pub(crate) use self::newest_view::NewestView;
pub(crate) use self::opened::Opened;
pub(crate) use self::seen_view::SeenView;
use crate::access::Access;
use crate::clock::Timekeeper;
use crate::engine::{Absent, Batch, BatchOutcome, Engine, LargeWriter};
use crate::error::{Error, Fault};
use crate::handles::{Handles, OpenHandle};
use crate::hot_cache::HotCache;
use crate::housekeeper::Housekeeper;
use crate::in_flight::{Admission, InFlight};
use crate::moment::Moment;
use crate::open_workspaces::OpenWorkspaces;
use crate::pool::Pool;
use crate::queue::{Chore, Pending, Queue, Reply, Work};
use crate::reads::Reads;
use crate::recent::Recent;
use crate::reservation::{Request, Reservation, Reservations};
use crate::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, RwLock, block_on};
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// What all workspaces of a larder have in common.
pub(crate) struct Shared {
    pub engine: Arc<dyn Engine>,
    pub access: Access,
    pub pool: Pool,
    pub open: OpenWorkspaces,
    pub housekeeper: Housekeeper,
    pub time: Timekeeper,
    pub handles: Arc<Handles>,
    pub in_flight: InFlight,
    /// None in a larder that others may write.
    pub hot: Option<Arc<HotCache>>,
}

pub(crate) struct Workspace {
    id: WorkspaceId,
    shared: Arc<Shared>,
    open: RwLock<Option<Opened>>,
    queue: Mutex<Queue>,
    last_use: AtomicU64,
    commits: AtomicU64,
    /// Whether the housekeeper watches for this one to fall idle.
    watched: AtomicBool,
    /// The latest time at which something was called expired.
    latest_ms: AtomicU64,
    /// When the housekeeper looks for what has expired.
    tidy_due_ms: AtomicU64,
    recent: Mutex<Recent>,
    reservations: Arc<Reservations>,
    handles: Arc<Handles>,
    /// Who needs it to stay open.
    users: AtomicUsize,
}

/// Keeps a workspace from being closed as the least recently used.
pub(crate) struct InUse(Arc<Workspace>);

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.users.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Workspace {
    pub fn new(id: WorkspaceId, shared: Arc<Shared>) -> Self {
        Self {
            id,
            handles: shared.handles.of_workspace(),
            shared,
            open: RwLock::default(),
            queue: Mutex::default(),
            last_use: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            watched: AtomicBool::new(false),
            latest_ms: AtomicU64::new(0),
            tidy_due_ms: AtomicU64::new(0),
            recent: Mutex::default(),
            reservations: Arc::default(),
            users: AtomicUsize::new(0),
        }
    }

    pub fn id(&self) -> &WorkspaceId {
        &self.id
    }

    /// The time here.
    pub fn now(&self) -> Moment<'_> {
        self.at(self.shared.time.now_ms())
    }

    /// The time here, with what is known of it from earlier openings.
    pub async fn time(self: &Arc<Self>) -> Result<Moment<'_>, Error> {
        self.opened(Absent::Leave).await?;
        Ok(self.now())
    }

    /// The time here when the clock says `clock_ms`.
    pub fn at(&self, clock_ms: u64) -> Moment<'_> {
        Moment::new(clock_ms, &self.latest_ms)
    }

    /// Keeps the workspace from being closed as the least recently used.
    pub fn keep_open(self: &Arc<Self>) -> InUse {
        self.users.fetch_add(1, Ordering::Relaxed);
        InUse(self.clone())
    }

    pub fn is_in_use(&self) -> bool {
        self.users.load(Ordering::Relaxed) > 0
    }

    /// What the latest commits have changed.
    pub fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().expect("nothing panics while this is locked")
    }

    pub fn reservations(&self) -> &Arc<Reservations> {
        &self.reservations
    }

    /// Opens one more reader or writer, if the workspace and the larder may have it.
    pub fn open_handle(&self) -> Result<(OpenHandle, OpenHandle), Error> {
        Ok((self.handles.open()?, self.shared.handles.open()?))
    }

    /// Waits until values of so many bytes may be worked on.
    pub async fn admit(&self, bytes: u64) -> Admission {
        self.shared.in_flight.enter(bytes).await
    }

    /// Runs what may wait for the disk on a thread for that, to its end whether or not anybody still waits for it.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.shared.pool.spawn(move || {
            // A reply that nobody waits for any more is no failure.
            let _ = reply.send(job());
        });
        answer.await.unwrap_or_else(|_| Err(Error::Unavailable(panicked())))
    }

    /// Begins a large value, in a workspace that is created where there is none.
    pub async fn write_large(self: &Arc<Self>) -> Result<Box<dyn LargeWriter>, Error> {
        self.check_writable()?;
        let open = self.opened(Absent::Create).await?.ok_or_else(|| Error::Unavailable(panicked()))?;
        self.run(move || block_on(open.write_large())).await
    }

    /// Keeps room free for a value, if there is any.
    pub async fn reserve(self: &Arc<Self>, request: Request) -> Result<(), Error> {
        self.check_writable()?;
        self.do_chore(|reply| Chore::Reserve { request, reply }).await
    }

    /// A version that nothing else has or will have.
    pub async fn draw_version(self: &Arc<Self>) -> Result<Version, Error> {
        self.check_writable()?;
        self.do_chore(|reply| Chore::DrawVersion { reply }).await
    }

    /// The workspace, opened; none where there is none and `absent` does not say to create it.
    pub async fn opened(self: &Arc<Self>, absent: Absent) -> Result<Option<Opened>, Error> {
        if let Some(open) = self.trusted() {
            return Ok(Some(open));
        }
        self.do_chore(|reply| Chore::Open { absent, reply }).await
    }

    /// Commits a batch, durably, together with what others commit at the same time.
    ///
    /// With `reads`, only if all of them are still so: otherwise it is [`Error::Conflict`].
    pub async fn commit(
        self: &Arc<Self>,
        batch: Batch,
        reads: Option<Reads>,
        reservations: Vec<Arc<Reservation>>,
    ) -> Result<BatchOutcome, Error> {
        self.check_writable()?;
        let (reply, answer) = oneshot::channel();
        let begin = self.queue().add_batch(Pending { batch, reads, reservations, reply });
        self.work_if(begin);
        answer.await.unwrap_or_else(|_| Err(Error::OutcomeUnknown(panicked())))
    }

    /// Removes the workspace with all that it holds; false where there was none.
    pub async fn delete(self: &Arc<Self>) -> Result<bool, Error> {
        self.check_writable()?;
        self.do_chore(|reply| Chore::Delete { reply }).await
    }

    pub async fn close(self: &Arc<Self>) -> Result<(), Error> {
        self.do_chore(|reply| Chore::Close { reply }).await
    }

    /// Closes the workspace after what is to be done in it before, unless it is in use by then.
    pub fn close_soon(self: &Arc<Self>) {
        let begin = self.queue().add_chore(Chore::CloseUnlessInUse);
        self.work_if(begin);
    }

    /// Closes the workspace as soon as those who read it are done; it opens again when it is needed.
    pub fn evict(&self) {
        if let Some(open) = self.take_open()
            && self.latest_ms.load(Ordering::Relaxed) > open.latest_ms()
        {
            // Best effort: some of what was called expired goes, and with that it is kept when that was, so that nothing of it
            // returns with a clock that goes back.
            let _ = block_on(open.tidy(self.now()));
        }
    }

    fn take_open(&self) -> Option<Opened> {
        self.open.write().expect("nothing panics while this is locked").take()
    }

    pub fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Relaxed)
    }

    pub fn check_writable(&self) -> Result<(), Error> {
        match self.shared.access {
            Access::ReadOnly => Err(Error::AccessDenied),
            Access::ReadWrite => Ok(()),
        }
    }

    fn trusted(&self) -> Option<Opened> {
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
                // Whoever waits learns it, as nobody replied. What has panicked is asked for nothing more.
                drop(self.take_open());
            }
            if self.shared.pool.has_waiting() {
                // To the end of the line, or a few workspaces that never rest would keep all others waiting.
                self.work_if(true);
                break;
            }
        }
        if self.commits.load(Ordering::Relaxed) != before {
            self.tidy_when_idle();
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
            Work::Chore(Chore::CloseUnlessInUse) => {
                if self.is_in_use() {
                    self.shared.open.keep(self);
                } else {
                    self.close_here();
                }
            }
            Work::Chore(Chore::Reserve { request, reply }) => {
                let reserved = self.reserve_here(&request);
                // Let go of before the answer, so that who gets it and drops its own gives the room back at once.
                drop(request);
                let _ = reply.send(reserved);
            }
            Work::Chore(Chore::DrawVersion { reply }) => {
                let open = self.open_here(Absent::Create);
                let drawn = open.and_then(|open| match open {
                    Some(open) => block_on(open.draw_version()),
                    None => Err(Error::Unavailable(panicked())),
                });
                let _ = reply.send(drawn);
            }
            Work::Chore(Chore::Tidy) => self.tidy_here(),
        }
    }

    fn open_here(self: &Arc<Self>, absent: Absent) -> Result<Option<Opened>, Error> {
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
        let hot = || self.shared.hot.as_ref().map(|hot| Arc::new(hot.open()));
        let opened = opened.map(|engine| Opened::new(engine, hot()));
        if let Some(open) = &opened {
            self.latest_ms.fetch_max(open.latest_ms(), Ordering::Relaxed);
            self.recent().opened(open.commits());
            *self.open.write().expect("nothing panics while this is locked") = Some(open.clone());
            self.shared.open.add(self);
            if (open.had_expiring() || open.has_discarded()) && self.shared.access == Access::ReadWrite {
                // What has expired goes, and what was emptied is freed, also where nothing is written.
                self.tidy_when_idle();
            }
        }
        Ok(opened)
    }

    fn close_here(self: &Arc<Self>) {
        self.evict();
        // Counted as open until it is not.
        self.shared.open.remove(self);
    }
}

fn panicked() -> Fault {
    Fault::Engine("it panicked".to_owned())
}
