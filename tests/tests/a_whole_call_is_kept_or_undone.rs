//! In a whole call everything that a plugin stored becomes visible and durable together, before its answer is given, or it
//! never was.

use std::future::pending;
use std::time::Duration;

use larder_host::{Call, CallError, RuntimeOptions};
use larder_store::{Commit, Session};
use larder_tests::types::Error;
use larder_tests::{Pantry, Probe, Relay, plugin_bytes, private};
use wasmtime_wasi::WasiCtx;

fn whole(pantry: &Pantry) -> Session {
    pantry.session("w", "p").with_commit(Commit::WholeCall)
}

fn impatient() -> RuntimeOptions {
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_millis(500));
    options
}

/// What others see at the key.
async fn seen(pantry: &Pantry, key: &str) -> Option<Vec<u8>> {
    pantry.session("w", "p").get(key).await.unwrap()
}

async fn nothing_is_stored(pantry: &Pantry) {
    let session = pantry.session("w", "p");
    assert_eq!(session.private().keys("", None, 10).await.unwrap().keys, Vec::<String>::new());
    assert_eq!(session.private().usage().await.unwrap().bytes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_stores_is_seen_by_itself_at_once_and_by_others_at_its_end() {
    let pantry = Pantry::new();
    let answer = Relay::shared().call(Call::new(whole(&pantry)), async |store, relay| {
        let storage = relay.larder_storage_storage();
        storage.call_set(&mut *store, "a", b"1").await?.unwrap();
        storage.call_set(&mut *store, "b", b"2").await?.unwrap();
        assert_eq!(storage.call_get(&mut *store, "a").await?.unwrap().unwrap(), b"1");
        assert_eq!(storage.call_keys(&mut *store, "", None, 10).await?.unwrap().keys, ["a", "b"]);
        assert_eq!((seen(&pantry, "a").await, seen(&pantry, "b").await), (None, None));
        Ok("answer")
    });
    assert_eq!(answer.await.unwrap(), "answer");
    assert_eq!((seen(&pantry, "a").await.unwrap(), seen(&pantry, "b").await.unwrap()), (b"1".into(), b"2".into()));

    let pantry = pantry.reopen().await;
    assert_eq!(seen(&pantry, "b").await.unwrap(), b"2");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_it_each_operation_is_kept_by_itself() {
    let pantry = Pantry::new();
    let failed = Relay::shared().call(Call::new(pantry.session("w", "p")), async |store, relay| {
        relay.larder_storage_storage().call_set(&mut *store, "k", b"v").await?.unwrap();
        assert_eq!(seen(&pantry, "k").await.unwrap(), b"v");
        Err::<(), _>(wasmtime::Error::msg("the host changed its mind"))
    });
    assert!(matches!(failed.await, Err(CallError::Trapped(_))));
    assert_eq!(seen(&pantry, "k").await.unwrap(), b"v");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_undoes_it() {
    let pantry = Pantry::new();
    let trap = Probe::shared().call(whole(&pantry), async |store, plugin| {
        plugin.tests_probe_misdeeds().call_trap_after_set(store, "k", b"v").await
    });
    assert!(matches!(trap.await, Err(CallError::Trapped(_))));
    nothing_is_stored(&pantry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_its_time_undoes_it() {
    let pantry = Pantry::new();
    let spin = Probe::new(impatient());
    let spin = spin.call(whole(&pantry), async |store, plugin| {
        plugin.tests_probe_misdeeds().call_spin_after_set(store, "k", b"v").await
    });
    assert!(matches!(spin.await, Err(CallError::TimedOut { .. })));
    nothing_is_stored(&pantry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_it_up_undoes_it() {
    let pantry = Pantry::new();
    let (stored, was_stored) = tokio::sync::oneshot::channel();
    let stored = std::sync::Mutex::new(Some(stored));
    let given_up = Relay::shared().call(Call::new(whole(&pantry)), async |store, relay| {
        relay.larder_storage_storage().call_set(&mut *store, "k", b"v").await?.unwrap();
        stored.lock().unwrap().take().unwrap().send(()).unwrap();
        pending::<wasmtime::Result<()>>().await
    });
    tokio::select! {
        _ = given_up => panic!("it waits for ever"),
        ended = was_stored => ended.unwrap(),
    }
    nothing_is_stored(&pantry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_host_does_not_keep_undoes_it_and_is_given() {
    let pantry = Pantry::new();
    let long = "k".repeat(1025);
    let call = Call::new(whole(&pantry));
    let set_two = async |store: &mut _, relay: &larder_tests::relay_bindings::Plugin| {
        relay.larder_storage_storage().call_set(&mut *store, "k", b"v").await?.unwrap();
        relay.larder_storage_storage().call_set(&mut *store, &long, b"v").await
    };
    let answer = Relay::shared().call_and_keep(call, set_two, Result::is_ok).await.unwrap();
    assert!(matches!(answer, Err(Error::KeyTooLong(_))), "{answer:?}");
    nothing_is_stored(&pantry).await;

    // The host decides what counts as success.
    let answer = Relay::shared().call(Call::new(whole(&pantry)), set_two).await.unwrap();
    assert!(matches!(answer, Err(Error::KeyTooLong(_))), "{answer:?}");
    assert_eq!(seen(&pantry, "k").await.unwrap(), b"v");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_part_of_it() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let at = &private("large");
    let write = async |store: &mut _, plugin: &larder_tests::bindings::Plugin| {
        plugin.tests_probe_streaming().call_write_large(store, at, 3 << 20, 1 << 20).await
    };
    let undone = probe.call_and_keep(Call::new(whole(&pantry)), write, |_| false).await.unwrap();
    undone.unwrap().unwrap();
    nothing_is_stored(&pantry).await;
    assert_eq!(pantry.blobs("w"), Vec::<String>::new());

    probe.call(whole(&pantry), write).await.unwrap().unwrap().unwrap();
    assert_eq!(seen(&pantry, "large").await.unwrap().len(), 3 << 20);
    assert_eq!(pantry.blobs("w").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_of_a_command_decides() {
    let runtime = larder_host::Runtime::new(RuntimeOptions::default()).unwrap();
    let ends = runtime.load(&plugin_bytes("ends")).unwrap();
    for (how, status) in [("returns", 0), ("exits-0", 0), ("fails", 1), ("exits-1", 1)] {
        let pantry = Pantry::new();
        let wasi = move || WasiCtx::builder().args(&["ends", "k", "v", how]).build();
        let ended = runtime.run(&ends, Call::new(whole(&pantry)).wasi(wasi)).await.unwrap();
        assert_eq!((ended, seen(&pantry, "k").await.is_some()), (status, status == 0), "{how}");
    }
    let pantry = Pantry::new();
    let wasi = || WasiCtx::builder().args(&["ends", "k", "v", "traps"]).build();
    let trapped = runtime.run(&ends, Call::new(whole(&pantry)).wasi(wasi)).await;
    assert!(matches!(trapped, Err(CallError::Trapped(_))), "{trapped:?}");
    nothing_is_stored(&pantry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_commit_failed_is_not_given() {
    let pantry = Pantry::new();
    seen_after_setting(&pantry).await;
    let call = Relay::shared().call(Call::new(whole(&pantry)), async |store, relay| {
        relay.larder_storage_storage().call_set(&mut *store, "k", b"new").await?.unwrap();
        std::fs::remove_dir_all(pantry.path().join("workspaces/w")).unwrap();
        Ok("answer")
    });
    let error = call.await.unwrap_err();
    assert!(matches!(error, CallError::NotCommitted(larder_store::Error::Unavailable(_))), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("the call was not committed: ") && !text.contains('\n'), "{text}");
    assert_eq!(seen(&pantry, "k").await, None);
}

async fn seen_after_setting(pantry: &Pantry) {
    pantry.session("w", "p").set("k", "old").await.unwrap();
    assert_eq!(seen(pantry, "k").await.unwrap(), b"old");
}
