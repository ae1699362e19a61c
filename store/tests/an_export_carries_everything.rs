//! An export has all of a workspace as of one moment, and an import makes that again.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod exported;
mod support;

use std::thread;
use std::time::Duration;

use exported::{
    Contents, MIB, assert_same, at, bytes, contents, everything, exported, fill, imported, plugin, workspaces,
};
use larder_store::{Address, Grant, Larder, Limits, Session, Store, Tally, check_export, export, import};
use pollster::block_on;
use support::{limited, session, writer};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn everything_comes_back_in_another_larder_under_another_name() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (here, there) = (writer(here.path()), writer(there.path()));
    let expected = everything();
    fill(&here, "w", &expected);
    let file = exported(&here, "w");

    let tally = imported(&there, "v", &*file).unwrap();
    let value_bytes = expected.values().map(|value| value.len() as u64).sum();
    assert_eq!(tally, Tally { stores: 4, keys: expected.len() as u64, bytes: value_bytes });
    assert_eq!(check_export(&*file, |_| {}).unwrap(), tally);
    assert_same(&contents(&there, "v"), &expected);
    assert_eq!(workspaces(&there), ["v"]);
    let held = |larder: &Larder, workspace: &str| {
        let workspace = workspace.parse().unwrap();
        (block_on(larder.plugins(&workspace)).unwrap(), block_on(larder.shared(&workspace)).unwrap())
    };
    assert_eq!(held(&there, "v"), held(&here, "w"));

    // What was imported is a workspace like any other.
    block_on(session(&there, "v", "notes").set("new", "value")).unwrap();
    assert_eq!(contents(&there, "v").len(), expected.len() + 1);
}

#[test]
fn an_empty_workspace_comes_back_empty() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    block_on(larder.create_workspace(&"w".parse().unwrap())).unwrap();
    assert_eq!(imported(&larder, "v", &*exported(&larder, "w")).unwrap(), Tally::default());
    assert_eq!(workspaces(&larder), ["v", "w"]);
}

#[test]
fn what_is_written_after_the_moment_is_not_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let host = writer(directory.path());
    let expected = Contents::from_iter(everything().into_iter().filter(|((store, _), _)| *store != plugin("many")));
    fill(&host, "w", &expected);
    let workspace = "w".parse().unwrap();
    let beside = support::reader(directory.path());
    let snapshots = [&host, &beside].map(|larder| block_on(larder.snapshot(&workspace)).unwrap().unwrap());
    for (store, key) in expected.keys() {
        let (session, address) = at(&host, "w", store, key);
        block_on(session.store(address.store).set(key, bytes(MIB + 100, 77))).unwrap();
    }
    block_on(session(&host, "w", "files").private().delete_prefix("")).unwrap();
    block_on(session(&host, "w", "late").set("key", "value")).unwrap();

    for (name, snapshot) in ["by-the-host", "beside-it"].into_iter().zip(&snapshots) {
        let mut file = Vec::new();
        block_on(export(&workspace, snapshot, &mut file, |_| {})).unwrap();
        imported(&host, name, &*file).unwrap();
        assert_same(&contents(&host, name), &expected);
    }
}

#[test]
fn a_value_expires_when_it_would_have() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let soon = Duration::from_millis(1500);
    let private = session(&larder, "w", "p");
    let granted = private.again().with_grant(Grant::write());
    for (key, value) in [("small", bytes(10, 0)), ("large", bytes(2 * MIB, 0))] {
        block_on(private.private().set_expiring(&format!("{key} soon"), value.clone(), soon)).unwrap();
        block_on(private.private().set_expiring(&format!("{key} later"), value.clone(), HOUR)).unwrap();
        block_on(granted.shared().set_expiring(&format!("{key} later"), value, HOUR)).unwrap();
    }
    let file = exported(&larder, "w");
    assert_eq!(check_export(&*file, |_| {}).unwrap().keys, 6);
    thread::sleep(soon);
    imported(&larder, "v", &*file).unwrap();

    let keys = |session: &Session, store| block_on(session.store(store).keys("", None, 10)).unwrap().keys;
    let there = session(&larder, "v", "p").with_grant(Grant::read());
    assert_eq!(keys(&there, Store::Private), ["large later", "small later"]);
    assert_eq!(keys(&there, Store::Shared), ["large later", "small later"]);
    for (store, key) in
        [(Store::Private, "small later"), (Store::Private, "large later"), (Store::Shared, "small later")]
    {
        let left =
            |session: &Session| block_on(session.entry(Address { store, key })).unwrap().unwrap().expires_in.unwrap();
        let (here, there) = (left(&granted), left(&there));
        assert!(here.abs_diff(there) < Duration::from_millis(500), "{key}: {here:?} and {there:?}");
        assert!(there < HOUR - soon, "{there:?}");
    }
}

#[test]
fn no_limit_that_holds_for_plugins_holds_for_an_import() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let (usual, key, value) = (Limits::default(), "k".repeat(3000), vec![7; 101 * MIB]);
    let limits = Limits { key_bytes: 3000, value_bytes: u64::MAX, store_bytes: u64::MAX, ..usual.clone() };
    let bytes = value.len() as u64;
    assert!(key.len() > usual.key_bytes as usize && bytes > usual.value_bytes && bytes > usual.store_bytes);
    block_on(limited(&larder, "w", "p", limits.clone()).set(&key, value.clone())).unwrap();
    imported(&larder, "v", &*exported(&larder, "w")).unwrap();
    assert!(block_on(limited(&larder, "v", "p", limits).get(&key)).unwrap() == Some(value));
}

#[test]
fn progress_counts_up_to_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let expected = everything();
    fill(&larder, "w", &expected);
    let workspace = "w".parse().unwrap();
    let snapshot = block_on(larder.snapshot(&workspace)).unwrap().unwrap();
    let (mut file, mut written, mut read) = (Vec::new(), Vec::new(), Vec::new());
    let tally = block_on(export(&workspace, &snapshot, &mut file, |tally| written.push(*tally))).unwrap();
    block_on(import(&larder, &"v".parse().unwrap(), &*file, |tally| read.push(*tally))).unwrap();
    for told in [written, read] {
        assert!(told.len() > 10, "{}", told.len());
        assert!(told.is_sorted_by_key(|tally| (tally.keys, tally.bytes)));
        assert_eq!(told.last(), Some(&tally));
    }
}
