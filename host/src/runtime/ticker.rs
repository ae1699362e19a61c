use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Engine;

/// How long a plugin computes before the other tasks of its thread, its own timer among them, get their turn.
const TICK: Duration = Duration::from_millis(10);

/// A thread that moves the epoch of an engine on; stops when dropped.
pub(super) struct Ticker {
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(super) fn start(engine: Engine) -> io::Result<Self> {
        let (alive, dropped) = mpsc::channel::<()>();
        let thread = thread::Builder::new().name("larder-ticker".to_owned()).spawn(move || {
            while dropped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        })?;
        Ok(Self { alive: Some(alive), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic, and if it did there would be nothing left to stop.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_it_ends_its_thread() {
        let engine = Engine::default();
        let weak = engine.weak();
        drop(Ticker::start(engine).unwrap());
        assert!(weak.upgrade().is_none(), "the thread still has the engine");
    }
}
