use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::CallError;

/// The part of its time that a call keeps for its answer, whatever it waits for.
const FOR_THE_ANSWER: u32 = 10;

/// When all the runs of a call have to be over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<(Instant, Duration)>);

impl Deadline {
    /// So long from now; never, where there is no time so far away.
    pub(super) fn in_time(after: Option<Duration>) -> Self {
        Self(after.and_then(|after| Some((Instant::now().checked_add(after)?, after))))
    }

    /// Whether a call has to wait, and would have too little time left after it or none.
    pub(super) fn is_too_near_for(self, wait: Duration) -> bool {
        let too_near = |(at, after): (Instant, Duration)| {
            at.saturating_duration_since(Instant::now()) <= wait.saturating_add(after / FOR_THE_ANSWER)
        };
        !wait.is_zero() && self.0.is_some_and(too_near)
    }

    /// What `future` gives, if it does so in time.
    pub(super) async fn bound<F: Future>(self, future: F) -> Result<F::Output, CallError> {
        match self.0 {
            Some((at, after)) => timeout_at(at, future).await.map_err(|_| CallError::TimedOut { after }),
            None => Ok(future.await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// One that is so many hours away, of a call that had a thousand.
    fn in_hours(hours: u32) -> Deadline {
        Deadline(Some((Instant::now() + hours * HOUR, 1_000 * HOUR)))
    }

    #[test]
    fn who_waits_has_a_tenth_of_the_time_for_the_answer() {
        assert!(!in_hours(1_000).is_too_near_for(899 * HOUR) && in_hours(1_000).is_too_near_for(901 * HOUR));
        assert!(!in_hours(400).is_too_near_for(299 * HOUR) && in_hours(400).is_too_near_for(301 * HOUR));
        assert!(in_hours(1_000).is_too_near_for(Duration::MAX) && !Deadline(None).is_too_near_for(Duration::MAX));
    }

    #[test]
    fn who_need_not_wait_is_never_too_late() {
        assert!(in_hours(50).is_too_near_for(HOUR) && !in_hours(50).is_too_near_for(Duration::ZERO));
    }
}
