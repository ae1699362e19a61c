use crate::expiry::Expiry;
use crate::sync::atomic::{AtomicU64, Ordering};

/// A workspace's time, for the length of one operation.
///
/// It is never earlier than the latest time at which something was called expired, which it keeps note of: so what has
/// expired once never returns, whatever the clock does.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    now_ms: u64,
    latest_ms: &'a AtomicU64,
}

impl<'a> Moment<'a> {
    /// The moment at which the clock says `clock_ms`, in a workspace where something expired at `latest_ms` last.
    pub fn new(clock_ms: u64, latest_ms: &'a AtomicU64) -> Self {
        Self { now_ms: clock_ms.max(latest_ms.load(Ordering::Relaxed)), latest_ms }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Whether what has this expiry is gone; if so, that is remembered.
    pub fn has_passed(&self, expiry: Expiry) -> bool {
        let passed = expiry.as_ms().is_some_and(|at_ms| at_ms <= self.now_ms);
        if passed {
            self.latest_ms.fetch_max(self.now_ms, Ordering::Relaxed);
        }
        passed
    }

    /// The latest time at which something was called expired.
    pub fn latest_ms(&self) -> u64 {
        self.latest_ms.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_passed_once_has_passed_for_good() {
        let latest = AtomicU64::new(0);
        let expiry = Expiry::at_ms(50);
        assert!(!Moment::new(49, &latest).has_passed(expiry));
        assert!(Moment::new(60, &latest).has_passed(expiry));
        assert!(Moment::new(10, &latest).has_passed(expiry), "the clock went back");
        assert_eq!(Moment::new(10, &latest).now_ms(), 60);
    }

    #[test]
    fn a_time_at_which_nothing_expired_is_not_kept() {
        let latest = AtomicU64::new(0);
        assert!(!Moment::new(1_000, &latest).has_passed(Expiry::at_ms(2_000)));
        assert!(!Moment::new(1_000, &latest).has_passed(Expiry::NEVER));
        assert_eq!(Moment::new(10, &latest).now_ms(), 10);
    }
}
