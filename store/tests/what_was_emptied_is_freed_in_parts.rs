//! A store of many keys is emptied at once, and what it took is freed a part at a time, between the writes of others.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use larder_store::engine::{
    Absent, Batch, BatchOutcome, Body, Change, Engine, EngineWorkspace, Place, Put, Quota, RedbEngine,
};
use larder_store::{Access, Dir, Expiry, Key, Limits, Moment, Sharing, StoreId};
use pollster::block_on;
use support::{eventually, get, open, session, set};

const KEYS: u32 = 20_000;

/// The workspace by itself, with nobody who tidies it up.
fn alone(path: &Path) -> Arc<dyn EngineWorkspace> {
    let dir = Dir::open_ambient(path).unwrap();
    let engine = RedbEngine::open(dir, Access::ReadWrite, Sharing::ReadersBeside).unwrap();
    block_on(engine.open(&"w".parse().unwrap(), Absent::Create)).unwrap().unwrap()
}

fn commit(workspace: &dyn EngineWorkspace, changes: Vec<Change>) {
    let batch = Batch { plugin: "p".parse().unwrap(), checks: Vec::new(), changes, quota: Quota::unlimited() };
    let outcomes = block_on(workspace.commit(&[batch], Moment::new(0, &AtomicU64::new(0))));
    assert!(matches!(outcomes[..], [Ok(BatchOutcome::Committed(_))]));
}

fn key(text: &str) -> Key<'static> {
    Key::parse(text, &Limits::default()).unwrap().into_owned()
}

fn private() -> StoreId {
    StoreId::Private("p".parse().unwrap())
}

fn fill(workspace: &dyn EngineWorkspace) {
    let put = |number: u32| {
        let at = Place { store: private(), key: key(&number.to_string()) };
        Change::Put { at, put: Put { body: Body::Small(vec![7; 10]), expiry: Expiry::NEVER, version: None } }
    };
    commit(workspace, (0..KEYS).map(put).collect());
}

#[test]
fn while_others_write() {
    let temporary = tempfile::tempdir().unwrap();
    fill(&*alone(temporary.path()));

    let larder = open(temporary.path(), Access::ReadWrite);
    assert_eq!(block_on(session(&larder, "w", "p").private().delete_prefix("")).unwrap(), KEYS.into());
    // They follow each other so closely that the workspace never falls idle.
    for number in 0..100 {
        set(&larder, "w", "neighbour", &number.to_string(), "v").unwrap();
    }
    block_on(larder.close()).unwrap();
    assert!(!alone(temporary.path()).has_discarded(), "it waits until nobody writes");
}

#[test]
fn when_it_was_left_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let workspace = alone(temporary.path());
    fill(&*workspace);
    commit(&*workspace, vec![Change::DeletePrefix { store: private(), prefix: key(""), most: 0 }]);
    assert!(workspace.has_discarded());
    drop(workspace);

    let larder = open(temporary.path(), Access::ReadWrite);
    assert_eq!(get(&larder, "w", "p", "1").unwrap(), None);
    let database = temporary.path().join("workspaces/w/data.redb");
    eventually("nobody frees it", || database.metadata().unwrap().len() < 512 * 1024);
}
