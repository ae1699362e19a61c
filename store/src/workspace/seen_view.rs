//! A committed state, and which one it is.

use std::ops::Deref;

use super::Workspace;
use crate::engine::{Absent, View};
use crate::error::Error;
use crate::reads::Seen;
use crate::sync::Arc;

/// What was committed last, at some moment.
pub(crate) struct SeenView {
    view: Arc<dyn View>,
    pub seen: Seen,
}

impl Deref for SeenView {
    type Target = dyn View;

    fn deref(&self) -> &Self::Target {
        &*self.view
    }
}

impl Workspace {
    /// What was committed last; none where there is no workspace.
    pub async fn state(self: &Arc<Self>) -> Result<Option<SeenView>, Error> {
        loop {
            let Some(opened) = self.opened(Absent::Leave).await? else { return Ok(None) };
            let view = opened.view().await?;
            let open = self.open.read().expect("nothing panics while this is locked");
            // Held meanwhile: a commit of that number in a later opening may be one of another workspace of this name.
            if open.as_ref().is_some_and(|open| open.is(&opened)) {
                let seen = self.recent().seen(view.commit());
                return Ok(Some(SeenView { view, seen }));
            }
        }
    }
}
