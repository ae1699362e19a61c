//! A write that is refused leaves the old value, what is used, the listing and the directory as they were.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use larder_store::{Error, Excess, Larder, Limits, Session};
use pollster::block_on;
use support::{bytes, items, limited, writer};

/// Everything that a plugin can see of its store.
fn seen(session: &Session) -> String {
    let page = block_on(session.private().keys("", None, 1000)).unwrap();
    let values: Vec<_> = page.keys.iter().map(|key| block_on(session.get(key)).unwrap()).collect();
    format!("{page:?} {values:?} {:?}", block_on(session.private().usage()).unwrap())
}

fn roomy() -> Limits {
    Limits {
        key_bytes: 10,
        value_bytes: 100,
        store_bytes: 1000,
        store_keys: 5,
        workspace_bytes: 2000,
        ..Limits::default()
    }
}

/// A limit, the size at which a write just fits under it, and what is told of one byte or key more.
struct Case {
    name: &'static str,
    limits: Limits,
    /// The key and the length of the value that are written, given how much more or less than what fits.
    write: fn(i64) -> (String, i64),
    refusal: fn(Excess) -> Error,
    excess: Excess,
}

/// Every store here holds `old` = 10 bytes: 77 bytes of quota; the neighbour holds `n` = 100 bytes: 165.
fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "key bytes",
            limits: roomy(),
            write: |more| ("k".repeat(usize::try_from(10 + more).unwrap()), 1),
            refusal: Error::KeyTooLong,
            excess: bytes(10, 11),
        },
        Case {
            name: "value bytes of a new key",
            limits: roomy(),
            write: |more| ("new".to_owned(), 100 + more),
            refusal: Error::ValueTooLarge,
            excess: bytes(100, 101),
        },
        Case {
            name: "value bytes of an old key",
            limits: roomy(),
            write: |more| ("old".to_owned(), 100 + more),
            refusal: Error::ValueTooLarge,
            excess: bytes(100, 101),
        },
        Case {
            name: "store bytes with a new key",
            limits: Limits { store_bytes: 77 + 64 + 3 + 20, ..roomy() },
            write: |more| ("new".to_owned(), 20 + more),
            refusal: Error::QuotaExceeded,
            excess: bytes(164, 165),
        },
        Case {
            name: "store bytes with an old key",
            limits: Limits { store_bytes: 64 + 3 + 20, ..roomy() },
            write: |more| ("old".to_owned(), 20 + more),
            refusal: Error::QuotaExceeded,
            excess: bytes(87, 88),
        },
        Case {
            name: "workspace bytes with a new key",
            limits: Limits { workspace_bytes: 165 + 77 + 64 + 3 + 20, ..roomy() },
            write: |more| ("new".to_owned(), 20 + more),
            refusal: Error::QuotaExceeded,
            excess: bytes(164, 165),
        },
        Case {
            name: "workspace bytes with an old key",
            limits: Limits { workspace_bytes: 165 + 64 + 3 + 20, ..roomy() },
            write: |more| ("old".to_owned(), 20 + more),
            refusal: Error::QuotaExceeded,
            excess: bytes(87, 88),
        },
    ]
}

fn furnished(larder: &Larder, limits: &Limits) -> Session {
    block_on(limited(larder, "w", "neighbour", Limits::default()).set("n", [7; 100])).unwrap();
    let session = limited(larder, "w", "p", limits.clone());
    block_on(session.set("old", [1; 10])).unwrap();
    session
}

#[test]
fn up_to_each_limit_and_not_beyond() {
    for case in cases() {
        for more in [-1, 0, 1] {
            let directory = tempfile::tempdir().unwrap();
            let session = furnished(&writer(directory.path()), &case.limits);
            let before = seen(&session);
            let (key, size) = (case.write)(more);
            let value = vec![2; usize::try_from(size).unwrap()];
            let told = block_on(session.set(&key, value.clone()));
            if more > 0 {
                let expected = (case.refusal)(case.excess);
                assert_eq!(format!("{told:?}"), format!("{:?}", Err::<(), _>(expected)), "{}", case.name);
                assert_eq!(seen(&session), before, "{}", case.name);
            } else {
                told.unwrap_or_else(|error| panic!("{} {more}: {error}", case.name));
                assert_eq!(block_on(session.get(&key)).unwrap(), Some(value), "{} {more}", case.name);
            }
        }
    }
}

#[test]
fn up_to_the_number_of_keys_and_not_beyond() {
    let directory = tempfile::tempdir().unwrap();
    let session = furnished(&writer(directory.path()), &roomy());
    for key in ["2", "3", "4", "5"] {
        block_on(session.set(key, "")).unwrap();
    }
    let before = seen(&session);
    let told = block_on(session.set("6", ""));
    assert_eq!(format!("{told:?}"), format!("{:?}", Err::<(), _>(Error::QuotaExceeded(items(5, 6)))));
    assert_eq!(seen(&session), before);
    block_on(session.set("5", "an old key may change")).unwrap();
    block_on(session.delete("5")).unwrap();
    block_on(session.set("6", "what is freed can be used at once")).unwrap();
}

#[test]
fn keys_prefixes_and_positions_are_all_measured() {
    let session = furnished(&Larder::in_memory(Default::default()), &roomy());
    let long = "k".repeat(11);
    let expected = format!("{:?}", Error::KeyTooLong(bytes(10, 11)));
    let told = [
        block_on(session.get(&long)).map(drop),
        block_on(session.private().exists(&long)).map(drop),
        block_on(session.delete(&long)),
        block_on(session.private().keys(&long, None, 1)).map(drop),
        block_on(session.private().keys("", Some(&long), 1)).map(drop),
    ];
    for told in told {
        assert_eq!(format!("{:?}", told.unwrap_err()), expected);
    }
}

#[test]
fn a_first_write_that_is_refused_creates_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let cramped = [
        Limits { key_bytes: 0, ..roomy() },
        Limits { value_bytes: 0, ..roomy() },
        Limits { store_bytes: 65, ..roomy() },
        Limits { store_keys: 0, ..roomy() },
        Limits { workspace_bytes: 65, ..roomy() },
    ];
    for limits in cramped {
        let session = limited(&larder, "w", "p", limits.clone());
        assert!(block_on(session.set("k", "v")).is_err(), "{limits:?}");
        block_on(session.delete("")).unwrap();
        assert_eq!(block_on(session.get("")).unwrap(), None);
    }
    assert!(!block_on(larder.delete_plugin(&"w".parse().unwrap(), &"p".parse().unwrap())).unwrap());
    assert!(!block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
    assert_eq!(block_on(larder.workspaces()).unwrap(), []);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn under_a_lowered_quota_a_store_shrinks_and_does_not_grow() {
    for lowered in [
        Limits { store_bytes: 100, ..roomy() },
        Limits { workspace_bytes: 100, ..roomy() },
        Limits { store_keys: 1, ..roomy() },
    ] {
        let directory = tempfile::tempdir().unwrap();
        let larder = writer(directory.path());
        let before = limited(&larder, "w", "p", roomy());
        for key in ["a", "b", "c"] {
            block_on(before.set(key, [0; 50])).unwrap();
        }
        let session = limited(&larder, "w", "p", lowered.clone());
        let seen_before = seen(&session);
        assert!(matches!(block_on(session.set("d", "")), Err(Error::QuotaExceeded(_))), "{lowered:?}");
        if lowered.store_keys > 1 {
            assert!(matches!(block_on(session.set("a", [0; 51])), Err(Error::QuotaExceeded(_))), "{lowered:?}");
        }
        assert_eq!(seen(&session), seen_before);
        block_on(session.set("a", [1; 50])).unwrap();
        block_on(session.set("a", [1; 10])).unwrap();
        block_on(session.delete("b")).unwrap();
        assert_eq!(block_on(session.private().usage()).unwrap().bytes, (65 + 10) + (65 + 50));
    }
}
