use std::collections::HashSet;
use std::future::ready;

use crate::engine::{
    Absent, Answer, Batch, BatchOutcome, Engine, EngineWorkspace, Kept, LargeWriter, MemoryEngine, Page, Quota, Range,
    Stamp, Stored, View,
};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, block_on, thread};
use crate::usage::Held;
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// What a negative control takes out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    Nothing,
    /// Each batch gets the outcome of another.
    Outcomes,
    /// Batches are made in another order than they came in.
    Order,
    /// The checks of a batch are left out.
    Checks,
    /// A view says the number of the newest commit, whatever state it shows.
    CommitNumber,
    /// What is kept free for others is not.
    Reserved,
    /// The quota is not looked at where the change is made.
    Quota,
}

/// An engine in memory that waits as that of a directory does: a workspace opens when its last opening has been closed.
///
/// It panics where two commit to one workspace at once.
pub struct WatchedEngine {
    memory: MemoryEngine,
    broken: Broken,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    open: HashSet<WorkspaceId>,
    /// What has had commits since it was last tidied.
    untidy: HashSet<WorkspaceId>,
    /// The most that a workspace has held.
    most_held: u64,
}

impl Seen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn wait_until(&self, holds: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.state();
        while !holds(&state) {
            state = self.changed.wait(state).unwrap();
        }
        state
    }
}

impl WatchedEngine {
    pub fn new(broken: Broken) -> Self {
        Self { memory: MemoryEngine::default(), broken, seen: Arc::default() }
    }

    /// Waits until a workspace has been tidied after its last commit.
    pub fn wait_until_tidied(&self, id: &WorkspaceId) {
        drop(self.seen.wait_until(|state| !state.untidy.contains(id)));
    }

    /// How many workspaces are open.
    pub fn open_now(&self) -> usize {
        self.seen.state().open.len()
    }

    /// The most bytes that a workspace has held after any commit.
    pub fn most_held(&self) -> u64 {
        self.seen.state().most_held
    }
}

impl Engine for WatchedEngine {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        self.seen.wait_until(|state| !state.open.contains(id)).open.insert(id.clone());
        let closing = Closing { id: id.clone(), seen: self.seen.clone() };
        let opened = block_on(self.memory.open(id, absent)).map(|opened| {
            opened.map(|memory| {
                Arc::new(Watched { memory, broken: self.broken, busy: AtomicBool::new(false), closing }) as Arc<_>
            })
        });
        Box::pin(ready(opened))
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        self.memory.workspaces()
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        drop(self.seen.wait_until(|state| !state.open.contains(id)));
        self.memory.delete(id)
    }
}

struct Watched {
    memory: Arc<dyn EngineWorkspace>,
    broken: Broken,
    busy: AtomicBool,
    closing: Closing,
}

struct Closing {
    id: WorkspaceId,
    seen: Arc<Seen>,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.seen.state().open.remove(&self.id);
        self.seen.changed.notify_all();
    }
}

impl Watched {
    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        assert!(!self.busy.swap(true, Ordering::SeqCst), "two work in one workspace at once");
        thread::yield_now();
        let done = work();
        self.busy.store(false, Ordering::SeqCst);
        done
    }

    fn commit_broken(&self, batches: &[Batch], now: Moment) -> Vec<Result<BatchOutcome, Error>> {
        let mut batches = batches.to_vec();
        for batch in &mut batches {
            match self.broken {
                Broken::Checks => batch.checks.clear(),
                Broken::Reserved => batch.quota.reserved.clear(),
                Broken::Quota => batch.quota = Quota::unlimited(),
                _ => {}
            }
        }
        if self.broken == Broken::Order {
            batches.reverse();
        }
        let mut outcomes = block_on(self.memory.commit(&batches, now));
        if matches!(self.broken, Broken::Order | Broken::Outcomes) {
            outcomes.reverse();
        }
        outcomes
    }
}

impl EngineWorkspace for Watched {
    fn must_reopen(&self) -> bool {
        false
    }

    fn latest_ms(&self) -> u64 {
        self.memory.latest_ms()
    }

    fn commits(&self) -> u64 {
        self.memory.commits()
    }

    fn had_expiring(&self) -> bool {
        self.memory.had_expiring()
    }

    fn has_discarded(&self) -> bool {
        self.memory.has_discarded()
    }

    fn view(&self) -> Answer<'_, Result<Arc<dyn View>, Error>> {
        if self.broken != Broken::CommitNumber {
            return self.memory.view();
        }
        let view = block_on(self.memory.view());
        thread::yield_now();
        let commit = self.memory.commits();
        Box::pin(ready(view.map(|view| Arc::new(Misnumbered { view, commit }) as Arc<_>)))
    }

    fn commit<'a>(&'a self, batches: &'a [Batch], now: Moment<'a>) -> Answer<'a, Vec<Result<BatchOutcome, Error>>> {
        let outcomes = self.alone(|| self.commit_broken(batches, now));
        let held = block_on(self.memory.view()).map(|view| block_on(view.held_by_all(now)));
        let mut state = self.closing.seen.state();
        state.most_held = state.most_held.max(held.unwrap().unwrap().bytes);
        state.untidy.insert(self.closing.id.clone());
        drop(state);
        Box::pin(ready(outcomes))
    }

    fn draw_version(&self) -> Answer<'_, Result<Version, Error>> {
        let drawn = self.alone(|| block_on(self.memory.draw_version()));
        Box::pin(ready(drawn))
    }

    fn write_large(&self) -> Answer<'_, Result<Box<dyn LargeWriter>, Error>> {
        self.memory.write_large()
    }

    fn tidy<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Option<u64>, Error>> {
        let tidied = block_on(self.memory.tidy(now));
        self.closing.seen.state().untidy.remove(&self.closing.id);
        self.closing.seen.changed.notify_all();
        Box::pin(ready(tidied))
    }
}

struct Misnumbered {
    view: Arc<dyn View>,
    commit: u64,
}

impl View for Misnumbered {
    fn commit(&self) -> u64 {
        self.commit
    }

    fn get<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stored>, Error>> {
        self.view.get(store, key, now)
    }

    fn look<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stamp>, Error>> {
        self.view.look(store, key, now)
    }

    fn page<'a>(&'a self, store: &'a StoreId, range: Range<'a>, now: Moment<'a>) -> Answer<'a, Result<Page, Error>> {
        self.view.page(store, range, now)
    }

    fn held<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Held, Error>> {
        self.view.held(store, now)
    }

    fn first_expiry<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Expiry, Error>> {
        self.view.first_expiry(store, now)
    }

    fn keep_large(&self) -> Answer<'_, Result<Kept, Error>> {
        self.view.keep_large()
    }

    fn held_by_all<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Held, Error>> {
        self.view.held_by_all(now)
    }

    fn stores<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Vec<(StoreId, Held)>, Error>> {
        self.view.stores(now)
    }
}
