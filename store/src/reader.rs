use std::fmt;

use crate::engine::{Body, Stamp};
use crate::error::Error;
use crate::limits::Limits;
use crate::scope::OpenHandles;
use crate::sync::{Arc, block_on};
use crate::version::Version;
use crate::workspace::Workspace;

/// A value as it was when opened, whatever happens to the key meanwhile.
pub struct Reader {
    body: Body,
    stamp: Stamp,
    most_bytes: u32,
    workspace: Arc<Workspace>,
    _handles: Option<OpenHandles>,
}

impl Reader {
    pub(crate) fn new(
        workspace: Arc<Workspace>,
        stamp: Stamp,
        body: Body,
        limits: &Limits,
        handles: OpenHandles,
    ) -> Self {
        Self { body, stamp, most_bytes: limits.chunk_bytes, workspace, _handles: Some(handles) }
    }

    /// One that counts as no open handle.
    pub(crate) fn uncounted(workspace: Arc<Workspace>, stamp: Stamp, body: Body) -> Self {
        Self { body, stamp, most_bytes: u32::MAX, workspace, _handles: None }
    }

    /// Bytes in the value.
    pub fn size(&self) -> u64 {
        self.stamp.bytes
    }

    /// Which write made the value.
    pub fn version(&self) -> Version {
        self.stamp.version
    }

    /// The bytes from `offset` on: as many as asked, as [`Limits::chunk_bytes`] allows, or as there are.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where those bytes are, [`Error::Unavailable`].
    pub async fn read(&self, offset: u64, most: u32) -> Result<Vec<u8>, Error> {
        let most = most.min(self.most_bytes) as usize;
        match &self.body {
            Body::Small(bytes) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes[from..from.saturating_add(most).min(bytes.len())].to_vec())
            }
            Body::Large(large) => {
                let large = large.clone();
                self.workspace.run(move || block_on(large.read(offset, most))).await
            }
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}
