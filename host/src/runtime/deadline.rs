use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::CallError;

/// When all the runs of a call have to be over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<(Instant, Duration)>);

impl Deadline {
    /// So long from now; never, where there is no time so far away.
    pub(super) fn in_time(after: Option<Duration>) -> Self {
        Self(after.and_then(|after| Some((Instant::now().checked_add(after)?, after))))
    }

    /// Whether it comes before so much time has passed.
    pub(super) fn is_within(self, time: Duration) -> bool {
        self.0.is_some_and(|(at, _)| at.saturating_duration_since(Instant::now()) <= time)
    }

    /// What `future` gives, if it does so in time.
    pub(super) async fn bound<F: Future>(self, future: F) -> Result<F::Output, CallError> {
        match self.0 {
            Some((at, after)) => timeout_at(at, future).await.map_err(|_| CallError::TimedOut { after }),
            None => Ok(future.await),
        }
    }
}
