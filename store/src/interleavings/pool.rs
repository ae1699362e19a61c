//! The pool: each job runs, also where it waits for others, and whoever is going home at that moment.

use super::{Verdict, at_once, explore, finds};
use crate::pool::Pool;
use crate::sync::{Arc, Condvar, Mutex, let_time_pass, lose_notifications};

const JOBS: usize = 4;

/// Counts to a number, and has those who count wait for it.
#[derive(Clone, Default)]
struct Meeting(Arc<(Mutex<usize>, Condvar)>);

impl Meeting {
    fn arrive(&self) {
        *self.0.0.lock().unwrap() += 1;
        self.0.1.notify_all();
    }

    fn wait_for(&self, number: usize) {
        let mut count = self.0.0.lock().unwrap();
        while *count < number {
            count = self.0.1.wait(count).unwrap();
        }
    }
}

fn every_job_runs() -> Verdict {
    let (pool, begun, done) = (Arc::new(Pool::new()), Meeting::default(), Meeting::default());
    // A thread is there already, or on its way home.
    let told = done.clone();
    pool.spawn(move || told.arrive());
    done.wait_for(1);
    at_once((0..2).map(|_| {
        let (pool, begun, done) = (pool.clone(), begun.clone(), done.clone());
        move || {
            for _ in 0..JOBS / 2 {
                let (begun, done) = (begun.clone(), done.clone());
                pool.spawn(move || {
                    begun.arrive();
                    begun.wait_for(JOBS);
                    done.arrive();
                });
            }
        }
    }));
    done.wait_for(1 + JOBS);
    // What is queued still runs.
    let told = done.clone();
    pool.spawn(move || told.arrive());
    drop(pool);
    done.wait_for(1 + JOBS + 1);
    Ok(())
}

#[test]
fn every_job_runs_and_every_thread_goes_home() {
    explore(every_job_runs);
    explore(|| {
        let_time_pass();
        every_job_runs()
    });
    finds("a lost wake-up", || {
        lose_notifications();
        every_job_runs()
    });
}
