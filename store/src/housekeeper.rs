//! Work for when a workspace has fallen idle.

#[cfg(not(target_os = "wasi"))]
pub(crate) use thread::Housekeeper;

/// Without threads nobody is there to wait for the idle moment, so it is now.
#[cfg(target_os = "wasi")]
pub(crate) struct Housekeeper;

#[cfg(target_os = "wasi")]
impl Housekeeper {
    pub fn new() -> Self {
        Self
    }

    pub fn tidy_when_idle(&self, workspace: &std::sync::Arc<crate::workspace::Workspace>, commits: u64) {
        workspace.tidy_after(commits);
    }
}

#[cfg(not(target_os = "wasi"))]
mod thread {
    use std::collections::VecDeque;
    use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
    use std::thread;
    use std::time::{Duration, Instant};

    use crate::workspace::Workspace;

    /// How long nothing is committed before a workspace counts as idle.
    const IDLE: Duration = Duration::from_millis(250);

    /// The one thread that waits for workspaces to fall idle. The work itself is done by the pool.
    pub(crate) struct Housekeeper(Arc<Shared>);

    #[derive(Default)]
    struct Shared {
        state: Mutex<State>,
        changed: Condvar,
    }

    #[derive(Default)]
    struct State {
        /// In the order in which they are due, as all wait equally long.
        due: VecDeque<Due>,
        started: bool,
        dropped: bool,
    }

    struct Due {
        at: Instant,
        workspace: Weak<Workspace>,
        commits: u64,
    }

    impl Housekeeper {
        pub fn new() -> Self {
            Self(Arc::default())
        }

        /// Tells a workspace, so long from now, how many commits it had.
        pub fn tidy_when_idle(&self, workspace: &Arc<Workspace>, commits: u64) {
            let mut state = self.0.state();
            let due = Due { at: Instant::now() + IDLE, workspace: Arc::downgrade(workspace), commits };
            state.due.push_back(due);
            if state.due.len() == 1 {
                self.0.changed.notify_one();
            }
            if !state.started {
                let shared = self.0.clone();
                let thread = thread::Builder::new().name("larder-housekeeper".into());
                // Without it, opening after a crash takes longer, no more.
                state.started = thread.spawn(move || shared.keep()).is_ok();
            }
        }
    }

    impl Drop for Housekeeper {
        fn drop(&mut self) {
            self.0.state().dropped = true;
            self.0.changed.notify_one();
        }
    }

    impl Shared {
        fn state(&self) -> MutexGuard<'_, State> {
            self.state.lock().expect("nothing panics while this is locked")
        }

        fn keep(&self) {
            while let Some(due) = self.next_due() {
                if let Some(workspace) = due.workspace.upgrade() {
                    workspace.tidy_after(due.commits);
                }
            }
        }

        /// Waits for the next that is due; none when the larder is gone.
        fn next_due(&self) -> Option<Due> {
            let mut state = self.state();
            loop {
                if state.dropped {
                    return None;
                }
                let now = Instant::now();
                state = match state.due.front() {
                    Some(due) if due.at <= now => return state.due.pop_front(),
                    Some(due) => {
                        let wait = due.at - now;
                        self.changed.wait_timeout(state, wait).expect("nothing panics while this is locked").0
                    }
                    None => self.changed.wait(state).expect("nothing panics while this is locked"),
                };
            }
        }
    }
}
