use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::CallError;

/// When all the runs of a call have to be over.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Option<(Instant, Duration)>);

impl Deadline {
    /// So long from now; never, where there is no time so far away.
    pub(super) fn in_time(after: Option<Duration>) -> Self {
        Self(after.and_then(|after| Some((Instant::now().checked_add(after)?, after))))
    }

    /// What `future` gives, if it does so in time.
    pub(super) async fn bound<F: Future>(self, future: F) -> Result<F::Output, CallError> {
        match self.0 {
            Some((at, after)) => timeout_at(at, future).await.map_err(|_| CallError::TimedOut { after }),
            None => Ok(future.await),
        }
    }
}
