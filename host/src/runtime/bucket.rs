use std::time::Duration;

use tokio::time::Instant;

/// How much may be taken at once of what was not taken before, as the time in which it comes back.
const BURST: Duration = Duration::from_secs(1);

/// What may be taken in a second; a second's worth of it at once.
///
/// What is more than a second's worth is given when nothing else has been taken for a second, and waited for by those who
/// come after.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: u64,
    /// When all that was taken has come back.
    full_at: Instant,
}

impl Bucket {
    pub fn new(per_second: u64, now: Instant) -> Self {
        Self { per_second: per_second.max(1), full_at: now }
    }

    /// How long it takes until so much may be taken.
    pub fn wait(&self, amount: u64, now: Instant) -> Duration {
        let owed = self.full_at.saturating_duration_since(now);
        (owed + self.time_for(amount).min(BURST)).saturating_sub(BURST)
    }

    /// Takes so much, by who has waited or will.
    pub fn take(&mut self, amount: u64, now: Instant) {
        let from = self.full_at.max(now);
        self.full_at = from.checked_add(self.time_for(amount)).unwrap_or(from);
    }

    pub fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }

    fn time_for(&self, amount: u64) -> Duration {
        let per_second = u128::from(self.per_second);
        let nanoseconds = u128::from(amount) * 1_000_000_000 / per_second;
        let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        // Both are in range: `amount` is, and a remainder is less than what it is divided by.
        Duration::new(seconds as u64, rest as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_second_s_worth_is_there_at_once_and_the_rest_comes_at_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(1_000, start);
        let waits: Vec<_> = (0..1_003)
            .map(|_| {
                let wait = bucket.wait(1, start);
                bucket.take(1, start);
                wait
            })
            .collect();
        assert!(waits[..1_000].iter().all(Duration::is_zero));
        assert_eq!(waits[1_000..], [MS, 2 * MS, 3 * MS]);
        assert_eq!(bucket.wait(1, start + 2 * MS), 2 * MS);
        assert!(!bucket.is_full(start + 1_002 * MS) && bucket.is_full(start + 1_003 * MS));
        assert_eq!(bucket.wait(1_000, start + 1_003 * MS), Duration::ZERO);
    }

    #[test]
    fn what_is_left_unused_is_not_saved_up() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, start);
        let later = start + Duration::from_secs(3600);
        bucket.take(10, later);
        assert_eq!(bucket.wait(1, later), 100 * MS);
    }

    #[test]
    fn more_than_a_second_s_worth_is_given_and_owed() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, start);
        assert_eq!(bucket.wait(45, start), Duration::ZERO);
        bucket.take(45, start);
        assert_eq!(bucket.wait(1, start), 3_600 * MS);
        assert_eq!(bucket.wait(45, start), 4_500 * MS);
    }

    #[test]
    fn no_number_is_too_large() {
        let start = Instant::now();
        for per_second in [0, 1, u64::MAX] {
            let mut bucket = Bucket::new(per_second, start);
            bucket.take(u64::MAX, start);
            bucket.take(u64::MAX, start);
            bucket.wait(u64::MAX, start);
        }
    }
}
