//! Who writes beside what is damaged is not refused for it, though they are committed together.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

mod support;

use std::fs;
use std::thread;

use larder_store::{Error, Fault};
use support::{database, get, set, writer};

const MARK: &str = "the one value that is to be damaged, and that stands nowhere else";
const WRITES: usize = 50;

#[test]
fn writes_that_share_a_commit_fail_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    set(&larder, "w", "hurt", "key", MARK).unwrap();
    set(&larder, "w", "well", "key", "v").unwrap();
    pollster::block_on(larder.close()).unwrap();
    let path = database(temporary.path(), "w");
    let mut file = fs::read(&path).unwrap();
    let mark: Vec<_> = (0..file.len() - MARK.len()).filter(|at| file[*at..].starts_with(MARK.as_bytes())).collect();
    mark.into_iter().for_each(|at| file[at] ^= 4);
    fs::write(&path, file).unwrap();

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
                    let refused = set(larder, "w", "hurt", "key", "v");
                    assert!(matches!(refused, Err(Error::Unavailable(Fault::Damaged { .. }))), "{refused:?}");
                }
            });
        }
    });
    assert_eq!(get(larder, "w", "well", "3 49").unwrap().as_deref(), Some("v"));
}
