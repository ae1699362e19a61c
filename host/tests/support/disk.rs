use std::sync::{Arc, Condvar, Mutex};

use larder_store::engine::{
    Absent, Answer, Batch, BatchOutcome, Engine, EngineWorkspace, LargeWriter, MemoryEngine, View,
};
use larder_store::{Error, Moment, Version, WorkspaceId};

/// What becomes of commits, as a test decides.
#[derive(Default)]
pub struct Disk {
    state: Mutex<State>,
    changed: Condvar,
}

/// What a disk does.
#[derive(Default)]
pub struct State {
    /// Commits that have begun do not end.
    pub commits_wait: bool,
    /// How many have begun.
    pub commits_begun: u32,
    /// What they end with, if not well.
    pub fault: Option<Error>,
}

impl Disk {
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    pub fn begun(&self) -> u32 {
        self.state.lock().unwrap().commits_begun
    }

    /// Begins a commit, which waits while the test says so.
    fn begin(&self) -> Result<(), Error> {
        let mut state = self.state.lock().unwrap();
        state.commits_begun += 1;
        let state = self.changed.wait_while(state, |state| state.commits_wait).unwrap();
        state.fault.clone().map_or(Ok(()), Err)
    }
}

/// Keeps everything in memory, on a disk that a test has in hand.
pub struct Watched {
    pub inner: MemoryEngine,
    pub disk: Arc<Disk>,
}

impl Engine for Watched {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        Box::pin(async move {
            let opened = self.inner.open(id, absent).await?;
            let watched = |inner| Arc::new(WatchedWorkspace { inner, disk: self.disk.clone() }) as Arc<_>;
            Ok(opened.map(watched))
        })
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        self.inner.workspaces()
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        self.inner.delete(id)
    }
}

struct WatchedWorkspace {
    inner: Arc<dyn EngineWorkspace>,
    disk: Arc<Disk>,
}

impl EngineWorkspace for WatchedWorkspace {
    fn must_reopen(&self) -> bool {
        self.inner.must_reopen()
    }

    fn latest_ms(&self) -> u64 {
        self.inner.latest_ms()
    }

    fn commits(&self) -> u64 {
        self.inner.commits()
    }

    fn had_expiring(&self) -> bool {
        self.inner.had_expiring()
    }

    fn has_discarded(&self) -> bool {
        self.inner.has_discarded()
    }

    fn view(&self) -> Answer<'_, Result<Arc<dyn View>, Error>> {
        self.inner.view()
    }

    fn commit<'a>(&'a self, batches: &'a [Batch], now: Moment<'a>) -> Answer<'a, Vec<Result<BatchOutcome, Error>>> {
        Box::pin(async move {
            match self.disk.begin() {
                Ok(()) => self.inner.commit(batches, now).await,
                Err(error) => batches.iter().map(|_| Err(error.clone())).collect(),
            }
        })
    }

    fn draw_version(&self) -> Answer<'_, Result<Version, Error>> {
        self.inner.draw_version()
    }

    fn write_large(&self) -> Answer<'_, Result<Box<dyn LargeWriter>, Error>> {
        self.inner.write_large()
    }

    fn tidy<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Option<u64>, Error>> {
        self.inner.tidy(now)
    }
}
