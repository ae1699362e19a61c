//! Doing what is better done while nobody waits.

use std::time::Duration;

use super::Workspace;
use crate::queue::Chore;
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, block_on};

impl Workspace {
    /// Has the housekeeper wait until the workspace is idle.
    pub(super) fn tidy_when_idle(self: &Arc<Self>) {
        if !self.watched.swap(true, Ordering::Relaxed) {
            self.shared.housekeeper.tidy_when_idle(self, self.commits.load(Ordering::Relaxed));
        }
    }

    /// Begins idle work, unless there are more commits than the housekeeper knows of: then it goes on watching.
    pub fn tidy_after(self: &Arc<Self>, commits: u64) {
        let now = self.commits.load(Ordering::Relaxed);
        if now != commits {
            return self.shared.housekeeper.tidy_when_idle(self, now);
        }
        self.watched.store(false, Ordering::Relaxed);
        self.tidy_soon();
    }

    /// Begins idle work, after what is to be done before it.
    pub fn tidy_soon(self: &Arc<Self>) {
        let begin = self.queue().add_chore(Chore::Tidy);
        self.work_if(begin);
    }

    pub(super) fn tidy_here(self: &Arc<Self>) {
        let Some(open) = self.open.read().expect("nothing panics while this is locked").clone() else { return };
        let now = self.now();
        // Nothing is lost if it fails: it is done again, or opening takes longer.
        let Ok(Some(next_ms)) = block_on(open.tidy(now)) else { return };
        // Without threads the caller would wait for all of it.
        if next_ms <= now.now_ms() && cfg!(not(target_os = "wasi")) {
            // Behind whoever waits.
            return self.tidy_soon();
        }
        let due_ms = self.tidy_due_ms.load(Ordering::Relaxed);
        if due_ms <= now.now_ms() || next_ms < due_ms {
            self.tidy_due_ms.store(next_ms, Ordering::Relaxed);
            let wait = Duration::from_millis(next_ms.saturating_sub(now.now_ms()));
            self.shared.housekeeper.tidy_expired_after(self, wait);
        }
    }
}
