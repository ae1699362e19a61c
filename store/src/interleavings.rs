//! What threads do at the same time, in the orders in which it can come: shuttle chooses an order for each execution, at
//! random and by priorities that change a few times.
//!
//! `cargo test --package larder-store --features interleavings --lib interleavings`. `LARDER_INTERLEAVINGS` says how many
//! executions each test has. A failure prints the order in which it came, for `shuttle::replay`.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod conflicts;
mod engine;
mod hot_cache;
mod idle;
mod open_workspaces;
mod pool;
mod queue;
mod quota;
mod writer_mark;

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Waker};

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};

use self::engine::{Broken, WatchedEngine};
use crate::larder::{Larder, Options};
use crate::limits::Limits;
use crate::session::Session;
use crate::sync::{Arc, thread};

/// How many executions a test has under each scheduler, unless the environment says otherwise.
const EXECUTIONS: usize = 500;
/// How many there are at most under each to find what a negative control has broken.
const TO_FIND: usize = 10_000;
/// How often priorities change in an execution.
const CHANGES: usize = 3;

/// What an execution came to, or what was wrong. Nothing panics while there are threads: that would tear them down.
type Verdict = Result<(), String>;

fn check(holds: bool, what: impl fmt::Debug) -> Verdict {
    if holds { Ok(()) } else { Err(format!("{what:?}")) }
}

/// Runs a test in many orders.
fn explore(test: impl Fn() -> Verdict + Clone + Send + Sync + 'static) {
    let asked = std::env::var("LARDER_INTERLEAVINGS").ok();
    let executions = asked.map_or(EXECUTIONS, |number| number.parse().expect("LARDER_INTERLEAVINGS is a number"));
    let test = move || test().unwrap();
    run(RandomScheduler::new(executions), FailurePersistence::Print, test.clone());
    run(PctScheduler::new(CHANGES, executions), FailurePersistence::Print, test);
}

/// Expects that in one order at least something is wrong, or all wait for ever.
fn finds(what: &str, test: impl Fn() -> Verdict + Send + Sync + 'static) {
    let found = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let told = found.clone();
    let test = Arc::new(move || {
        if !told.load(Relaxed) && test().is_err() {
            told.store(true, Relaxed);
        }
    });
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let again = test.clone();
        run(RandomScheduler::new(TO_FIND), FailurePersistence::None, move || again());
        run(PctScheduler::new(CHANGES, TO_FIND), FailurePersistence::None, move || test());
    }));
    assert!(ended.is_err() || found.load(Relaxed), "not found: {what}");
}

fn run(
    scheduler: impl Scheduler + 'static,
    failure_persistence: FailurePersistence,
    test: impl Fn() + Send + Sync + 'static,
) {
    let mut config = Config::new();
    config.stack_size = 256 * 1024;
    config.failure_persistence = failure_persistence;
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(test);
}

/// A larder on a watched engine in memory, with so many workspaces open at most.
fn larder(broken: Broken, most_open: usize) -> (Larder, Arc<WatchedEngine>) {
    let engine = Arc::new(WatchedEngine::new(broken));
    (open(&engine, most_open), engine)
}

fn open(engine: &Arc<WatchedEngine>, most_open: usize) -> Larder {
    let options = Options { open_workspaces: most_open, ..Options::default() };
    Larder::with_engine(engine.clone(), &options)
}

fn session(larder: &Larder, workspace: &str, plugin: &str) -> Session {
    limited(larder, workspace, plugin, Limits::default())
}

fn limited(larder: &Larder, workspace: &str, plugin: &str, limits: Limits) -> Session {
    larder.session(&workspace.parse().unwrap(), &plugin.parse().unwrap(), limits)
}

/// Lets threads do this at the same time, and gives what they came to.
fn at_once<T: Send + 'static>(tasks: impl IntoIterator<Item = impl FnOnce() -> T + Send + 'static>) -> Vec<T> {
    let threads: Vec<_> = tasks.into_iter().map(|task| thread::spawn(task)).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Begins what a future does and then goes away.
fn begin_and_leave(future: impl Future) {
    let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}
