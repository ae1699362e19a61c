//! What comes of a disk that fails: each operation of a commit in turn, once or for ever.
//!
//! Databases that a test opens are behind a [`Faulty`] backend, which fails as the test's own thread was told to.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use pollster::block_on;
use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

use super::{RedbEngine, Sharing};
use crate::access::Access;
use crate::dir::Dir;
use crate::engine::{Absent, Batch, Body, Change, Engine, EngineWorkspace, Place, Put, Quota};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Read,
    Write,
    SetLen,
    Sync,
}

/// Which operations fail.
#[derive(Clone, Copy, Debug)]
struct Plan {
    operation: Operation,
    /// So many of that kind succeed first.
    after: usize,
    /// So many fail then.
    times: usize,
}

const FOR_EVER: usize = usize::MAX;

#[derive(Default)]
struct Progress {
    plan: Option<Plan>,
    /// Operations of the planned kind so far.
    met: usize,
}

thread_local! {
    static PROGRESS: RefCell<Progress> = RefCell::default();
    /// Whether anything was written since the last sync that succeeded.
    static UNSYNCED: Cell<bool> = Cell::default();
}

/// Runs something on a disk that fails; the number of operations of the planned kind that it asked for.
fn with<T>(plan: Plan, run: impl FnOnce() -> T) -> (T, usize) {
    PROGRESS.replace(Progress { plan: Some(plan), met: 0 });
    let result = run();
    (result, PROGRESS.take().met)
}

fn try_to(operation: Operation) -> io::Result<()> {
    PROGRESS.with_borrow_mut(|progress| {
        let Some(plan) = progress.plan.filter(|plan| plan.operation == operation) else { return Ok(()) };
        let number = progress.met;
        progress.met += 1;
        if number >= plan.after && number - plan.after < plan.times {
            return Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()));
        }
        Ok(())
    })
}

#[derive(Debug)]
pub(super) struct Faulty(FileBackend);

impl Faulty {
    pub fn around(backend: FileBackend) -> Self {
        Self(backend)
    }
}

impl StorageBackend for Faulty {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        try_to(Operation::Read)?;
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        try_to(Operation::SetLen)?;
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        try_to(Operation::Sync)?;
        UNSYNCED.set(false);
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        // In its header redb notes afterwards that it has synced; nothing is lost with that note.
        UNSYNCED.set(UNSYNCED.get() || offset > 0);
        try_to(Operation::Write)?;
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.query_lock_range(start, end)
    }
}

/// A workspace used as a larder uses it: opened anew where it asks for that.
struct Host {
    engine: RedbEngine,
    open: Option<Arc<dyn EngineWorkspace>>,
}

impl Host {
    fn new(directory: &tempfile::TempDir, sharing: Sharing) -> Self {
        let dir = Dir::open_ambient(directory.path()).unwrap();
        Self { engine: RedbEngine::open(dir, Access::ReadWrite, sharing).unwrap(), open: None }
    }

    fn open(&mut self) -> Result<Arc<dyn EngineWorkspace>, Error> {
        if let Some(open) = self.open.as_ref().filter(|open| !open.must_reopen()) {
            return Ok(open.clone());
        }
        self.open = None;
        let opened = block_on(self.engine.open(&"w".parse().unwrap(), Absent::Create))?.unwrap();
        self.open = Some(opened.clone());
        Ok(opened)
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<(), Error> {
        let put = Put { body: Body::Small(value.to_vec()), expiry: Expiry::NEVER, version: None };
        let changes = vec![Change::Put { at: place(key), put }];
        let batch = Batch { plugin: "p".parse().unwrap(), checks: Vec::new(), changes, quota: Quota::unlimited() };
        let latest_ms = AtomicU64::new(0);
        block_on(self.open()?.commit(&[batch], Moment::new(0, &latest_ms))).pop().unwrap().map(drop)
    }

    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let (Place { store, key }, latest_ms) = (place(key), AtomicU64::new(0));
        let view = block_on(self.open()?.view())?;
        let stored = block_on(view.get(&store, &key, Moment::new(0, &latest_ms)))?;
        Ok(stored.map(|stored| match stored.body {
            Body::Small(bytes) => bytes,
            Body::Large(_) => panic!("no value here is large"),
        }))
    }
}

fn place(key: &str) -> Place {
    Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() }
}

const SHARINGS: [Sharing; 2] = [Sharing::ReadersBeside, Sharing::Exclusive];
const OLD: &[u8] = b"old";

/// Larger than redb's cache, so that writing it takes writes and a longer file, and reading it reads.
fn new_value() -> Vec<u8> {
    (0..100_000_u32).map(|n| n.to_le_bytes()[1]).collect()
}

fn furnished(directory: &tempfile::TempDir, sharing: Sharing) -> Host {
    let mut host = Host::new(directory, sharing);
    host.set("k", OLD).unwrap();
    host
}

/// Checks that what a write said is so: for whoever goes on, and for who comes after the process has ended.
fn check(directory: &tempfile::TempDir, mut host: Host, told: &Result<(), Error>, told_at: &str) {
    let there = host.get("k").unwrap();
    match told {
        Ok(()) => assert_eq!(there, Some(new_value()), "{told_at}: acknowledged and not there"),
        Err(Error::Unavailable(_)) => assert_eq!(there.as_deref(), Some(OLD), "{told_at}: refused and there"),
        Err(Error::OutcomeUnknown(_)) => {
            assert!(there.as_deref() == Some(OLD) || there == Some(new_value()), "{told_at}: half there");
        }
        Err(error) => panic!("{told_at}: {error:?}"),
    }
    host.set("after", b"works").unwrap_or_else(|error| panic!("{told_at}: it does not heal: {error}"));
    let sharing = host.engine.files.sharing;
    drop(host);
    let mut again = Host::new(directory, sharing);
    assert_eq!(again.get("k").unwrap(), there, "{told_at}: it changed by reopening");
    assert_eq!(again.get("after").unwrap().as_deref(), Some(b"works".as_slice()), "{told_at}");
}

#[test]
fn each_operation_of_a_commit_fails_once_and_what_is_told_is_so() {
    let mut refused = 0;
    for sharing in SHARINGS {
        for operation in [Operation::Read, Operation::Write, Operation::SetLen, Operation::Sync] {
            for number in 0.. {
                let directory = tempfile::tempdir().unwrap();
                let mut host = furnished(&directory, sharing);
                let plan = Plan { operation, after: number, times: 1 };
                let (told, met) = with(plan, || host.set("k", &new_value()));
                assert!(told.is_err() || !UNSYNCED.get(), "{plan:?}: acknowledged before it was synced");
                if met <= number {
                    assert!(operation == Operation::Read || number > 0, "a commit has no {operation:?}");
                    break;
                }
                refused += usize::from(told.is_err());
                assert!(!matches!(told, Err(Error::OutcomeUnknown(_))), "{plan:?}: the disk is well again");
                check(&directory, host, &told, &format!("{sharing:?}, {operation:?} {number}: {told:?}"));
            }
        }
    }
    assert!(refused > 0, "nothing failed");
}

/// While the first sync of a commit has not succeeded nothing of it can be on the disk for certain.
#[test]
fn a_commit_whose_first_sync_fails_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut host = furnished(&directory, Sharing::ReadersBeside);
    let (told, _) = with(Plan { operation: Operation::Sync, after: 0, times: 1 }, || host.set("k", &new_value()));
    assert!(matches!(told, Err(Error::Unavailable(Fault::Io { .. }))), "{told:?}");
    assert_eq!(host.get("k").unwrap().as_deref(), Some(OLD));
}

#[test]
fn a_disk_that_fails_for_ever_is_told_and_heals_without_reopening_the_larder() {
    for (operation, after) in [(Operation::Sync, 0), (Operation::Sync, 1), (Operation::Write, 0), (Operation::Write, 2)]
    {
        let directory = tempfile::tempdir().unwrap();
        let mut host = furnished(&directory, Sharing::ReadersBeside);
        let plan = Plan { operation, after, times: FOR_EVER };
        let (told, _) = with(plan, || host.set("k", &new_value()));
        assert!(matches!(told, Err(Error::Unavailable(_) | Error::OutcomeUnknown(_))), "{plan:?}: {told:?}");
        check(&directory, host, &told, &format!("{plan:?}: {told:?}"));
    }
}

#[test]
fn a_read_that_fails_is_told_and_heals() {
    let directory = tempfile::tempdir().unwrap();
    let mut host = furnished(&directory, Sharing::ReadersBeside);
    host.set("k", &new_value()).unwrap();
    host.set("other", b"v").unwrap();
    drop(host);
    let mut host = Host::new(&directory, Sharing::ReadersBeside);
    assert_eq!(host.get("other").unwrap().as_deref(), Some(b"v".as_slice()));
    let (told, met) = with(Plan { operation: Operation::Read, after: 0, times: 1 }, || host.get("k"));
    assert!(met > 0, "the value was in the cache");
    assert!(matches!(told, Err(Error::Unavailable(Fault::Io { .. }))), "{told:?}");
    assert_eq!(host.get("k").unwrap(), Some(new_value()));
    host.set("k", OLD).unwrap();
}

#[test]
fn a_file_is_locked_through_a_backend_of_our_own() {
    for sharing in SHARINGS {
        let directory = tempfile::tempdir().unwrap();
        let _host = furnished(&directory, sharing);
        let second = Host::new(&directory, sharing).get("k");
        assert!(matches!(second, Err(Error::Unavailable(Fault::Held { .. }))), "{second:?}");
    }
}
