//! What was written is there in the next session, the next opening, the next process.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use larder_store::{Access, Dir, Larder, Limits, Options, Session};
use pollster::block_on;

fn open(path: &std::path::Path, access: Access) -> Larder {
    let mut options = Options::default();
    options.access = access;
    Larder::open(Dir::open_ambient(path).unwrap(), options).unwrap()
}

fn session(larder: &Larder) -> Session {
    larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), Limits::default())
}

#[test]
fn a_value_outlives_its_session_and_its_larder() {
    let directory = tempfile::tempdir().unwrap();
    let larder = open(directory.path(), Access::ReadWrite);
    block_on(session(&larder).set("key", "value")).unwrap();
    assert_eq!(block_on(session(&larder).get("key")).unwrap(), Some(b"value".to_vec()));
    drop(larder);
    let larder = open(directory.path(), Access::ReadWrite);
    assert_eq!(block_on(session(&larder).get("key")).unwrap(), Some(b"value".to_vec()));
}

#[test]
fn a_reader_beside_the_writer_sees_each_commit() {
    let directory = tempfile::tempdir().unwrap();
    let (writer, reader) = (open(directory.path(), Access::ReadWrite), open(directory.path(), Access::ReadOnly));
    assert_eq!(block_on(session(&reader).get("key")).unwrap(), None);
    for value in ["one", "two", "three"] {
        block_on(session(&writer).set("key", value)).unwrap();
        assert_eq!(block_on(session(&reader).get("key")).unwrap(), Some(value.into()));
    }
}
