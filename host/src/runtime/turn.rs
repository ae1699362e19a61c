use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a call computes without waiting for anything; over at the second tick in it.
///
/// It would not do to end it at the first: ticks go on while a call waits for the disk, so it would have to stand back as
/// soon as it is woken.
#[derive(Clone, Default)]
pub(super) struct Turn {
    has_ticked: Arc<AtomicBool>,
}

impl Turn {
    /// Does what `future` does, with a new turn each time that it is woken.
    pub(super) async fn begins_with_each_poll<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            self.has_ticked.store(false, Ordering::Relaxed);
            future.as_mut().poll(context)
        })
        .await
    }

    /// Whether it goes on after this tick.
    pub(super) fn goes_on(&self) -> bool {
        !self.has_ticked.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::*;

    #[test]
    fn it_is_over_at_the_second_tick_and_begins_anew_when_the_call_is_woken() {
        let turn = Turn::default();
        let call = async {
            let before = [turn.goes_on(), turn.goes_on(), turn.goes_on()];
            yield_now().await;
            (before, [turn.goes_on(), turn.goes_on()])
        };
        let ticks = pollster::block_on(turn.begins_with_each_poll(call));
        assert_eq!(ticks, ([true, false, false], [true, false]));
    }
}
