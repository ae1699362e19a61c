use std::io;

use thiserror::Error;

use crate::error::Error;
use crate::workspace_id::WorkspaceId;

/// Why an [`import`](crate::import) made no workspace.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is a workspace of that name already; it was not touched.
    #[error("there is a workspace '{0}' already")]
    WorkspaceExists(WorkspaceId),
    /// What was read does not begin as an export does.
    #[error("this is not an export of a workspace")]
    NotAnExport,
    /// The export has a format that this version does not know.
    #[error("the export has a format that this version does not know")]
    UnknownFormat,
    /// The export ends before it is complete.
    #[error("the export is cut off, or damaged: it ends at byte {at_byte}, and more should follow")]
    CutOff {
        /// Where it ends, counted from 0.
        at_byte: u64,
    },
    /// The export is not as it was written.
    #[error("the export is damaged: what begins at byte {at_byte} is not as it was written")]
    Damaged {
        /// Where the piece begins that is wrong, counted from 0.
        at_byte: u64,
    },
    /// The export could not be read.
    #[error("cannot read the export: {0}")]
    Read(io::Error),
    /// The workspace could not be made or filled.
    #[error(transparent)]
    Store(#[from] Error),
    /// The import failed, and what it had made by then could not be removed: the workspace is incomplete.
    #[error("{cause}; and the incomplete workspace '{workspace}' could not be removed: {left}")]
    LeftBehind {
        /// The workspace.
        workspace: WorkspaceId,
        /// Why the import failed.
        cause: Box<Self>,
        /// Why its beginnings were not removed.
        left: Error,
    },
}
