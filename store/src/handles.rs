use crate::error::{Error, Excess, Unit};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicU64, Ordering};

/// How many readers and writers are open, and may be.
pub(crate) struct Handles {
    open: AtomicU64,
    limit: u64,
}

/// One that is open; closed when dropped.
pub(crate) struct OpenHandle(Arc<Handles>);

impl Handles {
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self { open: AtomicU64::new(0), limit })
    }

    /// Opens one more.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyOpen`] where that is one too many.
    pub fn open(self: &Arc<Self>) -> Result<OpenHandle, Error> {
        // Counted first, so that no two take the last place.
        let actual = self.open.fetch_add(1, Ordering::Relaxed) + 1;
        let handle = OpenHandle(self.clone());
        if actual > self.limit {
            return Err(Error::TooManyOpen(Excess { unit: Unit::Handles, limit: self.limit, actual }));
        }
        Ok(handle)
    }
}

impl Drop for OpenHandle {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
