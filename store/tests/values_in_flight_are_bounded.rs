//! However many values are written or read at once, the store works on so many bytes of them at a time; the others wait, and
//! are served.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use larder_store::engine::{
    Absent, Answer, Batch, BatchOutcome, Engine, EngineWorkspace, Large, LargeName, LargeWriter, MemoryEngine, View,
};
use larder_store::{Error, Larder, Moment, Options, Version, WorkspaceId};
use pollster::block_on;
use support::{eventually, session, set};

const VALUE_BYTES: usize = 2 << 20;
/// Of which a quarter is for small values, so that three large ones have room.
const BYTES_IN_FLIGHT: u64 = 8 << 20;
const ROOM: usize = 3;
const CALLERS: usize = 8;

/// A gate before the end of each large value that is written or read, and how many stand there.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    open: bool,
    standing: usize,
    most: usize,
}

impl Gate {
    fn pass(&self) {
        let (state, opened) = &*self.0;
        let mut state = state.lock().unwrap();
        state.standing += 1;
        state.most = state.most.max(state.standing);
        state = opened.wait_while(state, |state| !state.open).unwrap();
        state.standing -= 1;
    }

    fn set_open(&self, open: bool) {
        let (state, opened) = &*self.0;
        let mut state = state.lock().unwrap();
        (state.open, state.most) = (open, 0);
        opened.notify_all();
    }

    fn standing(&self) -> usize {
        self.0.0.lock().unwrap().standing
    }

    fn most(&self) -> usize {
        self.0.0.lock().unwrap().most
    }
}

struct GatedEngine(MemoryEngine, Gate);

impl Engine for GatedEngine {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        Box::pin(async move {
            let open = self.0.open(id, absent).await?;
            Ok(open.map(|open| Arc::new(GatedWorkspace(open, self.1.clone())) as Arc<dyn EngineWorkspace>))
        })
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        self.0.workspaces()
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        self.0.delete(id)
    }
}

struct GatedWorkspace(Arc<dyn EngineWorkspace>, Gate);

impl EngineWorkspace for GatedWorkspace {
    fn must_reopen(&self) -> bool {
        self.0.must_reopen()
    }

    fn latest_ms(&self) -> u64 {
        self.0.latest_ms()
    }

    fn commits(&self) -> u64 {
        self.0.commits()
    }

    fn had_expiring(&self) -> bool {
        self.0.had_expiring()
    }

    fn has_discarded(&self) -> bool {
        self.0.has_discarded()
    }

    fn view(&self) -> Answer<'_, Result<Arc<dyn View>, Error>> {
        self.0.view()
    }

    fn commit<'a>(&'a self, batches: &'a [Batch], now: Moment<'a>) -> Answer<'a, Vec<Result<BatchOutcome, Error>>> {
        self.0.commit(batches, now)
    }

    fn draw_version(&self) -> Answer<'_, Result<Version, Error>> {
        self.0.draw_version()
    }

    fn write_large(&self) -> Answer<'_, Result<Box<dyn LargeWriter>, Error>> {
        Box::pin(async {
            Ok(Box::new(GatedWriter(self.0.write_large().await?, self.1.clone())) as Box<dyn LargeWriter>)
        })
    }

    fn tidy<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Option<u64>, Error>> {
        self.0.tidy(now)
    }
}

struct GatedWriter(Box<dyn LargeWriter>, Gate);

impl LargeWriter for GatedWriter {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Answer<'a, Result<(), Error>> {
        self.0.write(bytes)
    }

    fn finish(self: Box<Self>) -> Answer<'static, Result<Arc<dyn Large>, Error>> {
        Box::pin(async move {
            self.1.pass();
            Ok(Arc::new(GatedLarge(self.0.finish().await?, self.1)) as Arc<dyn Large>)
        })
    }
}

struct GatedLarge(Arc<dyn Large>, Gate);

impl Large for GatedLarge {
    fn name(&self) -> LargeName {
        self.0.name()
    }

    fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    fn read(&self, offset: u64, most: usize) -> Answer<'_, Result<Vec<u8>, Error>> {
        self.1.pass();
        self.0.read(offset, most)
    }
}

/// Has as many write, and then read, as there are callers; how many of each were in the engine at once.
fn most_at_once(bytes_in_flight: u64, room: usize) -> [usize; 2] {
    let gate = Gate::default();
    let mut options = Options::default();
    options.bytes_in_flight = bytes_in_flight;
    let larder = Larder::with_engine(Arc::new(GatedEngine(MemoryEngine::default(), gate.clone())), &options);
    let write = |caller: usize| {
        block_on(session(&larder, "w", "p").set(&caller.to_string(), vec![caller as u8; VALUE_BYTES])).unwrap();
    };
    let read = |caller: usize| {
        let value = block_on(session(&larder, "w", "p").get(&caller.to_string())).unwrap().unwrap();
        assert!(value == vec![caller as u8; VALUE_BYTES]);
    };
    [&write as &(dyn Fn(usize) + Sync), &read].map(|call| {
        gate.set_open(false);
        thread::scope(|scope| {
            for caller in 0..CALLERS {
                scope.spawn(move || call(caller));
            }
            eventually("as many come as there is room for", || gate.standing() >= room);
            // Others would have come by the time that all of this is done; and small values need not wait for the large.
            for number in 0..200 {
                set(&larder, "v", "p", &number.to_string(), "small").unwrap();
            }
            let most = gate.most();
            gate.set_open(true);
            most
        })
    })
}

#[test]
fn no_more_than_there_is_room_for_are_worked_on_at_once() {
    assert_eq!(most_at_once(BYTES_IN_FLIGHT, ROOM), [ROOM; 2]);
}

#[test]
fn one_that_is_larger_than_all_there_is_goes_alone() {
    assert_eq!(most_at_once(1024, 1), [1; 2]);
}

/// What the tests above would see if nobody waited.
#[test]
fn without_a_bound_all_are_worked_on_at_once() {
    assert_eq!(most_at_once(u64::MAX, CALLERS), [CALLERS; 2]);
}
