//! What was read is known without the disk, until somebody writes there.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail, and stand outside of the directory"
)]

use std::fs;
use std::path::Path;

use larder_store::{Dir, Larder, Limits, Options, Session};
use pollster::block_on;

const MIB: usize = 1024 * 1024;

fn session(larder: &Larder) -> Session {
    larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), Limits::default())
}

fn get(session: &Session) -> Option<Vec<u8>> {
    block_on(session.get("key")).unwrap()
}

/// Takes the files of large values away.
fn remove_files(dir: &Path) {
    fs::remove_dir_all(dir.join("workspaces/w/blobs")).unwrap();
}

#[test]
fn a_value_of_a_mib_is_known_once_it_was_read_and_until_it_is_another() {
    let dir = tempfile::tempdir().unwrap();
    let larder = Larder::open(Dir::open_ambient(dir.path()).unwrap(), Options::default()).unwrap();
    let session = session(&larder);
    block_on(session.set("key", vec![1; MIB])).unwrap();
    assert_eq!(get(&session), Some(vec![1; MIB]));
    block_on(session.set("key", vec![2; MIB])).unwrap();
    assert_eq!(get(&session), Some(vec![2; MIB]), "what was known is not any more");
    remove_files(dir.path());
    assert_eq!(get(&session), Some(vec![2; MIB]), "the disk is not asked");
    block_on(session.delete("key")).unwrap();
    assert_eq!(get(&session), None);
}

#[test]
fn a_larger_value_is_read_from_the_disk_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let larder = Larder::open(Dir::open_ambient(dir.path()).unwrap(), Options::default()).unwrap();
    let session = session(&larder);
    block_on(session.set("key", vec![1; MIB + 1])).unwrap();
    assert_eq!(get(&session), Some(vec![1; MIB + 1]));
    remove_files(dir.path());
    assert!(block_on(session.get("key")).is_err());
}
