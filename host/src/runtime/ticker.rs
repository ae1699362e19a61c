use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Engine;

/// Half of the longest [turn](super::turn::Turn) of a plugin, after which the other tasks of its thread, its own timer among
/// them, get theirs.
const TICK: Duration = Duration::from_micros(500);

/// A thread that moves the epoch of an engine on while there are calls; stops when dropped.
pub(super) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    calls: usize,
    dropped: bool,
}

/// A call that needs the ticks; until it is dropped.
pub(super) struct Ticking<'a>(&'a Shared);

impl Ticker {
    pub(super) fn start(engine: Engine) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let of_thread = shared.clone();
        let thread = thread::Builder::new().name("larder-ticker".to_owned()).spawn(move || of_thread.tick(&engine))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(super) fn during_call(&self) -> Ticking<'_> {
        let mut state = self.shared.state();
        state.calls += 1;
        if state.calls == 1 {
            self.shared.changed.notify_one();
        }
        Ticking(&self.shared)
    }
}

impl Shared {
    fn tick(&self, engine: &Engine) {
        let mut state = self.state();
        while !state.dropped {
            state = if state.calls == 0 {
                self.changed.wait(state).expect("nothing panics while this is locked")
            } else {
                // Others may come and go meanwhile.
                self.changed.wait_timeout(state, TICK).expect("nothing panics while this is locked").0
            };
            engine.increment_epoch();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while this is locked")
    }
}

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.state().calls -= 1;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.state().dropped = true;
        self.shared.changed.notify_one();
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
    fn dropping_it_ends_its_thread_with_and_without_calls() {
        let engine = Engine::default();
        let weak = engine.weak();
        let ticker = Ticker::start(engine).unwrap();
        drop(ticker.during_call());
        std::mem::forget(ticker.during_call());
        drop(ticker);
        assert!(weak.upgrade().is_none(), "the thread still has the engine");
        let engine = Engine::default();
        let weak = engine.weak();
        drop(Ticker::start(engine).unwrap());
        assert!(weak.upgrade().is_none(), "the thread still has the engine");
    }
}
