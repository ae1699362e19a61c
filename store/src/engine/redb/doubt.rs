//! Workspaces of which a sync has failed.
//!
//! What a sync failed to write a system may forget and yet show to whoever reads, so a later sync that succeeds says nothing
//! of it. Before such a workspace is written to again, its database is therefore written once more, as it reads, and its
//! name made durable.

use std::collections::HashSet;
use std::io;
use std::sync::{Mutex, MutexGuard};

use super::layout::Layout;
use crate::dir::{Dir, Mode};
use crate::error::Error;
use crate::workspace_id::WorkspaceId;

/// Stands in the directory of a workspace in doubt, so that the next process knows too.
const NOTE: &str = "unsynced";

#[derive(Default)]
pub(super) struct Doubts(Mutex<HashSet<WorkspaceId>>);

impl Doubts {
    fn known(&self) -> MutexGuard<'_, HashSet<WorkspaceId>> {
        self.0.lock().expect("nothing panics while this is locked")
    }
}

impl Layout {
    pub fn raise_doubt(&self, id: &WorkspaceId) {
        self.doubts.known().insert(id.clone());
        // Best effort: where nothing more is written to the disk, nothing more is acknowledged either. It need not be
        // synced, as a power cut ends the doubt.
        if let Ok(Some(dir)) = self.workspace(id) {
            let _ = dir.open_file(NOTE, Mode::CreateNew);
        }
    }

    /// Whether the workspace in `dir` is in doubt.
    pub fn is_in_doubt(&self, id: &WorkspaceId, dir: &Dir) -> io::Result<bool> {
        if self.doubts.known().contains(id) {
            return Ok(true);
        }
        match dir.kind(NOTE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            found => found.map(|_| true),
        }
    }

    /// Makes durable that a workspace is gone, if that is in doubt.
    pub fn confirm_removal(&self, id: &WorkspaceId) -> Result<(), Error> {
        if self.doubts.known().contains(id) {
            self.sync_names().map_err(Error::io("make the removal of the workspace durable"))?;
            self.end_doubt(id);
        }
        Ok(())
    }

    /// Everything of the workspace is on the disk again.
    pub fn end_doubt(&self, id: &WorkspaceId) {
        // Best effort: what stays costs the next start some time.
        if let Ok(Some(dir)) = self.workspace(id) {
            let _ = dir.remove_file(NOTE);
        }
        self.doubts.known().remove(id);
    }
}
