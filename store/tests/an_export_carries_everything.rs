//! An export has all of a workspace as of one moment, and an import makes that again, or nothing at all.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::Duration;

use larder_store::{
    Address, ExportError, Grant, ImportError, Larder, Limits, Session, Store, StoreId, Tally, check_export, export,
    import,
};
use pollster::block_on;
use support::{limited, session, writer};
use xxhash_rust::xxh3::Xxh3;

const MIB: usize = 1024 * 1024;
const HOUR: Duration = Duration::from_secs(3600);

/// What is at each key of each store.
type Contents = BTreeMap<(StoreId, String), Vec<u8>>;

fn plugin(name: &str) -> StoreId {
    StoreId::Private(name.parse().unwrap())
}

fn bytes(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|at| (at / 251) as u8 ^ (at as u8).wrapping_add(seed)).collect()
}

/// Something of everything: odd keys, values around the size of a chunk, more than a page, more than a batch.
fn everything() -> Contents {
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

fn at<'a>(larder: &Larder, workspace: &str, store: &StoreId, key: &'a str) -> (Session, Address<'a>) {
    let (name, store) = match store {
        StoreId::Private(plugin) => (plugin.as_str(), Store::Private),
        StoreId::Shared => ("nobody", Store::Shared),
    };
    (session(larder, workspace, name).with_grant(Grant::write()), Address { store, key })
}

fn fill(larder: &Larder, workspace: &str, contents: &Contents) {
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

fn contents(larder: &Larder, workspace: &str) -> Contents {
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

fn assert_same(found: &Contents, expected: &Contents) {
    let keys = |contents: &Contents| contents.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(found), keys(expected));
    for (key, value) in expected {
        assert!(found[key] == *value, "{key:?} has another value");
    }
}

fn exported(larder: &Larder, workspace: &str) -> Vec<u8> {
    let workspace = workspace.parse().unwrap();
    let snapshot = block_on(larder.snapshot(&workspace)).unwrap().unwrap();
    let mut file = Vec::new();
    block_on(export(&workspace, &snapshot, &mut file, |_| {})).unwrap();
    file
}

fn imported(larder: &Larder, workspace: &str, file: impl Read) -> Result<Tally, ImportError> {
    block_on(import(larder, &workspace.parse().unwrap(), file, |_| {}))
}

fn workspaces(larder: &Larder) -> Vec<String> {
    block_on(larder.workspaces()).unwrap().iter().map(ToString::to_string).collect()
}

/// A workspace with a little in each of two stores, and its export.
fn small(path: &Path) -> (Larder, Vec<u8>) {
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
fn a_workspace_that_exists_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let (larder, file) = small(directory.path());
    let before = contents(&larder, "small");
    let refused = imported(&larder, "small", &*file).unwrap_err();
    assert!(matches!(refused, ImportError::WorkspaceExists(_)), "{refused:?}");
    assert_same(&contents(&larder, "small"), &before);
}

#[test]
fn a_damaged_or_incomplete_export_leaves_no_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let (larder, file) = small(directory.path());
    let refused = |file: &[u8], case: String| {
        let error = imported(&larder, "v", file).expect_err(&case);
        assert_eq!(workspaces(&larder), ["small"], "{case}: {error}");
        assert!(check_export(file, |_| {}).is_err(), "{case}");
    };
    for byte in (0..file.len()).step_by(5) {
        let mut mutant = file.clone();
        mutant[byte] ^= 1 << (byte % 8);
        refused(&mutant, format!("byte {byte} changed"));
        refused(&file[..byte], format!("cut to {byte} bytes"));
    }
    refused(&[&*file, b"\n"].concat(), "something behind it".to_owned());
    imported(&larder, "v", &*file).unwrap();
}

#[test]
fn damage_behind_large_values_leaves_no_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    fill(&larder, "w", &everything());
    let file = exported(&larder, "w");
    for byte in [MIB, file.len() / 2, file.len() - 1] {
        let mut mutant = file.clone();
        mutant[byte] ^= 1;
        let error = imported(&larder, "v", &*mutant).unwrap_err();
        assert!(matches!(error, ImportError::Damaged { .. }), "{error:?}");
        assert!(matches!(imported(&larder, "v", &file[..byte]), Err(ImportError::CutOff { .. })));
        assert_eq!(workspaces(&larder), ["w"]);
    }
    assert_eq!(support::workspace_names(directory.path()), ["w"]);
}

#[test]
fn where_reading_or_writing_fails_that_is_said_and_nothing_is_left() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the tape tore"))
        }
    }
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the tape is full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let (larder, file) = small(directory.path());
    let error = imported(&larder, "v", file[..100].chain(Broken)).unwrap_err();
    assert!(matches!(error, ImportError::Read(_)) && error.to_string().ends_with("the tape tore"), "{error}");
    assert_eq!(workspaces(&larder), ["small"]);

    let workspace = "small".parse().unwrap();
    let snapshot = block_on(larder.snapshot(&workspace)).unwrap().unwrap();
    let error = block_on(export(&workspace, &snapshot, Broken, |_| {})).unwrap_err();
    assert!(matches!(error, ExportError::Write(_)) && error.to_string().ends_with("the tape is full"), "{error}");
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

/// Writes an export as `docs/export-format.md` says it, independently of the one that is tested.
struct Written(Vec<u8>);

impl Written {
    fn begin() -> Self {
        Self(b"larder export 1\n".to_vec())
    }

    fn piece(mut self, kind: u8, body: &[&[u8]]) -> Self {
        let body = body.concat();
        self.0.push(kind);
        self.0.extend((body.len() as u32).to_le_bytes());
        self.0.extend(body);
        let mut sum = Xxh3::new();
        sum.update(&self.0);
        self.0.extend(sum.digest().to_le_bytes());
        self
    }
}

fn number(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

#[test]
fn the_file_is_what_the_documentation_says() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let large = bytes(2 * MIB + 3, 9);
    let session = session(&larder, "team-7", "notes").with_grant(Grant::write());
    block_on(session.set("a", "first")).unwrap();
    block_on(session.set("b", large.clone())).unwrap();
    block_on(session.shared().set("", "")).unwrap();
    let file = exported(&larder, "team-7");

    let made_at = &file[16 + 5..][..8];
    let expected = Written::begin()
        .piece(1, &[made_at, b"team-7"])
        .piece(2, &[&[0], b"notes"])
        .piece(3, &[&number(u64::MAX), &number(5), &1u32.to_le_bytes(), b"a", b"first"])
        .piece(3, &[&number(u64::MAX), &number(large.len() as u64), &1u32.to_le_bytes(), b"b", &large[..MIB]])
        .piece(4, &[&large[MIB..2 * MIB]])
        .piece(4, &[&large[2 * MIB..]])
        .piece(2, &[&[1]])
        .piece(3, &[&number(u64::MAX), &number(0), &0u32.to_le_bytes()])
        .piece(5, &[&number(2), &number(3), &number(5 + large.len() as u64)]);
    assert!(file == expected.0, "{} bytes, not {}", file.len(), expected.0.len());
    let made_at = Duration::from_millis(u64::from_le_bytes(made_at.try_into().unwrap()));
    assert!(std::time::UNIX_EPOCH.elapsed().unwrap().abs_diff(made_at) < HOUR, "{made_at:?}");
}

#[test]
fn a_file_that_the_documentation_allows_is_imported() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let file = Written::begin()
        .piece(1, &[&number(0), b"An old name"])
        .piece(2, &[&[1]])
        .piece(3, &[&number(u64::MAX), &number(3), &1u32.to_le_bytes(), b"z", b"1"])
        .piece(4, &[b"23"])
        .piece(3, &[&number(u64::MAX - 1), &number(1), &1u32.to_le_bytes(), b"a", b"x"])
        .piece(3, &[&number(1), &number(1), &1u32.to_le_bytes(), b"b", b"y"])
        .piece(2, &[&[0], b"notes"])
        .piece(3, &[&number(u64::MAX), &number(1), &1u32.to_le_bytes(), b"k", b"1"])
        .piece(3, &[&number(u64::MAX), &number(1), &1u32.to_le_bytes(), b"k", b"2"])
        .piece(5, &[&number(2), &number(5), &number(7)]);
    imported(&larder, "v", &*file.0).unwrap();
    let expected = Contents::from([
        ((StoreId::Shared, "a".to_owned()), b"x".to_vec()),
        ((StoreId::Shared, "z".to_owned()), b"123".to_vec()),
        ((plugin("notes"), "k".to_owned()), b"2".to_vec()),
    ]);
    assert_same(&contents(&larder, "v"), &expected);
}
