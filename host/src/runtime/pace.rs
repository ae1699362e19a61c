use std::sync::Arc;

use larder_store::Error;
use tokio::time::sleep;

use super::deadline::Deadline;
use super::rates::{Demand, Rate};

/// What holds a call to the rates of its plugin.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    rate: Arc<Rate>,
    deadline: Deadline,
}

impl Pace {
    pub(super) fn new(rate: Arc<Rate>, deadline: Deadline) -> Self {
        Self { rate, deadline }
    }

    /// Takes what was done already, for which the next call waits.
    pub fn owe(&self, demand: Demand) {
        let _ = self.rate.take(demand, |_| false);
    }

    /// Waits until so much may be asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`] where the call would have no time left to answer in by then.
    pub async fn keep(&self, demand: Demand) -> Result<(), Error> {
        match self.rate.take(demand, |wait| self.deadline.is_too_near_for(wait)) {
            Ok(wait) if wait.is_zero() => Ok(()),
            Ok(wait) => {
                sleep(wait).await;
                Ok(())
            }
            Err(wait) => {
                let after_ms = wait.as_nanos().div_ceil(1_000_000);
                Err(Error::Throttled { after_ms: u32::try_from(after_ms).unwrap_or(u32::MAX) })
            }
        }
    }
}
