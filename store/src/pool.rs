//! The threads that run what may wait for the disk.

#[cfg(not(target_os = "wasi"))]
pub(crate) use threads::Pool;

/// Without threads everything runs where it is asked for.
#[cfg(target_os = "wasi")]
pub(crate) struct Pool;

#[cfg(target_os = "wasi")]
impl Pool {
    pub fn new() -> Self {
        Self
    }

    pub fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        job();
    }

    pub fn has_waiting(&self) -> bool {
        false
    }
}

#[cfg(not(target_os = "wasi"))]
mod threads {
    use std::collections::VecDeque;
    use std::mem;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use crate::sync::{Arc, Condvar, Mutex, MutexGuard, thread};

    const MOST_THREADS: usize = 32;
    const IDLE_BEFORE_EXIT: Duration = Duration::from_secs(10);

    type Job = Box<dyn FnOnce() + Send>;

    /// A bounded pool whose threads start on demand and end when idle.
    ///
    /// A job runs to its end whether or not anybody still waits for it. When the pool is dropped, what is queued still
    /// runs.
    pub(crate) struct Pool(Arc<Shared>);

    struct Shared {
        state: Mutex<State>,
        ready: Condvar,
    }

    #[derive(Default)]
    struct State {
        jobs: VecDeque<Job>,
        threads: usize,
        idle: usize,
        dropped: bool,
    }

    impl Pool {
        pub fn new() -> Self {
            Self(Arc::new(Shared { state: Mutex::default(), ready: Condvar::new() }))
        }

        pub fn spawn(&self, job: impl FnOnce() + Send + 'static) {
            let mut state = self.0.state();
            state.jobs.push_back(Box::new(job));
            if state.jobs.len() <= state.idle {
                // Or who wakes up would have to wait for it.
                drop(state);
                self.0.ready.notify_one();
            } else if state.threads < MOST_THREADS {
                state.threads += 1;
                drop(state);
                self.start_thread();
            }
        }

        /// Whether there are jobs that no thread is there for.
        pub fn has_waiting(&self) -> bool {
            let state = self.0.state();
            state.jobs.len() > state.idle
        }

        fn start_thread(&self) {
            let shared = self.0.clone();
            let started = thread::Builder::new().name("larder".into()).spawn(move || shared.work());
            if started.is_err() {
                self.0.thread_did_not_start();
            }
        }
    }

    impl Drop for Pool {
        fn drop(&mut self) {
            self.0.state().dropped = true;
            self.0.ready.notify_all();
        }
    }

    impl Shared {
        fn state(&self) -> MutexGuard<'_, State> {
            self.state.lock().expect("no job runs while this is locked")
        }

        fn work(&self) {
            while let Some(job) = self.next() {
                // The waiting side notices that its answer never came.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        }

        /// The threads that there are do the work; where there is none, the caller does it, rather than nobody.
        fn thread_did_not_start(&self) {
            let mut state = self.state();
            state.threads -= 1;
            if state.threads > 0 {
                return;
            }
            let jobs = mem::take(&mut state.jobs);
            drop(state);
            for job in jobs {
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        }

        fn next(&self) -> Option<Job> {
            let mut state = self.state();
            let mut waited_enough = false;
            loop {
                if let Some(job) = state.jobs.pop_front() {
                    return Some(job);
                }
                if state.dropped || waited_enough {
                    state.threads -= 1;
                    return None;
                }
                state.idle += 1;
                let (woken, waited) =
                    self.ready.wait_timeout(state, IDLE_BEFORE_EXIT).expect("no job runs while this is locked");
                (state, waited_enough) = (woken, waited.timed_out());
                state.idle -= 1;
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use std::sync::mpsc;

        use super::*;

        #[test]
        fn jobs_run_at_once_up_to_the_bound_and_all_of_them_run() {
            let pool = Pool::new();
            let (started, starts) = mpsc::channel();
            let (release, released) = mpsc::channel::<()>();
            let released = Arc::new(Mutex::new(released));
            for _ in 0..MOST_THREADS + 8 {
                let (started, released) = (started.clone(), released.clone());
                pool.spawn(move || {
                    started.send(()).unwrap();
                    released.lock().unwrap().recv().unwrap();
                });
            }
            for _ in 0..MOST_THREADS {
                starts.recv().unwrap();
            }
            assert_eq!(pool.0.state().threads, MOST_THREADS);
            assert_eq!(pool.0.state().jobs.len(), 8);
            for _ in 0..MOST_THREADS + 8 {
                release.send(()).unwrap();
            }
            for _ in 0..8 {
                starts.recv().unwrap();
            }
        }

        #[test]
        fn a_job_that_panics_takes_no_thread_with_it() {
            let pool = Pool::new();
            let (done, wait) = mpsc::channel();
            for job in 0..MOST_THREADS * 2 {
                let done = done.clone();
                pool.spawn(move || {
                    let _sent_even_when_unwinding = SendOnDrop(done);
                    assert!(job % 2 == 1, "on purpose");
                });
            }
            for _ in 0..MOST_THREADS * 2 {
                wait.recv().unwrap();
            }
        }

        struct SendOnDrop(mpsc::Sender<()>);

        impl Drop for SendOnDrop {
            fn drop(&mut self) {
                self.0.send(()).unwrap();
            }
        }
    }
}
