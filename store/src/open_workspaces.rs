//! Which workspaces are known, and which of them are open.

use std::collections::HashMap;

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, Weak};
use crate::workspace::Workspace;
use crate::workspace_id::WorkspaceId;

/// The workspaces of a larder in this process; so many of them open at most, the least recently used closed first.
pub(crate) struct OpenWorkspaces {
    most_open: usize,
    known: Mutex<HashMap<WorkspaceId, Weak<Workspace>>>,
    open: Mutex<Open>,
    clock: AtomicU64,
}

#[derive(Default)]
struct Open {
    workspaces: Vec<Arc<Workspace>>,
    /// The larder is gone: what opens now, for a write that nobody waits for, closes with its last user.
    ended: bool,
}

impl OpenWorkspaces {
    pub fn new(most_open: usize) -> Self {
        Self { most_open, known: Mutex::default(), open: Mutex::default(), clock: AtomicU64::new(0) }
    }

    /// The one [`Workspace`] of this name, so that all who use it share its queue.
    pub fn get(&self, id: &WorkspaceId, make: impl FnOnce() -> Workspace) -> Arc<Workspace> {
        let mut known = self.known.lock().expect("nothing panics while this is locked");
        if let Some(workspace) = known.get(id).and_then(Weak::upgrade) {
            return workspace;
        }
        if known.len() == known.capacity() {
            known.retain(|_, workspace| workspace.strong_count() > 0);
        }
        let workspace = Arc::new(make());
        known.insert(id.clone(), Arc::downgrade(&workspace));
        workspace
    }

    /// A moment, for telling which use was the latest.
    pub fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes that a workspace is open, and closes another where they are too many.
    pub fn add(&self, workspace: &Arc<Workspace>) {
        let mut open = self.open();
        if open.ended {
            return;
        }
        open.workspaces.push(workspace.clone());
        let too_many = open.workspaces.len() > self.most_open;
        drop(open);
        if too_many {
            self.close_one_beside(workspace);
        }
    }

    pub fn remove(&self, workspace: &Arc<Workspace>) {
        self.open().workspaces.retain(|open| !Arc::ptr_eq(open, workspace));
    }

    /// Closes the least recently used one; false where no other can be closed.
    pub fn close_one_beside(&self, workspace: &Arc<Workspace>) -> bool {
        let mut open = self.open();
        // One with open readers or writers, or a whole call under way, is not closed.
        let others = open.workspaces.iter().enumerate();
        let others = others.filter(|(_, other)| !Arc::ptr_eq(other, workspace) && !other.is_in_use());
        let Some((oldest, _)) = others.min_by_key(|(_, other)| other.last_use()) else { return false };
        let oldest = open.workspaces.swap_remove(oldest);
        drop(open);
        oldest.evict();
        true
    }

    /// All that are open, which are no longer counted as such.
    pub fn take_all(&self) -> Vec<Arc<Workspace>> {
        std::mem::take(&mut self.open().workspaces)
    }

    /// Closes all that are open, for good.
    pub fn end(&self) {
        let open = std::mem::replace(&mut *self.open(), Open { workspaces: Vec::new(), ended: true });
        for workspace in open.workspaces {
            workspace.evict();
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("nothing panics while this is locked")
    }
}
