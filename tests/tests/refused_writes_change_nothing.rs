//! A write that is refused, for whatever reason, leaves everything as it was: values, keys, usage, workspaces.

use std::collections::BTreeMap;

use larder_store::{Limits, Session};
use larder_tests::types::Error;
use larder_tests::{Pantry, Probe};

#[derive(Debug, PartialEq)]
struct Contents {
    values: BTreeMap<String, Vec<u8>>,
    bytes: u64,
    keys: u64,
}

async fn contents(session: Session) -> Contents {
    let mut values = BTreeMap::new();
    for key in session.private().keys("", None, 1000).await.unwrap().keys {
        let value = session.get(&key).await.unwrap().unwrap();
        values.insert(key, value);
    }
    let usage = session.private().usage().await.unwrap();
    Contents { values, bytes: usage.bytes, keys: usage.keys }
}

/// What is refused where the store holds `a` and `b`, 400 bytes of the 1100 in the workspace: limits, key, bytes of value.
fn refused_sets() -> Vec<(Limits, String, u64)> {
    let value = Limits { value_bytes: 500, ..Limits::default() };
    let store = Limits { store_bytes: 450, ..Limits::default() };
    let keys = Limits { store_keys: 2, ..Limits::default() };
    let workspace = Limits { workspace_bytes: 1150, ..Limits::default() };
    let full = Limits { workspace_bytes: 10, store_bytes: 10, store_keys: 0, ..Limits::default() };
    vec![
        (Limits::default(), "k".repeat(1025), 1),
        (value.clone(), "a".into(), 501),
        (value, "c".into(), 501),
        (store.clone(), "a".into(), 200),
        (store, "c".into(), 0),
        (keys, "c".into(), 0),
        (workspace.clone(), "a".into(), 200),
        (workspace, "c".into(), 0),
        (full.clone(), "a".into(), 100),
        (full, "".into(), 0),
        (Limits::default(), "a".into(), Limits::default().value_bytes + 1),
    ]
}

#[tokio::test]
async fn in_a_store_that_holds_something() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    pantry.session("w", "neighbour").set("k", vec![0; 700 - 65]).await.unwrap();
    pantry.session("w", "p").set("a", vec![1; 100 - 65]).await.unwrap();
    pantry.session("w", "p").set("b", vec![2; 300 - 65]).await.unwrap();
    let before = contents(pantry.session("w", "p")).await;
    assert_eq!((before.bytes, before.keys), (400, 2));

    for (limits, key, value_bytes) in refused_sets() {
        let session = pantry.limited("w", "p", limits);
        let answer = probe.set_repeated(session, &key, 9, value_bytes).await;
        assert!(answer.is_err(), "{value_bytes} bytes at {key:?}");
        assert_eq!(contents(pantry.session("w", "p")).await, before, "{answer:?}");
    }
    let pantry = pantry.reopen().await;
    assert_eq!(contents(pantry.session("w", "p")).await, before);
}

#[tokio::test]
async fn in_a_larder_that_is_empty() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let limits = Limits { value_bytes: 5, store_keys: 0, key_bytes: 3, ..Limits::default() };
    for (key, value) in [("long", "v"), ("k", "a value"), ("k", "v")] {
        let answer = probe.set(pantry.limited("w", "p", limits.clone()), key, value.as_bytes()).await;
        assert!(answer.is_err(), "{value} at {key}");
    }
    probe.delete(pantry.session("w", "p"), "k").await.unwrap();
    assert_eq!(probe.get(pantry.session("w", "p"), "k").await.unwrap(), None);
    assert!(pantry.larder().workspaces().await.unwrap().is_empty());
    let left: Vec<_> = std::fs::read_dir(pantry.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn in_a_larder_that_is_open_for_reading() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    pantry.session("w", "p").set("a", "v").await.unwrap();
    let reader = pantry.read_only();
    let session = || reader.session(&"w".parse().unwrap(), &"p".parse().unwrap(), Limits::default());
    assert!(matches!(probe.set(session(), "a", b"other").await, Err(Error::AccessDenied)));
    assert!(matches!(probe.set(session(), "b", b"other").await, Err(Error::AccessDenied)));
    assert!(matches!(probe.delete(session(), "a").await, Err(Error::AccessDenied)));
    assert_eq!(probe.get(session(), "a").await.unwrap().unwrap(), b"v");
    assert_eq!(pantry.session("w", "p").private().usage().await.unwrap().keys, 1);
}
