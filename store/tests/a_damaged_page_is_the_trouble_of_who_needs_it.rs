//! What stands on a page that is damaged is refused, and nothing else: not what is beside it, what is committed with it, nor
//! the way to be rid of it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

mod support;

use std::fs;
use std::path::Path;
use std::thread;

use larder_store::{Error, Fault};
use pollster::block_on;
use support::{database, get, session, set, writer};

const MARK: &str = "the one value that is to be damaged, and that stands nowhere else";
const WRITES: usize = 50;

/// Makes a larder with this many values of a plugin named `hurt`, the first of which is damaged, and one of `well`.
fn furnish(path: &Path, values: usize) {
    let larder = writer(path);
    for number in 0..values {
        let value = if number == 0 { MARK.to_owned() } else { format!("{number}").repeat(300) };
        set(&larder, "w", "hurt", &format!("key {number:03}"), &value).unwrap();
    }
    set(&larder, "w", "well", "key", "v").unwrap();
    block_on(larder.close()).unwrap();
    let path = database(path, "w");
    let mut file = fs::read(&path).unwrap();
    let mark: Vec<_> = (0..file.len() - MARK.len()).filter(|at| file[*at..].starts_with(MARK.as_bytes())).collect();
    mark.into_iter().for_each(|at| file[at] ^= 4);
    fs::write(&path, file).unwrap();
}

#[test]
fn a_store_that_is_damaged_can_be_emptied() {
    let temporary = tempfile::tempdir().unwrap();
    furnish(temporary.path(), 100);
    let larder = writer(temporary.path());
    assert_eq!(block_on(session(&larder, "w", "hurt").private().delete_prefix("")).unwrap(), 100);
    set(&larder, "w", "hurt", "key 000", "v").unwrap();
    assert_eq!(get(&larder, "w", "hurt", "key 000").unwrap().as_deref(), Some("v"));
    assert_eq!(get(&larder, "w", "well", "key").unwrap().as_deref(), Some("v"));
}

#[test]
fn writes_that_share_a_commit_fail_alone() {
    let temporary = tempfile::tempdir().unwrap();
    furnish(temporary.path(), 1);
    let larder = &writer(temporary.path());
    // All that come while a commit is made share the next one.
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for number in 0..WRITES {
                    set(larder, "w", "well", &format!("{thread} {number}"), "v").unwrap();
                }
            });
            scope.spawn(move || {
                for _ in 0..WRITES {
                    let refused = set(larder, "w", "hurt", "key 000", "v");
                    assert!(matches!(refused, Err(Error::Unavailable(Fault::Damaged { .. }))), "{refused:?}");
                }
            });
        }
    });
    assert_eq!(get(larder, "w", "well", "3 49").unwrap().as_deref(), Some("v"));
}
