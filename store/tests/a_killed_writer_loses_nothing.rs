//! Whatever moment a writer is killed at, what it acknowledged is there when the workspace is opened again.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "a process that was killed does not go through the larder")]

mod support;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use larder_store::{Access, Dir, Larder, Sharing};
use pollster::block_on;
use support::{database, directory, get, options, reader, session, set, writer};

fn open(path: &Path, sharing: Sharing) -> Larder {
    let mut options = options(Access::ReadWrite);
    options.sharing = sharing;
    Larder::open(Dir::open_ambient(path).unwrap(), options).unwrap()
}

/// The larder as it is on the disk at this moment, in the state in which killing its writer would leave it.
fn as_if_killed(larder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(larder.join("FORMAT"), copy.path().join("FORMAT")).unwrap();
    fs::create_dir_all(directory(copy.path(), "w")).unwrap();
    for file in ["data.redb", "writer"] {
        fs::copy(directory(larder, "w").join(file), directory(copy.path(), "w").join(file)).unwrap();
    }
    copy
}

fn value(number: usize) -> String {
    format!("value {number} ").repeat(number % 50 + 1)
}

fn holds(larder: &Larder, count: usize) {
    for number in 0..count {
        assert_eq!(get(larder, "w", "p", &number.to_string()).unwrap(), Some(value(number)), "{number} of {count}");
    }
    assert_eq!(block_on(session(larder, "w", "p").private().usage()).unwrap().keys, count as u64);
}

/// A writer opens it, then again; in the other copy a reader comes first and has it repaired.
fn opens_with_all(larder: &Path, count: usize) {
    let copy = as_if_killed(larder);
    for _ in 0..2 {
        let again = writer(copy.path());
        holds(&again, count);
        set(&again, "w", "other", "k", "it can be written").unwrap();
    }
    let copy = as_if_killed(larder);
    holds(&reader(copy.path()), count);
    holds(&writer(copy.path()), count);
}

#[test]
fn right_after_a_commit() {
    for sharing in [Sharing::ReadersBeside, Sharing::Exclusive] {
        let temporary = tempfile::tempdir().unwrap();
        let larder = open(temporary.path(), sharing);
        for number in 0..60 {
            set(&larder, "w", "p", &number.to_string(), &value(number)).unwrap();
            if number % 12 == 0 {
                opens_with_all(temporary.path(), number + 1);
            }
        }
    }
}

#[test]
fn when_the_workspace_has_been_idle() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    for number in 0..30 {
        set(&larder, "w", "p", &number.to_string(), &value(number)).unwrap();
    }
    let before = fs::read(database(temporary.path(), "w")).unwrap();
    // Idle work is a commit of its own; without it this waits in vain.
    let tidied = (0..400).any(|_| {
        thread::sleep(Duration::from_millis(50));
        fs::read(database(temporary.path(), "w")).unwrap() != before
    });
    assert!(tidied, "nobody prepared the workspace for a crash");
    opens_with_all(temporary.path(), 30);
    set(&larder, "w", "p", "30", &value(30)).unwrap();
    opens_with_all(temporary.path(), 31);
}
