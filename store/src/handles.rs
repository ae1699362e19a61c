use crate::error::{Error, Excess, Unit};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicU64, Ordering};

/// So many workspaces it takes at least to have all readers and writers of a larder open.
const WORKSPACES_TO_FILL_IT: u64 = 4;

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

    /// Those of one workspace of a larder that has these: a few may not take them all.
    pub fn of_workspace(&self) -> Arc<Self> {
        Self::new(self.limit.div_ceil(WORKSPACES_TO_FILL_IT))
    }

    /// Opens one more.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyOpen`] where that is one too many.
    pub fn open(self: &Arc<Self>) -> Result<OpenHandle, Error> {
        // Counted first, so that no two take the last place.
        let before = self.open.fetch_add(1, Ordering::Relaxed);
        let handle = OpenHandle(self.clone());
        if before >= self.limit {
            // How many others try at the same time is nobody's business.
            let actual = self.limit.saturating_add(1);
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
