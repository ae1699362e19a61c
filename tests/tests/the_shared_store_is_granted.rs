//! What a plugin may do with the store that its workspace shares is what the host has granted, by every way to it.

use std::fmt::Debug;

use larder_host::{Call, State};
use larder_store::{Grant, Limits};
use larder_tests::relay_bindings::Plugin;
use larder_tests::relay_bindings::exports::larder::storage::atomic::{Action, Change, Check, Outcome};
use larder_tests::types::{Error, Expectation};
use larder_tests::{Pantry, Relay, private, shared};
use wasmtime::Store;

/// What became of a call: not granted, or anything else.
fn granted<T: Debug>(answer: Result<T, Error>) -> bool {
    match answer {
        Ok(_) => true,
        Err(Error::AccessDenied) => false,
        Err(other) => panic!("neither granted nor denied: {other:?}"),
    }
}

/// Whether each way to read the key, and what starts with it, is granted.
async fn reads(store: &mut Store<State>, relay: &Plugin, key: &str) -> wasmtime::Result<Vec<bool>> {
    let (by_key, atomic) = (relay.larder_storage_shared(), relay.larder_storage_atomic());
    let (at, streams) = (shared(key), relay.larder_storage_streams());
    Ok(vec![
        granted(by_key.call_get(&mut *store, key).await?),
        granted(by_key.call_exists(&mut *store, key).await?),
        granted(by_key.call_keys(&mut *store, key, None, 10).await?),
        granted(by_key.call_items(&mut *store, key, None, 10).await?),
        granted(atomic.call_get(&mut *store, &at).await?),
        granted(atomic.call_get_many(&mut *store, &[private("own"), at.clone()]).await?),
        granted(atomic.call_commit(&mut *store, &[Check { at: at.clone(), expect: Expectation::Absent }], &[]).await?),
        granted(streams.call_open(&mut *store, &at).await?),
    ])
}

/// Whether each way to write the key, and what starts with it, is granted.
async fn writes(store: &mut Store<State>, relay: &Plugin, key: &str) -> wasmtime::Result<Vec<bool>> {
    let (by_key, atomic) = (relay.larder_storage_shared(), relay.larder_storage_atomic());
    let (at, streams) = (shared(key), relay.larder_storage_streams());
    let change = |action| [Change { at: at.clone(), action }];
    let writer = streams.call_create(&mut *store, &at, None, None).await?;
    let mut written = vec![granted(writer)];
    for action in [Action::Set(b"v".into()), Action::Delete, Action::Add(1)] {
        written.push(granted(atomic.call_commit(&mut *store, &[], &change(action)).await?));
    }
    written.push(granted(atomic.call_increment(&mut *store, &at, 1).await?));
    written.push(granted(by_key.call_set(&mut *store, key, b"v").await?));
    written.push(granted(by_key.call_set_expiring(&mut *store, key, b"v", 60_000).await?));
    written.push(granted(by_key.call_delete(&mut *store, key).await?));
    written.push(granted(by_key.call_delete_prefix(&mut *store, key).await?));
    Ok(written)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_read_or_to_write() {
    let within = |grant: Grant| grant.within("mine/");
    for (grant, key, may_read, may_write) in [
        (Grant::none(), "mine/k", false, false),
        (Grant::read(), "mine/k", true, false),
        (Grant::write(), "mine/k", true, true),
        (Grant::write(), "", true, true),
        (within(Grant::none()), "mine/k", false, false),
        (within(Grant::read()), "mine/k", true, false),
        (within(Grant::write()), "mine/k", true, true),
        (within(Grant::write()), "mine/", true, true),
        (within(Grant::write()), "mine", false, false),
        (within(Grant::write()), "", false, false),
        (within(Grant::write()), "MINE/k", false, false),
        (within(Grant::write()), "minf", false, false),
        (Grant::write().within("ä"), "a\u{308}", false, false),
    ] {
        let pantry = Pantry::new();
        let session = pantry.session("w", "p").with_grant(grant.clone());
        let ran = Relay::shared().call(Call::new(session), async |store, relay| {
            Ok((reads(store, relay, key).await?, writes(store, relay, key).await?))
        });
        let (reads, writes) = ran.await.unwrap();
        assert_eq!(reads, vec![may_read; reads.len()], "reading {key:?} with {grant:?}");
        assert_eq!(writes, vec![may_write; writes.len()], "writing {key:?} with {grant:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_of_all_of_it_and_so_not_for_a_part() {
    let pantry = Pantry::new();
    for (grant, may) in [
        (Grant::none(), false),
        (Grant::read(), true),
        (Grant::write(), true),
        (Grant::write().within("mine/"), false),
        (Grant::read().within(""), true),
    ] {
        let session = pantry.session("w", "p").with_grant(grant.clone());
        let usage = Relay::shared()
            .call(Call::new(session), async |store, relay| relay.larder_storage_shared().call_usage(store).await);
        assert_eq!(granted(usage.await.unwrap()), may, "{grant:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_told_without_a_grant() {
    let pantry = Pantry::new();
    let session = pantry.limited("w", "p", Limits { key_bytes: 77, ..Limits::default() });
    let limits = Relay::shared()
        .call(Call::new(session), async |store, relay| relay.larder_storage_shared().call_limits(store).await);
    assert_eq!(limits.await.unwrap().key_bytes, 77);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_one_store_for_the_workspace_and_none_of_the_plugins_own() {
    let pantry = Pantry::new();
    let session = |workspace, plugin| pantry.session(workspace, plugin).with_grant(Grant::write());
    let set = async |store: &mut Store<State>, relay: &Plugin| {
        relay.larder_storage_shared().call_set(&mut *store, "k", b"shared").await?.unwrap();
        relay.larder_storage_storage().call_set(&mut *store, "k", b"own").await
    };
    Relay::shared().call(Call::new(session("w", "p")), set).await.unwrap().unwrap();
    let get = async |store: &mut Store<State>, relay: &Plugin| {
        let own = relay.larder_storage_storage().call_get(&mut *store, "k").await?.unwrap();
        Ok((relay.larder_storage_shared().call_get(&mut *store, "k").await?.unwrap(), own))
    };
    for (workspace, plugin, seen) in [
        ("w", "p", (Some(b"shared".to_vec()), Some(b"own".to_vec()))),
        ("w", "q", (Some(b"shared".to_vec()), None)),
        ("v", "p", (None, None)),
    ] {
        let got = Relay::shared().call(Call::new(session(workspace, plugin)), get).await.unwrap();
        assert_eq!(got, seen, "{plugin} in {workspace}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_denied_in_part_changes_nothing() {
    let pantry = Pantry::new();
    let session = pantry.session("w", "p").with_grant(Grant::read());
    let changes = [private("own"), shared("k")].map(|at| Change { at, action: Action::Set(b"v".to_vec()) });
    let ran = Relay::shared().call(Call::new(session), async |store, relay| {
        let refused = relay.larder_storage_atomic().call_commit(&mut *store, &[], &changes).await?;
        let own = relay.larder_storage_atomic().call_commit(&mut *store, &[], &changes[..1]).await?;
        Ok((refused, own))
    });
    let (refused, own) = ran.await.unwrap();
    assert!(matches!(refused, Err(Error::AccessDenied)), "{refused:?}");
    assert!(matches!(own, Ok(Outcome::Committed(_))), "{own:?}");
    let session = pantry.session("w", "p");
    assert_eq!(session.private().usage().await.unwrap().keys, 1);
}
