//! Workspaces that always have something to do keep no other one from being served.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

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
    answers: mpsc::Sender<()>,
    enough: Arc<AtomicBool>,
    waiting: Mutex<Option<Write>>,
}

impl Wake for Restless {
    fn wake(self: Arc<Self>) {
        // Held until the write is kept, as it may be answered before.
        let mut waiting = self.waiting.lock().unwrap();
        // The first answer is to the first write: nobody is woken before.
        if waiting.take().is_some() {
            let _ = self.answers.send(());
        }
        while !self.enough.load(Ordering::Relaxed) {
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
    let (restless, answers): (Vec<_>, Vec<_>) = (0..BUSY)
        .map(|number| {
            let workspace = format!("busy-{number}");
            let (send, answers) = mpsc::channel();
            let waiting = Mutex::default();
            let one = Restless { larder: larder.clone(), workspace, answers: send, enough: enough.clone(), waiting };
            (Arc::new(one), answers)
        })
        .unzip();
    for one in &restless {
        one.clone().wake();
    }
    let (send, receive) = mpsc::channel();
    let quiet = larder.clone();
    thread::spawn(move || send.send(set(&quiet, "quiet", "p", "k", "v")));
    let hangs = Instant::now() + HANGS;
    let served = receive.recv_timeout(HANGS);
    let left = || hangs.saturating_duration_since(Instant::now());
    let busy_served: Vec<_> = answers.iter().map(|answer| answer.recv_timeout(left())).collect();
    enough.store(true, Ordering::Relaxed);
    served.expect("it was never served").unwrap();
    for (number, served) in busy_served.into_iter().enumerate() {
        served.unwrap_or_else(|_| panic!("busy-{number} was never served"));
    }
}
