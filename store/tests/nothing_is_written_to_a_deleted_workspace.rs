//! A workspace that is deleted, replaced or renamed beneath an open larder takes no write that is then lost, and heals.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "an operator's hand does not go through the larder")]

mod support;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use larder_store::{Error, Fault};
use pollster::block_on;
use support::{database, directory, get, is_held, reader, set, workspace_names, writer};

/// What somebody does to a workspace behind the back of the larder that has it open, and what is in it then.
type Deed = (&'static str, fn(&Path), Option<&'static str>);

const DEEDS: [Deed; 4] = [
    ("removed", |larder| fs::remove_dir_all(directory(larder, "w")).unwrap(), None),
    ("moved away", |larder| fs::rename(directory(larder, "w"), larder.join("elsewhere")).unwrap(), None),
    (
        "replaced",
        |larder| {
            fs::rename(directory(larder, "w"), larder.join("elsewhere")).unwrap();
            fs::create_dir(directory(larder, "w")).unwrap();
            fs::copy(larder.join("elsewhere/data.redb"), database(larder, "w")).unwrap();
        },
        Some("old"),
    ),
    (
        "replaced in its database alone",
        |larder| {
            fs::copy(database(larder, "w"), larder.join("copy")).unwrap();
            fs::rename(larder.join("copy"), database(larder, "w")).unwrap();
        },
        Some("old"),
    ),
];

#[test]
fn its_next_write_is_refused_and_the_one_after_it_works() {
    for (name, deed, left) in DEEDS {
        let temporary = tempfile::tempdir().unwrap();
        let larder = writer(temporary.path());
        set(&larder, "w", "p", "k", "old").unwrap();
        deed(temporary.path());
        let refused = set(&larder, "w", "p", "new", "lost?");
        assert!(matches!(refused, Err(Error::Unavailable(Fault::Replaced { .. }))), "{name}: {refused:?}");
        assert_eq!(get(&larder, "w", "p", "new").unwrap(), None, "{name}");
        assert_eq!(get(&larder, "w", "p", "k").unwrap().as_deref(), left, "{name}");
        set(&larder, "w", "p", "new", "kept").unwrap();
        drop(larder);
        let larder = writer(temporary.path());
        assert_eq!(get(&larder, "w", "p", "new").unwrap().as_deref(), Some("kept"), "{name}");
    }
}

#[test]
fn a_reader_sees_that_it_is_gone_and_that_there_is_a_new_one() {
    let temporary = tempfile::tempdir().unwrap();
    let (larder, beside) = (writer(temporary.path()), reader(temporary.path()));
    set(&larder, "w", "p", "k", "old").unwrap();
    assert_eq!(get(&beside, "w", "p", "k").unwrap().as_deref(), Some("old"));
    assert!(block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
    assert_eq!(get(&beside, "w", "p", "k").unwrap(), None);
    set(&larder, "w", "p", "k", "new").unwrap();
    assert_eq!(get(&beside, "w", "p", "k").unwrap().as_deref(), Some("new"));
}

#[test]
fn a_larder_that_had_it_open_before_finds_the_new_one() {
    let temporary = tempfile::tempdir().unwrap();
    let (one, other) = (writer(temporary.path()), writer(temporary.path()));
    set(&one, "w", "p", "k", "old").unwrap();
    block_on(one.close()).unwrap();
    assert!(block_on(other.delete_workspace(&"w".parse().unwrap())).unwrap());
    assert_eq!(get(&one, "w", "p", "k").unwrap(), None);
    set(&one, "w", "p", "k", "new").unwrap();
    assert_eq!(workspace_names(temporary.path()), ["w"]);
}

/// Two who write and delete, each behind the other's back: it works, or the other has it.
#[test]
fn two_who_write_and_delete_meet_no_other_error() {
    let temporary = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            let larder = writer(temporary.path());
            scope.spawn(move || {
                for _ in 0..40 {
                    let told = set(&larder, "w", "p", "k", "v");
                    assert!(told.is_ok() || is_held(&told), "{told:?}");
                    let told = block_on(larder.delete_workspace(&"w".parse().unwrap()));
                    assert!(told.is_ok() || is_held(&told), "{told:?}");
                }
            });
        }
    });
    assert_eq!(workspace_names(temporary.path()), [""; 0]);
}

/// Deleting and creating on one side, reading on the other: there is a value or none, and never an error.
#[test]
fn a_reader_meets_no_error_while_it_comes_and_goes() {
    let temporary = tempfile::tempdir().unwrap();
    let (larder, beside) = (writer(temporary.path()), reader(temporary.path()));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..30 {
                set(&larder, "w", "p", "k", "v").unwrap();
                assert!(block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let value = get(&beside, "w", "p", "k").unwrap();
            assert!(value.is_none() || value.as_deref() == Some("v"));
        }
    });
}
