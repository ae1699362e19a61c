//! How much of values the whole process works on at once.

use std::collections::VecDeque;

use futures_channel::oneshot;

use crate::engine::LARGE_BYTES;
use crate::sync::{Arc, Mutex, MutexGuard};

/// The part of all that is for small values, so that they do not wait behind large ones.
const SMALL_PART: u64 = 4;

/// Bytes of values that are being read or written; who would pass the bound waits, in the order of coming.
pub(crate) struct InFlight {
    small: Arc<Bound>,
    large: Arc<Bound>,
}

impl InFlight {
    pub fn new(bytes: u64) -> Self {
        let small = bytes / SMALL_PART;
        Self { small: Bound::new(small), large: Bound::new(bytes - small) }
    }

    /// Waits until there is room for a value, or several together.
    ///
    /// Who has room must not ask for more: two of them could wait for each other.
    pub async fn enter(&self, bytes: u64) -> Admission {
        let bound = if bytes < LARGE_BYTES { &self.small } else { &self.large };
        bound.enter(bytes).await
    }
}

struct Bound {
    bytes: u64,
    state: Mutex<State>,
}

struct State {
    free: u64,
    waiting: VecDeque<(u64, oneshot::Sender<Admission>)>,
}

/// Admission for so many bytes; given back when dropped.
pub(crate) struct Admission {
    bound: Arc<Bound>,
    bytes: u64,
}

impl Bound {
    fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self { bytes, state: Mutex::new(State { free: bytes, waiting: VecDeque::new() }) })
    }

    async fn enter(self: &Arc<Self>, bytes: u64) -> Admission {
        // What is larger than all there is has all of it, rather than never its turn.
        let bytes = bytes.min(self.bytes);
        let turn = {
            let mut state = self.state();
            if state.waiting.is_empty() && bytes <= state.free {
                state.free -= bytes;
                return Admission { bound: self.clone(), bytes };
            }
            let (turn, comes) = oneshot::channel();
            state.waiting.push_back((bytes, turn));
            Turn { bound: self, comes }
        };
        turn.wait().await
    }

    /// Lets in whom there is room for.
    fn admit(self: &Arc<Self>) {
        loop {
            // Bound here, so that nothing is locked while a room that nobody takes is given back.
            let next = self.state().next();
            let Some((bytes, turn)) = next else { return };
            // Whoever is gone meanwhile drops the room that was for him.
            let _ = turn.send(Admission { bound: self.clone(), bytes });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while this is locked")
    }
}

impl State {
    /// Who is next, with the room taken, if there is enough.
    fn next(&mut self) -> Option<(u64, oneshot::Sender<Admission>)> {
        while self.waiting.front().is_some_and(|(_, turn)| turn.is_canceled()) {
            self.waiting.pop_front();
        }
        let (bytes, _) = self.waiting.front()?;
        self.free = self.free.checked_sub(*bytes)?;
        self.waiting.pop_front()
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.bound.state().free += self.bytes;
        self.bound.admit();
    }
}

/// A place among those who wait.
struct Turn<'a> {
    bound: &'a Arc<Bound>,
    comes: oneshot::Receiver<Admission>,
}

impl Turn<'_> {
    async fn wait(mut self) -> Admission {
        (&mut self.comes).await.expect("who waits is only taken out when it is their turn")
    }
}

/// Who waits no more does not keep those behind waiting.
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.comes.close();
        self.bound.admit();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    type Entering<'a> = std::pin::Pin<Box<dyn Future<Output = Admission> + 'a>>;

    fn enter(bound: &Arc<Bound>, bytes: u64) -> Entering<'_> {
        Box::pin(bound.enter(bytes))
    }

    fn poll(entering: &mut Entering) -> Option<Admission> {
        match pin!(entering).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(admitted) => Some(admitted),
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_would_pass_the_bound_waits_until_there_is_room() {
        let bound = Bound::new(10);
        let (mut first, mut second) = (enter(&bound, 6), enter(&bound, 5));
        let admitted = poll(&mut first).expect("there is room");
        assert!(poll(&mut second).is_none());
        drop(admitted);
        assert!(poll(&mut second).is_some());
    }

    #[test]
    fn nobody_overtakes_a_large_one() {
        let bound = Bound::new(10);
        let [mut first, mut large, mut small] = [6, 9, 1].map(|bytes| enter(&bound, bytes));
        let admitted = poll(&mut first).unwrap();
        assert!(poll(&mut large).is_none() && poll(&mut small).is_none());
        drop(admitted);
        assert!(poll(&mut small).is_some() && poll(&mut large).is_some());
    }

    #[test]
    fn what_is_larger_than_all_there_is_has_all_of_it() {
        for bytes in [0, 10] {
            let bound = Bound::new(bytes);
            let (mut huge, mut other) = (enter(&bound, u64::MAX), enter(&bound, 1));
            let admitted = poll(&mut huge).expect("nobody else is there");
            assert_eq!(poll(&mut other).is_some(), bytes == 0);
            drop(admitted);
        }
    }

    #[test]
    fn who_gives_up_takes_nothing_along_and_keeps_nobody_waiting() {
        let bound = Bound::new(10);
        let [mut first, mut large, mut small] = [6, 9, 4].map(|bytes| enter(&bound, bytes));
        let admitted = poll(&mut first).unwrap();
        assert!(poll(&mut large).is_none() && poll(&mut small).is_none());
        drop(large);
        assert!(poll(&mut small).is_some(), "there are 4 left");
        // One who was let in, and never looked.
        let mut late = enter(&bound, 10);
        assert!(poll(&mut late).is_none());
        drop((admitted, small));
        drop(late);
        assert_eq!(bound.state().free, 10);
    }

    #[test]
    fn small_values_do_not_wait_behind_large_ones() {
        let in_flight = InFlight::new(8 * LARGE_BYTES);
        let mut large = Vec::new();
        loop {
            let mut entering: Entering = Box::pin(in_flight.enter(2 * LARGE_BYTES));
            match poll(&mut entering) {
                Some(admitted) => large.push(admitted),
                None => break,
            }
        }
        assert_eq!(large.len(), 3, "a quarter is left");
        let mut small: Entering = Box::pin(in_flight.enter(LARGE_BYTES - 1));
        assert!(poll(&mut small).is_some());
    }
}
