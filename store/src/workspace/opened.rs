//! A workspace that is open, with what is known of it.

use std::ops::Deref;

use super::Workspace;
use crate::engine::{EngineWorkspace, Stamp};
use crate::hot_cache::{Hot, Known};
use crate::key::Key;
use crate::store_id::StoreId;
use crate::sync::Arc;
use crate::sync::atomic::Ordering;

#[derive(Clone)]
pub(crate) struct Opened {
    engine: Arc<dyn EngineWorkspace>,
    /// None where others may write.
    hot: Option<Arc<Hot>>,
}

impl Opened {
    pub fn new(engine: Arc<dyn EngineWorkspace>, hot: Option<Arc<Hot>>) -> Self {
        Self { engine, hot }
    }

    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.engine, &other.engine)
    }

    pub fn hot(&self) -> Option<&Hot> {
        self.hot.as_deref()
    }
}

impl Deref for Opened {
    type Target = dyn EngineWorkspace;

    fn deref(&self) -> &Self::Target {
        &*self.engine
    }
}

impl Workspace {
    /// What was committed last at a key, if that is known without asking the engine.
    pub fn known(&self, store: &StoreId, key: &Key<'_>) -> Option<Option<Arc<Known>>> {
        self.last_use.store(self.shared.open.moment(), Ordering::Relaxed);
        let open = self.open.read().expect("nothing panics while this is locked");
        let open = open.as_ref()?;
        // Before it is asked whether it is to be opened anew, which costs where others may write.
        let hot = open.hot()?;
        let known = if open.must_reopen() { None } else { hot.get(store, key) }?;
        Some(known.filter(|known| !self.is_past(known.stamp)))
    }

    fn is_past(&self, stamp: Stamp) -> bool {
        // The clock is not asked for what never expires.
        stamp.expiry.as_ms().is_some() && self.now().has_passed(stamp.expiry)
    }
}
