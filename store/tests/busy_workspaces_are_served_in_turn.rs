//! Workspaces that always have something to do keep no other one from being served.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use larder_store::{Error, Larder};
use support::{session, set};

/// More than the larder has threads.
const BUSY: usize = 40;
const HANGS: Duration = Duration::from_secs(60);

type Write = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Somebody who writes again at the very moment at which he is answered, so that there is always one more write waiting.
struct Restless {
    larder: Larder,
    workspace: String,
    writes: AtomicU64,
    enough: Arc<AtomicBool>,
    waiting: Mutex<Option<Write>>,
}

impl Wake for Restless {
    fn wake(self: Arc<Self>) {
        // Held until the write is kept, as it may be answered before.
        let mut waiting = self.waiting.lock().unwrap();
        while !self.enough.load(Ordering::Relaxed) {
            self.writes.fetch_add(1, Ordering::Relaxed);
            let session = session(&self.larder, &self.workspace, "p");
            let mut write: Write = Box::pin(async move { session.set("k", "v").await });
            let waker = Waker::from(self.clone());
            if write.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                *waiting = Some(write);
                return;
            }
        }
    }
}

#[test]
fn one_more_is_served_beside_many_that_never_rest() {
    let larder = Larder::in_memory(Default::default());
    let enough = Arc::new(AtomicBool::new(false));
    let restless: Vec<_> = (0..BUSY)
        .map(|number| {
            let workspace = format!("busy-{number}");
            let (writes, waiting) = (AtomicU64::new(0), Mutex::default());
            Arc::new(Restless { larder: larder.clone(), workspace, writes, enough: enough.clone(), waiting })
        })
        .collect();
    for one in &restless {
        one.clone().wake();
    }
    let (send, receive) = mpsc::channel();
    let quiet = larder.clone();
    thread::spawn(move || send.send(set(&quiet, "quiet", "p", "k", "v")));
    let served = receive.recv_timeout(HANGS);
    enough.store(true, Ordering::Relaxed);
    served.expect("it was never served").unwrap();
    for one in &restless {
        assert!(one.writes.load(Ordering::Relaxed) > 1, "{} was never served", one.workspace);
    }
}
