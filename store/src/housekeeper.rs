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

    pub fn tidy_when_idle(&self, workspace: &crate::sync::Arc<crate::workspace::Workspace>, commits: u64) {
        workspace.tidy_after(commits);
    }

    pub fn tidy_expired_after(&self, _: &crate::sync::Arc<crate::workspace::Workspace>, _: std::time::Duration) {}
}

#[cfg(not(target_os = "wasi"))]
mod thread {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use crate::sync::{Arc, Condvar, Instant, Mutex, MutexGuard, Weak, thread};
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
        /// In the order in which they are due; the number tells those of one instant apart.
        due: BTreeMap<(Instant, u64), Due>,
        number: u64,
        started: bool,
        dropped: bool,
    }

    struct Due {
        workspace: Weak<Workspace>,
        why: Why,
    }

    enum Why {
        /// So many commits it had when it may have fallen idle.
        Idle { commits: u64 },
        /// Something in it has expired.
        Expired,
    }

    impl Housekeeper {
        pub fn new() -> Self {
            Self(Arc::default())
        }

        /// Tells a workspace, so long from now, how many commits it had.
        pub fn tidy_when_idle(&self, workspace: &Arc<Workspace>, commits: u64) {
            self.add(Instant::now() + IDLE, workspace, Why::Idle { commits });
        }

        /// Has a workspace look for what has expired, when it has not been closed by then.
        pub fn tidy_expired_after(&self, workspace: &Arc<Workspace>, wait: Duration) {
            // A time that cannot be told does not come.
            if let Some(at) = Instant::now().checked_add(wait.saturating_add(IDLE)) {
                self.add(at, workspace, Why::Expired);
            }
        }

        fn add(&self, at: Instant, workspace: &Arc<Workspace>, why: Why) {
            let mut state = self.0.state();
            state.number += 1;
            let place = (at, state.number);
            state.due.insert(place, Due { workspace: Arc::downgrade(workspace), why });
            if state.due.first_key_value().is_some_and(|(first, _)| *first == place) {
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
                let Some(workspace) = due.workspace.upgrade() else { continue };
                match due.why {
                    Why::Idle { commits } => workspace.tidy_after(commits),
                    Why::Expired => workspace.tidy_soon(),
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
                state = match state.due.first_key_value() {
                    Some(((at, _), _)) if *at <= now => return state.due.pop_first().map(|(_, due)| due),
                    Some(((at, _), _)) => {
                        let wait = *at - now;
                        self.changed.wait_timeout(state, wait).expect("nothing panics while this is locked").0
                    }
                    None => self.changed.wait(state).expect("nothing panics while this is locked"),
                };
            }
        }
    }
}
