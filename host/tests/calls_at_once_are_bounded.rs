//! Above the bound a call waits: it takes nothing, loses none of its time, and can be given up.

mod support;

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use support::{always, call, echo, load, runtime, within_a_minute};
use tokio::sync::Notify;
use tokio::time::sleep;

/// Lets `future` run as far as it can, and gives its output if that is to the end.
async fn advance<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

#[test]
fn the_call_above_the_bound_runs_when_another_has_ended() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.calls_at_once = 2);
        let plugin = load(&runtime, &echo());
        let running = Cell::new(0);
        let end = Notify::new();
        let start = || {
            let work = async |_: &mut _, _: &_| {
                running.set(running.get() + 1);
                end.notified().await;
                running.set(running.get() - 1);
                Ok(())
            };
            runtime.call(&plugin, call(), work, always)
        };
        let (mut first, mut second, mut third) = (pin!(start()), pin!(start()), pin!(start()));
        for future in [&mut first, &mut second, &mut third] {
            assert!(advance(future.as_mut()).await.is_none());
        }
        assert_eq!(running.get(), 2);
        {
            let mut given_up = pin!(start());
            assert!(advance(given_up.as_mut()).await.is_none());
        }
        end.notify_one();
        first.await.unwrap();
        assert!(advance(third.as_mut()).await.is_none());
        assert_eq!(running.get(), 2);
        end.notify_one();
        end.notify_one();
        second.await.unwrap();
        end.notify_one();
        third.await.unwrap();
        assert_eq!(running.get(), 0);
    });
}

#[test]
fn a_call_that_is_given_up_frees_its_place() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.calls_at_once = 1);
        let plugin = load(&runtime, &echo());
        {
            let mut stuck = pin!(runtime.call(
                &plugin,
                call(),
                async |_, _| {
                    std::future::pending::<()>().await;
                    Ok(())
                },
                always
            ));
            assert!(advance(stuck.as_mut()).await.is_none());
        }
        runtime.call(&plugin, call(), async |_, _| Ok(()), always).await.unwrap();
    });
}

#[test]
fn waiting_for_a_place_takes_none_of_the_time() {
    within_a_minute(async || {
        let runtime = runtime(|options| {
            options.calls_at_once = 1;
            options.call_timeout = Some(Duration::from_secs(2));
        });
        let plugin = load(&runtime, &echo());
        let (timed_out, waited) = tokio::join!(
            runtime.call(
                &plugin,
                call(),
                async |_, _| {
                    std::future::pending::<()>().await;
                    Ok(())
                },
                always
            ),
            runtime.call(
                &plugin,
                call(),
                async |_, _| {
                    sleep(Duration::from_millis(500)).await;
                    Ok(())
                },
                always
            ),
        );
        timed_out.unwrap_err();
        waited.unwrap();
    });
}
