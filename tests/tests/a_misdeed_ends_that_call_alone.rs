//! A plugin that traps, loops, or takes all memory is stopped; what it had stored stays, and its neighbours notice nothing.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use larder_host::{CallError, RuntimeOptions};
use larder_tests::{Pantry, Probe};

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_takes_nothing_back() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let trap = probe.call(pantry.session("w", "p"), async |store, plugin| {
        plugin.tests_probe_misdeeds().call_trap_after_set(store, "k", b"v").await
    });
    assert!(matches!(trap.await, Err(CallError::Trapped(_))));
    assert_eq!(probe.get(pantry.session("w", "p"), "k").await.unwrap().unwrap(), b"v");
}

#[test]
fn an_endless_loop_meets_its_deadline_while_others_work() {
    // A loop that nothing stops would keep this thread, too.
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        executor.block_on(a_loop_and_a_neighbour());
        ended.send(())
    });
    end.recv_timeout(Duration::from_secs(60)).expect("the loop ends, and as it should");
}

async fn a_loop_and_a_neighbour() {
    let pantry = Pantry::new();
    let after = Duration::from_millis(700);
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(after);
    let probe = Probe::new(options);
    let began = Instant::now();
    let spin = probe.call(pantry.session("w", "p"), async |store, plugin| {
        plugin.tests_probe_misdeeds().call_spin_after_set(store, "k", b"v").await
    });
    let neighbour = async {
        let mut calls = 0;
        while began.elapsed() < after / 2 {
            probe.set(pantry.session("w", "p"), "other", b"v").await.unwrap();
            calls += 1;
        }
        calls
    };
    let (spin, calls) = tokio::join!(spin, neighbour);
    assert!(matches!(spin, Err(CallError::TimedOut { after: told }) if told == after), "{spin:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "it was stopped in time");
    assert!(calls > 3, "its neighbour made {calls} calls on the same task");
    assert_eq!(probe.get(pantry.session("w", "p"), "k").await.unwrap().unwrap(), b"v");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_stack_have_an_end() {
    let pantry = Pantry::new();
    let mut options = RuntimeOptions::default();
    options.memory_bytes = 16 << 20;
    let probe = Probe::new(options);
    let memory = probe.call(pantry.session("w", "p"), async |store, plugin| {
        plugin.tests_probe_misdeeds().call_eat_memory(store).await
    });
    assert!(matches!(memory.await, Err(CallError::Trapped(_))));
    let stack = probe
        .call(pantry.session("w", "p"), async |store, plugin| plugin.tests_probe_misdeeds().call_recurse(store).await);
    assert!(matches!(stack.await, Err(CallError::Trapped(_))));
    probe.set(pantry.session("w", "p"), "k", b"v").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_beyond_what_the_host_copies_traps_and_changes_nothing() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    probe.set(pantry.session("w", "p"), "k", b"v").await.unwrap();
    let far_too_large = probe.call(pantry.session("w", "p"), async |store, plugin| {
        plugin.tests_probe_calls().call_set_repeated(store, "k", 7, 80 << 20).await
    });
    assert!(matches!(far_too_large.await, Err(CallError::Trapped(_))));
    assert_eq!(probe.get(pantry.session("w", "p"), "k").await.unwrap().unwrap(), b"v");
}
