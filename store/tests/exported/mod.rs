//! Workspaces that are exported and imported.

#![allow(dead_code, reason = "no test needs all of it")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::thread;

use larder_store::{Address, Grant, ImportError, Larder, Session, Store, StoreId, Tally, export, import};
use pollster::block_on;

use crate::support::{session, writer};

pub const MIB: usize = 1024 * 1024;

/// What is at each key of each store.
pub type Contents = BTreeMap<(StoreId, String), Vec<u8>>;

pub fn plugin(name: &str) -> StoreId {
    StoreId::Private(name.parse().unwrap())
}

pub fn bytes(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|at| (at / 251) as u8 ^ (at as u8).wrapping_add(seed)).collect()
}

/// Something of everything: odd keys, values around the size of a chunk, more than a page, more than a batch.
pub fn everything() -> Contents {
    let mut contents = Contents::new();
    for key in ["", "../x", "a//b", "é", "e\u{301}", "nul\0", "two\nlines"] {
        contents.insert((plugin("notes"), key.to_owned()), key.as_bytes().to_vec());
    }
    for (number, length) in [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 5 * MIB + 7].into_iter().enumerate() {
        contents.insert((plugin("files"), format!("{length}")), bytes(length, number as u8));
    }
    for number in 0..2500 {
        contents.insert((plugin("many"), format!("{number:05}")), bytes(2000, number as u8));
    }
    contents.insert((StoreId::Shared, "of all".to_owned()), bytes(100, 1));
    contents.insert((StoreId::Shared, "of all, large".to_owned()), bytes(2 * MIB, 2));
    contents
}

pub fn at<'a>(larder: &Larder, workspace: &str, store: &StoreId, key: &'a str) -> (Session, Address<'a>) {
    let (name, store) = match store {
        StoreId::Private(plugin) => (plugin.as_str(), Store::Private),
        StoreId::Shared => ("nobody", Store::Shared),
    };
    (session(larder, workspace, name).with_grant(Grant::write()), Address { store, key })
}

pub fn fill(larder: &Larder, workspace: &str, contents: &Contents) {
    thread::scope(|scope| {
        for part in contents.iter().collect::<Vec<_>>().chunks(300) {
            let part = part.to_vec();
            scope.spawn(move || {
                for ((store, key), value) in part {
                    let (session, address) = at(larder, workspace, store, key);
                    block_on(session.store(address.store).set(key, value.clone())).unwrap();
                }
            });
        }
    });
}

pub fn contents(larder: &Larder, workspace: &str) -> Contents {
    let workspace_id = workspace.parse().unwrap();
    let plugins = block_on(larder.plugins(&workspace_id)).unwrap();
    let private = plugins.into_iter().map(|(plugin, _)| StoreId::Private(plugin));
    let mut contents = Contents::new();
    for store in private.chain([StoreId::Shared]) {
        let (session, Address { store: which, .. }) = at(larder, workspace, &store, "");
        let mut after = None;
        loop {
            let page = block_on(session.store(which).keys("", after.as_deref(), 1000)).unwrap();
            for key in page.keys {
                let value = block_on(session.store(which).get(&key)).unwrap().unwrap();
                contents.insert((store.clone(), key), value);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    contents
}

pub fn assert_same(found: &Contents, expected: &Contents) {
    let keys = |contents: &Contents| contents.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(found), keys(expected));
    for (key, value) in expected {
        assert!(found[key] == *value, "{key:?} has another value");
    }
}

pub fn exported(larder: &Larder, workspace: &str) -> Vec<u8> {
    let workspace = workspace.parse().unwrap();
    let snapshot = block_on(larder.snapshot(&workspace)).unwrap().unwrap();
    let mut file = Vec::new();
    block_on(export(&workspace, &snapshot, &mut file, |_| {})).unwrap();
    file
}

pub fn imported(larder: &Larder, workspace: &str, file: impl Read) -> Result<Tally, ImportError> {
    block_on(import(larder, &workspace.parse().unwrap(), file, |_| {}))
}

pub fn workspaces(larder: &Larder) -> Vec<String> {
    block_on(larder.workspaces()).unwrap().iter().map(ToString::to_string).collect()
}

/// A workspace with a little in each of two stores, and its export.
pub fn small(path: &Path) -> (Larder, Vec<u8>) {
    let larder = writer(path);
    let contents = Contents::from([
        ((plugin("a"), "1".to_owned()), b"one".to_vec()),
        ((plugin("a"), "2".to_owned()), Vec::new()),
        ((StoreId::Shared, "3".to_owned()), bytes(300, 3)),
    ]);
    fill(&larder, "small", &contents);
    let file = exported(&larder, "small");
    (larder, file)
}
