//! Taking turns on a thread: what waits for nothing is never interrupted there otherwise.

use std::future::poll_fn;
use std::mem;
use std::task::Poll;

/// Lets others of the same thread go first, each `steps` steps.
pub(crate) async fn each(steps: usize, step: usize) {
    if step % steps == steps - 1 {
        give_way().await;
    }
}

/// Lets others of the same thread go first.
pub(crate) async fn give_way() {
    let mut given = false;
    poll_fn(|context| match mem::replace(&mut given, true) {
        true => Poll::Ready(()),
        false => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn it_stops_once_each_so_many_steps() {
        let mut steps = pin!(async {
            for step in 0..10 {
                each(4, step).await;
            }
        });
        let mut poll = || steps.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert_eq!([poll(), poll(), poll()], [false, false, true]);
    }
}
