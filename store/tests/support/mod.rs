//! What the tests set up in common.

#![allow(dead_code, reason = "no test needs all of it")]

pub mod damage;
mod random;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use larder_store::{Access, Clock, Dir, Error, Excess, Fault, Grant, Larder, Limits, Options, Reader, Session, Unit};
use pollster::block_on;

pub use self::random::Random;

pub fn options(access: Access) -> Options {
    let mut options = Options::default();
    options.access = access;
    options
}

pub fn open(path: &Path, access: Access) -> Larder {
    open_with(path, &options(access))
}

pub fn open_with(path: &Path, options: &Options) -> Larder {
    Larder::open(Dir::open_ambient(path).unwrap(), options.clone()).unwrap()
}

pub fn writer(path: &Path) -> Larder {
    open(path, Access::ReadWrite)
}

pub fn reader(path: &Path) -> Larder {
    open(path, Access::ReadOnly)
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct HandClock(Arc<AtomicU64>);

impl HandClock {
    pub fn at(now_ms: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now_ms)))
    }

    pub fn set(&self, now_ms: u64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    pub fn forward(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn back(&self, ms: u64) {
        self.0.fetch_sub(ms, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Options for writing by the time of `clock`.
pub fn timed(clock: &HandClock) -> Options {
    let mut options = options(Access::ReadWrite);
    options.clock = Arc::new(clock.clone());
    options
}

/// Runs a test on a larder of each engine.
pub fn on_each_engine(options: &Options, test: impl Fn(&Larder)) {
    let directory = tempfile::tempdir().unwrap();
    test(&open_with(directory.path(), options));
    test(&Larder::in_memory(options.clone()));
}

/// A session under the default limits.
pub fn session(larder: &Larder, workspace: &str, plugin: &str) -> Session {
    limited(larder, workspace, plugin, Limits::default())
}

pub fn limited(larder: &Larder, workspace: &str, plugin: &str, limits: Limits) -> Session {
    larder.session(&workspace.parse().unwrap(), &plugin.parse().unwrap(), limits)
}

/// A session under the default limits that may read and write the shared store.
pub fn sharing(larder: &Larder, workspace: &str, plugin: &str) -> Session {
    session(larder, workspace, plugin).with_grant(Grant::write())
}

pub fn set(larder: &Larder, workspace: &str, plugin: &str, key: &str, value: &str) -> Result<(), Error> {
    block_on(session(larder, workspace, plugin).set(key, value))
}

pub fn get(larder: &Larder, workspace: &str, plugin: &str, key: &str) -> Result<Option<String>, Error> {
    let value = block_on(session(larder, workspace, plugin).get(key))?;
    Ok(value.map(|value| String::from_utf8(value).unwrap()))
}

/// A directory where syncs cost nothing, if there is such a place.
pub fn directory_in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub fn database(larder: &Path, workspace: &str) -> PathBuf {
    directory(larder, workspace).join("data.redb")
}

pub fn directory(larder: &Path, workspace: &str) -> PathBuf {
    larder.join("workspaces").join(workspace)
}

/// The files that hold a workspace's large values, in order of name.
pub fn blobs(larder: &Path, workspace: &str) -> Vec<PathBuf> {
    files_in(&directory(larder, workspace).join("blobs"))
}

/// The files of a directory, in order of name; none where there is no such directory.
pub fn files_in(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Waits for work that the larder does in the background; it is given ten seconds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < patience, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The whole of a value, a chunk at a time.
pub async fn read_whole(reader: &Reader) -> Result<Vec<u8>, Error> {
    let mut value = Vec::new();
    while (value.len() as u64) < reader.size() {
        let chunk = reader.read(value.len() as u64, u32::MAX).await?;
        assert!(!chunk.is_empty(), "a reader must move on");
        value.extend(chunk);
    }
    Ok(value)
}

/// An error as text, since errors do not compare.
pub fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "no refusal".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

/// The names in the larder's directory of workspaces.
pub fn workspace_names(larder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(larder.join("workspaces"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn is_held<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unavailable(Fault::Held { .. })))
}

pub fn bytes(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Bytes, limit, actual }
}

pub fn items(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Items, limit, actual }
}

pub fn handles(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Handles, limit, actual }
}
