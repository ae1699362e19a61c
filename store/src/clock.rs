//! Time, as far as values expire.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sync::{Arc, Instant, Mutex};

/// Where a larder takes the time from.
///
/// What has expired once never returns, whatever the clock does; a value that does not expire is never touched.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> u64;
}

/// The clock of the machine, which is the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// A clock, as far as it is believed.
pub(crate) struct Timekeeper {
    clock: Arc<dyn Clock>,
    largest_step: Option<Duration>,
    /// What was believed last, and when that was.
    last: Mutex<Option<(u64, Instant)>>,
}

impl Timekeeper {
    pub fn new(clock: Arc<dyn Clock>, largest_step: Option<Duration>) -> Self {
        Self { clock, largest_step, last: Mutex::default() }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        let told = self.clock.now_ms();
        let Some(largest_step) = self.largest_step else { return told };
        let mut last = self.last.lock().expect("nothing panics while this is locked");
        let now = Instant::now();
        let believed = match *last {
            Some((last_ms, at)) => {
                let expected = last_ms.saturating_add(whole_ms(now - at));
                if told.abs_diff(expected) <= whole_ms(largest_step) { told } else { expected }
            }
            None => told,
        };
        *last = Some((believed, now));
        believed
    }
}

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Hands(AtomicU64);

    impl Clock for Arc<Hands> {
        fn now_ms(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_step_that_is_too_large_is_not_believed() {
        const HOUR: u64 = 3_600_000;
        let hands = Arc::new(Hands(HOUR.into()));
        let keeper = Timekeeper::new(Arc::new(hands.clone()), Some(Duration::from_secs(1800)));
        assert_eq!(keeper.now_ms(), HOUR);
        hands.0.store(HOUR + HOUR / 4, Ordering::Relaxed);
        assert_eq!(keeper.now_ms(), HOUR + HOUR / 4);
        for wrong in [0, 9 * HOUR] {
            hands.0.store(wrong, Ordering::Relaxed);
            let told = keeper.now_ms();
            assert!((HOUR + HOUR / 4..HOUR + HOUR / 2).contains(&told), "{told} where the clock said {wrong}");
        }
    }

    #[test]
    fn without_a_largest_step_the_clock_is_believed() {
        let hands = Arc::new(Hands(10.into()));
        let keeper = Timekeeper::new(Arc::new(hands.clone()), None);
        assert_eq!(keeper.now_ms(), 10);
        hands.0.store(u64::MAX, Ordering::Relaxed);
        assert_eq!(keeper.now_ms(), u64::MAX);
    }
}
