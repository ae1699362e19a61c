//! A value that was begun and not finished never was: no key, no bytes in the quota, no file, not even after a crash.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a crash does not go through the larder")]

mod support;

use std::fs;
use std::path::Path;

use larder_store::{Address, Commit, Error, Expectation, Larder, Limits, Options, Session, Writer};
use pollster::block_on;
use support::{blobs, bytes, database, directory, eventually, limited, on_each_engine, open_with, refusal, session};

const AT: Address = Address { store: larder_store::Store::Private, key: "k" };
const CHUNK: usize = 1 << 20;

fn write(session: &Session, chunks: usize) -> Writer {
    let mut writer = block_on(session.create(AT, None, None)).unwrap();
    for number in 0..chunks {
        block_on(writer.write(vec![number as u8; CHUNK])).unwrap();
    }
    writer
}

fn no_file_is_left(path: &Path) {
    eventually("no file is left", || blobs(path, "w").is_empty());
}

/// Sees that a writer came to nothing.
fn never_was(session: &Session) {
    assert_eq!(block_on(session.get("k")).unwrap(), None);
    assert_eq!(block_on(session.private().keys("", None, 9)).unwrap().keys, ["beside"]);
    assert_eq!(block_on(session.private().usage()).unwrap().bytes, 6 + 1 + 64);
}

#[test]
fn when_it_is_dropped() {
    on_each_engine(&Options::default(), |larder| {
        let session = session(larder, "w", "p");
        block_on(session.set("beside", "v")).unwrap();
        for chunks in [0, 1, 3] {
            let writer = write(&session, chunks);
            never_was(&session);
            drop(writer);
            never_was(&session);
        }
    });
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    drop(write(&session(&larder, "w", "p"), 3));
    no_file_is_left(temporary.path());
}

#[test]
fn when_its_session_is_dropped_with_it() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    for commit in [Commit::EachOperation, Commit::WholeCall] {
        let session = session(&larder, "w", "p").with_commit(commit);
        let writer = write(&session, 2);
        drop(session);
        drop(writer);
        no_file_is_left(temporary.path());
    }
}

/// A writer that was finished in a whole call is as much a part of it as any other write.
#[test]
fn when_the_whole_call_that_finished_it_is_not_committed() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let other = session(&larder, "w", "p");
    block_on(other.set("beside", "v")).unwrap();
    let call = session(&larder, "w", "p").with_commit(Commit::WholeCall);
    block_on(write(&call, 3).finish()).unwrap().unwrap();
    block_on(call.set("large", vec![0; CHUNK * 2])).unwrap();
    drop(call);
    never_was(&other);
    no_file_is_left(temporary.path());
    let call = session(&larder, "w", "p").with_commit(Commit::WholeCall);
    block_on(call.get("beside")).unwrap();
    block_on(write(&call, 3).finish()).unwrap().unwrap();
    block_on(other.set("beside", "x")).unwrap();
    assert_eq!(refusal(block_on(call.commit())), "Conflict");
    drop(call);
    never_was(&other);
    no_file_is_left(temporary.path());
}

#[test]
fn when_its_expectation_does_not_hold_in_the_end() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let session = session(&larder, "w", "p");
    let mut writer = block_on(session.create(AT, Some(Expectation::Absent), None)).unwrap();
    block_on(writer.write(vec![1; CHUNK])).unwrap();
    block_on(writer.write(vec![1; CHUNK])).unwrap();
    block_on(session.set("k", "meanwhile")).unwrap();
    assert_eq!(block_on(writer.finish()).unwrap(), None);
    assert_eq!(block_on(session.get("k")).unwrap(), Some(b"meanwhile".to_vec()));
    no_file_is_left(temporary.path());
}

/// What has been written is refused to others while it is written, and free again afterwards.
#[test]
fn its_bytes_are_reserved_while_it_is_written_and_free_afterwards() {
    on_each_engine(&Options::default(), |larder| {
        let limits = Limits { store_bytes: 3 * CHUNK as u64, ..Limits::default() };
        let session = limited(larder, "w", "p", limits);
        let writer = write(&session, 2);
        assert_eq!(block_on(session.private().usage()).unwrap().bytes, 0, "what is reserved is not shown");
        let two = vec![0; 2 * CHUNK];
        assert!(matches!(block_on(session.set("other", two.clone())), Err(Error::QuotaExceeded(_))));
        let mut second = block_on(session.create(Address::private("other"), None, None)).unwrap();
        block_on(second.write(vec![0; CHUNK - 1000])).unwrap();
        assert!(matches!(block_on(second.write(vec![0; CHUNK])), Err(Error::QuotaExceeded(_))));
        drop((writer, second));
        block_on(session.set("other", two)).unwrap();
    });
}

#[test]
fn a_chunk_or_a_value_that_is_too_large_is_refused_and_the_rest_remains() {
    on_each_engine(&Options::default(), |larder| {
        let limits = Limits { value_bytes: 20, chunk_bytes: 8, ..Limits::default() };
        let session = limited(larder, "w", "p", limits);
        let mut writer = block_on(session.create(AT, None, None)).unwrap();
        block_on(writer.write(*b"12345678")).unwrap();
        let too_much = format!("{:?}", Error::BatchTooLarge(bytes(8, 9)));
        assert_eq!(refusal(block_on(writer.write([0; 9]))), too_much);
        block_on(writer.write(*b"12345678")).unwrap();
        let too_large = format!("{:?}", Error::ValueTooLarge(bytes(20, 21)));
        assert_eq!(refusal(block_on(writer.write([0; 5]))), too_large);
        block_on(writer.write(*b"1234")).unwrap();
        block_on(writer.finish()).unwrap().unwrap();
        assert_eq!(block_on(session.get("k")).unwrap(), Some(b"12345678123456781234".to_vec()));
    });
}

/// The directory as a process left it that was killed between two chunks.
fn crash(from: &Path, to: &Path) {
    let copy = |name: &str| {
        let target = directory(to, "w").join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(directory(from, "w").join(name), target).unwrap();
    };
    fs::copy(from.join("FORMAT"), to.join("FORMAT")).unwrap();
    copy("data.redb");
    for file in blobs(from, "w") {
        copy(&format!("blobs/{}", file.file_name().unwrap().to_str().unwrap()));
    }
}

#[test]
fn when_its_process_is_killed() {
    let (living, dead) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let larder = open_with(living.path(), &Options::default());
    let writing = session(&larder, "w", "p");
    block_on(writing.set("beside", "v")).unwrap();
    block_on(writing.set("large", vec![5; 2 * CHUNK])).unwrap();
    let writer = write(&writing, 3);
    assert!(blobs(living.path(), "w").len() > 1, "there is something to leave behind");
    crash(living.path(), dead.path());
    drop((writer, writing, larder));

    let larder = open_with(dead.path(), &Options::default());
    let reopened = session(&larder, "w", "p");
    assert_eq!(block_on(reopened.get("k")).unwrap(), None);
    assert_eq!(block_on(reopened.get("large")).unwrap(), Some(vec![5; 2 * CHUNK]));
    block_on(reopened.delete("large")).unwrap();
    never_was(&reopened);
    no_file_is_left(dead.path());
    assert!(database(dead.path(), "w").exists());
}

/// Each large value has one file, and a value that is replaced or removed none.
#[test]
fn files_are_those_of_the_values_there_are() {
    let temporary = tempfile::tempdir().unwrap();
    let larder: Larder = open_with(temporary.path(), &Options::default());
    let session = session(&larder, "w", "p");
    let files = |count: usize| eventually(&format!("{count} files"), || blobs(temporary.path(), "w").len() == count);
    for key in ["1", "2", "3"] {
        block_on(session.set(key, vec![1; 2 * CHUNK])).unwrap();
    }
    files(3);
    block_on(session.set("1", vec![2; 2 * CHUNK])).unwrap();
    files(3);
    block_on(session.set("2", "small")).unwrap();
    files(2);
    block_on(session.delete("3")).unwrap();
    files(1);
    block_on(session.private().delete_prefix("")).unwrap();
    files(0);
    block_on(write(&session, 2).finish()).unwrap().unwrap();
    files(1);
    assert!(block_on(larder.delete_plugin(&"w".parse().unwrap(), &"p".parse().unwrap())).unwrap());
    files(0);
}

/// Their directory goes with the last of them, also while others are about to make theirs.
#[test]
fn values_that_come_and_go_at_once_do_not_hinder_each_other() {
    let temporary = tempfile::tempdir().unwrap();
    let larder: Larder = open_with(temporary.path(), &Options::default());
    std::thread::scope(|scope| {
        for number in 0..4 {
            let session = session(&larder, "w", "p");
            scope.spawn(move || {
                for _ in 0..20 {
                    let key = number.to_string();
                    block_on(session.set(&key, vec![number; CHUNK])).unwrap();
                    block_on(session.delete(&key)).unwrap();
                }
            });
        }
    });
    eventually("the directory is gone", || !directory(temporary.path(), "w").join("blobs").exists());
}
