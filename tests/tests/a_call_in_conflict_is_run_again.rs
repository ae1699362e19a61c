//! A whole call that met a change by another is run again, in a new instance, a bounded number of times, and what it
//! answered before is forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use larder_host::{Call, CallError, RuntimeOptions, State};
use larder_store::{Commit, Session};
use larder_tests::relay_bindings::Plugin;
use larder_tests::{Pantry, Relay};
use tokio::task::JoinSet;
use wasmtime::Store;
use wasmtime_wasi::WasiCtx;

fn whole(pantry: &Pantry) -> Session {
    pantry.session("w", "p").with_commit(Commit::WholeCall)
}

fn retrying(conflict_retries: u32) -> Relay {
    let mut options = RuntimeOptions::default();
    options.conflict_retries = conflict_retries;
    Relay::new(options)
}

async fn interfere(pantry: &Pantry, key: &str, value: u32) {
    pantry.session("w", "p").set(key, value.to_le_bytes()).await.unwrap();
}

async fn number(pantry: &Pantry, key: &str) -> Option<u32> {
    let value = pantry.session("w", "p").get(key).await.unwrap()?;
    Some(u32::from_le_bytes(value.try_into().unwrap()))
}

/// Adds one to the number at the key by reading and writing it, and gives the sum.
async fn add_one(store: &mut Store<State>, relay: &Plugin, key: &str) -> wasmtime::Result<u32> {
    let storage = relay.larder_storage_storage();
    let before = storage.call_get(&mut *store, key).await?.unwrap();
    let after = before.map_or(0, |value| u32::from_le_bytes(value.try_into().unwrap())) + 1;
    storage.call_set(&mut *store, key, &after.to_le_bytes()).await?.unwrap();
    Ok(after)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_that_of_the_run_that_was_kept() {
    let (pantry, runs) = (Pantry::new(), AtomicU32::new(0));
    let answer = Relay::shared().call(Call::new(whole(&pantry)), async |store, relay| {
        let sum = add_one(store, relay, "count").await?;
        if runs.fetch_add(1, Ordering::Relaxed) < 2 {
            interfere(&pantry, "count", sum * 10).await;
        }
        Ok(sum)
    });
    assert_eq!(answer.await.unwrap(), 111);
    assert_eq!(runs.into_inner(), 3);
    assert_eq!(number(&pantry, "count").await, Some(111));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_would_see_a_mixture_is_stopped() {
    let (pantry, runs) = (Pantry::new(), AtomicU32::new(0));
    let answer = Relay::shared().call(Call::new(whole(&pantry)), async |store, relay| {
        let storage = relay.larder_storage_storage();
        let a = storage.call_get(&mut *store, "a").await?.unwrap();
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            interfere(&pantry, "a", 1).await;
            interfere(&pantry, "b", 1).await;
            let b = storage.call_get(&mut *store, "b").await;
            let error = b.expect_err("it has seen `a` as it was before, and would see `b` as it is now");
            return Err(error);
        }
        let b = storage.call_get(&mut *store, "b").await?.unwrap();
        Ok((a.is_some(), b.is_some()))
    });
    assert_eq!(answer.await.unwrap(), (true, true));
    assert_eq!(runs.into_inner(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_the_host_swallows_is_one_nevertheless() {
    let (pantry, runs) = (Pantry::new(), AtomicU32::new(0));
    let answer = Relay::shared().call_and_keep(
        Call::new(whole(&pantry)),
        async |store, relay| {
            let storage = relay.larder_storage_storage();
            storage.call_get(&mut *store, "a").await?.unwrap();
            let run = runs.fetch_add(1, Ordering::Relaxed);
            if run == 0 {
                interfere(&pantry, "a", 1).await;
            }
            let went_on = storage.call_get(&mut *store, "b").await.is_ok();
            Ok((run, went_on))
        },
        |(_, went_on)| *went_on,
    );
    assert_eq!(answer.await.unwrap(), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_given_up_after_so_many_runs() {
    for retries in [0, 1, 3] {
        let (pantry, runs) = (Pantry::new(), AtomicU32::new(0));
        let relay = retrying(retries);
        let always_late = relay.call(Call::new(whole(&pantry)), async |store, relay| {
            relay.larder_storage_storage().call_set(&mut *store, "own", b"v").await?.unwrap();
            let sum = add_one(store, relay, "count").await?;
            interfere(&pantry, "count", sum + runs.fetch_add(1, Ordering::Relaxed)).await;
            Ok(())
        });
        let error = always_late.await.unwrap_err();
        assert!(matches!(error, CallError::Conflict), "{error:?}");
        assert_eq!(runs.into_inner(), retries + 1);
        assert_eq!(number(&pantry, "own").await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_may_forbid_another_run() {
    let (pantry, runs) = (Pantry::new(), AtomicU32::new(0));
    let once = Call::new(whole(&pantry)).rerun_if(|| false);
    let late = Relay::shared().call(once, async |store, relay| {
        runs.fetch_add(1, Ordering::Relaxed);
        add_one(store, relay, "count").await?;
        interfere(&pantry, "count", 10).await;
        Ok(())
    });
    assert!(matches!(late.await, Err(CallError::Conflict)));
    assert_eq!((runs.into_inner(), number(&pantry, "count").await), (1, Some(10)));

    // It is asked where there was a conflict, and only there.
    let asked = Arc::new(AtomicU32::new(0));
    let call = Call::new(whole(&pantry)).rerun_if({
        let asked = asked.clone();
        move || asked.fetch_add(1, Ordering::Relaxed) == 0
    });
    let ran = Relay::shared().call(call, async |store, relay| add_one(store, relay, "count").await);
    assert_eq!((ran.await.unwrap(), asked.load(Ordering::Relaxed)), (11, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_runs_share_the_time_of_the_call() {
    let pantry = Pantry::new();
    let mut options = RuntimeOptions::default();
    options.conflict_retries = u32::MAX;
    options.call_timeout = Some(Duration::from_millis(500));
    let relay = Relay::new(options);
    let runs = AtomicU32::new(0);
    let always_late = relay.call(Call::new(whole(&pantry)), async |store, relay| {
        let run = runs.fetch_add(1, Ordering::Relaxed);
        add_one(store, relay, "count").await?;
        interfere(&pantry, "count", run).await;
        Ok(())
    });
    let error = tokio::time::timeout(Duration::from_secs(60), always_late).await.unwrap().unwrap_err();
    assert!(matches!(error, CallError::TimedOut { .. }), "{error:?}");
    assert!(runs.into_inner() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_has_wasi_of_its_own() {
    let (pantry, made) = (Pantry::new(), Arc::new(AtomicU32::new(0)));
    let call = Call::new(whole(&pantry)).wasi({
        let made = made.clone();
        move || {
            made.fetch_add(1, Ordering::Relaxed);
            WasiCtx::builder().build()
        }
    });
    let runs = Relay::shared().call(call, async |store, relay| {
        add_one(store, relay, "count").await?;
        let runs = made.load(Ordering::Relaxed);
        if runs < 3 {
            interfere(&pantry, "count", runs).await;
        }
        Ok(runs)
    });
    assert_eq!(runs.await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_add_to_one_number_lose_none() {
    let pantry = Arc::new(Pantry::new());
    let relay = retrying(100);
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let (relay, pantry) = (relay.clone(), pantry.clone());
        calls.spawn(async move {
            for _ in 0..10 {
                let call = Call::new(whole(&pantry));
                relay.call(call, async |store, relay| add_one(store, relay, "count").await).await.unwrap();
            }
        });
    }
    calls.join_all().await;
    assert_eq!(number(&pantry, "count").await, Some(80));
}
