//! A workspace that is open, with what is known of it.

use std::ops::Deref;

use super::Workspace;
use crate::engine::{Absent, Body, EngineWorkspace, Stamp, Stored, View};
use crate::error::Error;
use crate::hot_cache::{Hot, Known};
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::sync::Arc;
use crate::sync::atomic::Ordering;

#[derive(Clone)]
pub(crate) struct Opened {
    engine: Arc<dyn EngineWorkspace>,
    /// None where others may write.
    hot: Option<Arc<Hot>>,
}

/// What was committed last, when it was asked for.
pub(crate) struct NewestView {
    view: Arc<dyn View>,
    of: Opened,
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

impl Deref for NewestView {
    type Target = dyn View;

    fn deref(&self) -> &Self::Target {
        &*self.view
    }
}

impl NewestView {
    /// The value at `key`; one that is read whole by that is known from now on.
    pub async fn get(&self, store: &StoreId, key: &Key<'_>, now: Moment<'_>) -> Result<Option<Stored>, Error> {
        let read = self.view.get(store, key, now).await?;
        match &read {
            None => self.keep(store, key, None),
            Some(Stored { stamp, body: Body::Small(bytes) }) => self.keep(store, key, Some((*stamp, bytes))),
            Some(Stored { body: Body::Large(_), .. }) => {}
        }
        Ok(read)
    }

    /// Has it known from now on what was read at `key`.
    pub fn keep(&self, store: &StoreId, key: &Key<'_>, read: Option<(Stamp, &[u8])>) {
        if let Some(hot) = &self.of.hot {
            hot.fill(store, key, read, || self.of.commits() == self.view.commit());
        }
    }

    pub fn into_view(self) -> Arc<dyn View> {
        self.view
    }
}

impl Workspace {
    /// What was committed last; none where there is no workspace.
    pub async fn view(self: &Arc<Self>) -> Result<Option<NewestView>, Error> {
        match self.opened(Absent::Leave).await? {
            Some(of) => Ok(Some(NewestView { view: of.view().await?, of })),
            None => Ok(None),
        }
    }

    /// What was committed last at a key, if that is known without asking the engine.
    pub fn known(&self, store: &StoreId, key: &Key<'_>) -> Option<Option<Arc<Known>>> {
        self.last_use.store(self.shared.open.moment(), Ordering::Relaxed);
        let open = self.open.read().expect("nothing panics while this is locked");
        let known = open.as_ref().filter(|open| !open.must_reopen())?.hot()?.get(store, key)?;
        Some(known.filter(|known| !self.is_past(known.stamp)))
    }

    fn is_past(&self, stamp: Stamp) -> bool {
        // The clock is not asked for what never expires.
        stamp.expiry.as_ms().is_some() && self.now().has_passed(stamp.expiry)
    }
}
