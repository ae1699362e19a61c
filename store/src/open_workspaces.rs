//! Which workspaces are known, and which of them are open.

use std::collections::HashMap;
use std::mem;

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, Weak};
use crate::workspace::Workspace;
use crate::workspace_id::WorkspaceId;

/// One in so many places is kept free, so that who opens a workspace need not wait for another to close.
const EARLY_PART: usize = 16;

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
    /// Those that are about to be closed, as others have been used since.
    closing: Vec<Arc<Workspace>>,
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

    /// The moment as it is, which is cheaper where many use what is open at once.
    pub fn moment(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Notes that a workspace is open, and closes another where they are too many.
    pub fn add(&self, workspace: &Arc<Workspace>) {
        let mut open = self.open();
        if open.ended {
            return;
        }
        open.workspaces.push(workspace.clone());
        if open.workspaces.len() <= self.most_open - self.most_open / EARLY_PART {
            return;
        }
        let Some(oldest) = open.take_oldest_beside(workspace) else { return };
        if open.workspaces.len() + open.closing.len() < self.most_open {
            open.closing.push(oldest.clone());
            drop(open);
            oldest.close_soon();
        } else {
            drop(open);
            oldest.evict();
        }
    }

    /// Notes that one that was about to be closed stays open.
    pub fn keep(&self, workspace: &Arc<Workspace>) {
        let Open { workspaces, closing, .. } = &mut *self.open();
        workspaces.extend(closing.extract_if(.., |closing| Arc::ptr_eq(closing, workspace)));
    }

    pub fn remove(&self, workspace: &Arc<Workspace>) {
        let Open { workspaces, closing, .. } = &mut *self.open();
        for list in [workspaces, closing] {
            list.retain(|open| !Arc::ptr_eq(open, workspace));
        }
    }

    /// Closes the least recently used one; false where no other can be closed.
    pub fn close_one_beside(&self, workspace: &Arc<Workspace>) -> bool {
        let Some(oldest) = self.open().take_oldest_beside(workspace) else { return false };
        oldest.evict();
        true
    }

    /// All that are open, which are no longer counted as such.
    pub fn take_all(&self) -> Vec<Arc<Workspace>> {
        self.open().take_all()
    }

    /// Closes all that are open, for good.
    pub fn end(&self) {
        let open = {
            let mut open = self.open();
            open.ended = true;
            open.take_all()
        };
        for workspace in open {
            workspace.evict();
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("nothing panics while this is locked")
    }
}

impl Open {
    /// The least recently used one. One with open readers or writers, or a whole call under way, is not closed.
    fn take_oldest_beside(&mut self, workspace: &Arc<Workspace>) -> Option<Arc<Workspace>> {
        let others = self.workspaces.iter().enumerate();
        let others = others.filter(|(_, other)| !Arc::ptr_eq(other, workspace) && !other.is_in_use());
        let (oldest, _) = others.min_by_key(|(_, other)| other.last_use())?;
        Some(self.workspaces.swap_remove(oldest))
    }

    fn take_all(&mut self) -> Vec<Arc<Workspace>> {
        let mut all = mem::take(&mut self.workspaces);
        all.append(&mut self.closing);
        all
    }
}
