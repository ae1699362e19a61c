//! What shuttle has, and what it does not: time that passes, and what negative controls break.

use std::ops::{Add, Sub};
use std::time::Duration;

pub(crate) use shuttle::future::block_on;
use shuttle::sync::LockResult;
pub(crate) use shuttle::sync::{Arc, Mutex, MutexGuard, RwLock, Weak, atomic};

pub(crate) mod thread {
    pub(crate) use shuttle::thread::*;

    /// Lets others go on: shuttle's own does not say that nothing comes of it if they do not.
    pub fn sleep(_: std::time::Duration) {
        yield_now();
    }
}

use self::atomic::{AtomicBool, AtomicU64, Ordering};

// Of each execution anew.
shuttle::lazy_static! {
    static ref PASSED_MS: AtomicU64 = AtomicU64::new(0);
    static ref TIME_PASSES: AtomicBool = AtomicBool::new(false);
    static ref LOSE_NOTIFICATIONS: AtomicBool = AtomicBool::new(false);
}

/// Milliseconds since the execution began, by a clock that goes on when somebody has waited long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(u64);

impl Instant {
    pub fn now() -> Self {
        Self(PASSED_MS.load(Ordering::SeqCst))
    }

    pub fn elapsed(self) -> Duration {
        Self::now() - self
    }

    pub fn checked_add(self, wait: Duration) -> Option<Self> {
        u64::try_from(wait.as_millis()).ok().and_then(|wait| self.0.checked_add(wait)).map(Self)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, wait: Duration) -> Self {
        self.checked_add(wait).expect("nobody waits so long")
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// shuttle's own never times out: here a thread of its own lets the time pass, in an execution in which time passes.
#[derive(Clone, Default)]
pub(crate) struct Condvar(Arc<shuttle::sync::Condvar>);

pub(crate) struct Waited(bool);

impl Waited {
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn notify_one(&self) {
        if !LOSE_NOTIFICATIONS.load(Ordering::SeqCst) {
            self.0.notify_one();
        }
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(guard)
    }

    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        wait: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, Waited)> {
        let (passed, waiting) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
        if TIME_PASSES.load(Ordering::SeqCst) {
            let (until, condvar) = (Instant::now() + wait, self.0.clone());
            let (passed, waiting) = (passed.clone(), waiting.clone());
            thread::spawn(move || {
                PASSED_MS.fetch_max(until.0, Ordering::SeqCst);
                passed.store(true, Ordering::SeqCst);
                // Perhaps he has yet to begin to wait.
                while waiting.load(Ordering::SeqCst) {
                    condvar.notify_all();
                    thread::yield_now();
                }
            });
        }
        let guard = self.0.wait(guard).expect("no test panics while it has a lock");
        waiting.store(false, Ordering::SeqCst);
        Ok((guard, Waited(passed.load(Ordering::SeqCst))))
    }
}

/// Has waiting time out in this execution, sooner or later.
pub(crate) fn let_time_pass() {
    TIME_PASSES.store(true, Ordering::SeqCst);
}

/// For negative controls: in this execution nobody learns that there is something to do.
pub(crate) fn lose_notifications() {
    LOSE_NOTIFICATIONS.store(true, Ordering::SeqCst);
}
