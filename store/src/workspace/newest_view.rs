//! What was committed last, and where what is read of it is kept.

use std::ops::Deref;

use super::{Opened, Workspace};
use crate::engine::{Absent, Body, Stamp, Stored, View};
use crate::error::Error;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::sync::Arc;

/// What was committed last, when it was asked for.
pub(crate) struct NewestView {
    view: Arc<dyn View>,
    of: Opened,
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
        if let Some(hot) = self.of.hot() {
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
}
