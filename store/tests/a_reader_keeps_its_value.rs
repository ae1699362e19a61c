//! A reader gives the value as it was when opened, whatever happens to the key; a slice is what the whole has there.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::thread;
use std::time::Duration;

use larder_store::{Address, Commit, Error, Larder, Limits, Options, Reader, Session};
use pollster::block_on;
use support::{
    HandClock, Random, blobs, bytes, eventually, limited, on_each_engine, open_with, read_whole, reader, session, timed,
};

const SIZES: [usize; 8] = [0, 1, 1000, 65_536, 200_000, (1 << 20) - 1, 1 << 20, 2_500_001];

fn value(size: usize) -> Vec<u8> {
    Random(size as u64).bytes(size as u64)
}

fn open(session: &Session, key: &str) -> Reader {
    block_on(session.open(Address::private(key))).unwrap().unwrap()
}

#[test]
fn of_any_size() {
    on_each_engine(&Options::default(), |larder| {
        let session = session(larder, "w", "p");
        assert!(block_on(session.open(Address::private("none"))).unwrap().is_none());
        for size in SIZES {
            block_on(session.set("k", value(size))).unwrap();
            let reader = open(&session, "k");
            assert_eq!(reader.size(), size as u64);
            assert_eq!(
                Some(reader.version()),
                block_on(session.entry(Address::private("k"))).unwrap().map(|e| e.version)
            );
            assert!(block_on(read_whole(&reader)).unwrap() == value(size), "{size}");
            assert!(block_on(session.get("k")).unwrap() == Some(value(size)), "{size}");
        }
    });
}

#[test]
fn from_any_place_on_and_no_more_than_a_chunk() {
    on_each_engine(&Options::default(), |larder| {
        let session = limited(larder, "w", "p", Limits { chunk_bytes: 100_000, ..Limits::default() });
        for size in SIZES {
            let whole = value(size);
            block_on(session.set("k", whole.clone())).unwrap();
            let reader = open(&session, "k");
            let edges = [0, 1, 65_535, 65_536, 65_537, 131_072, size.saturating_sub(1), size, size + 1];
            for offset in edges {
                for most in [0, 1, 65_536, 65_537, 100_000, 100_001, u32::MAX] {
                    let told = block_on(reader.read(offset as u64, most)).unwrap();
                    let start = offset.min(size);
                    let end = size.min(start + (most as usize).min(100_000));
                    assert!(told == whole[start..end], "{most} from {offset} of {size}: {} bytes", told.len());
                }
            }
            assert_eq!(block_on(reader.read(u64::MAX, 1)).unwrap(), b"");
        }
    });
}

#[test]
fn whatever_happens_to_the_key() {
    type Deed = fn(&Larder, &Session);
    let deeds: [(&str, Deed); 6] = [
        ("replaced", |_, session| block_on(session.set("k", "other")).unwrap()),
        ("replaced by a large one", |_, session| block_on(session.set("k", value(1_200_000))).unwrap()),
        ("deleted", |_, session| block_on(session.delete("k")).unwrap()),
        ("emptied", |_, session| assert_eq!(block_on(session.private().delete_prefix("k")).unwrap(), 1)),
        ("removed with its plugin", |larder, _| {
            assert!(block_on(larder.delete_plugin(&"w".parse().unwrap(), &"p".parse().unwrap())).unwrap());
        }),
        ("replaced in a whole call", |_, session| {
            let call = session.again().with_commit(Commit::WholeCall);
            block_on(call.set("k", value(1_300_000))).unwrap();
            block_on(call.commit()).unwrap();
        }),
    ];
    for (what, deed) in deeds {
        on_each_engine(&Options::default(), |larder| {
            let session = session(larder, "w", "p");
            for size in SIZES {
                block_on(session.set("k", value(size))).unwrap();
                let reader = open(&session, "k");
                let version = reader.version();
                deed(larder, &session);
                // Work for idle moments would come now.
                block_on(session.set("other", "v")).unwrap();
                assert!(block_on(read_whole(&reader)).unwrap() == value(size), "{what}: {size}");
                assert_eq!((reader.size(), reader.version()), (size as u64, version), "{what}");
            }
        });
    }
}

/// The file of a value that is gone waits for its last reader.
#[test]
fn its_file_goes_when_the_last_reader_closes() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let session = session(&larder, "w", "p");
    block_on(session.set("k", value(2_500_001))).unwrap();
    let readers = [open(&session, "k"), open(&session, "k")];
    block_on(session.delete("k")).unwrap();
    // Longer than a workspace has to wait until it counts as idle.
    thread::sleep(Duration::from_millis(600));
    let [first, second] = readers;
    drop(first);
    assert!(block_on(read_whole(&second)).unwrap() == value(2_500_001));
    drop(second);
    eventually("the file is gone", || blobs(temporary.path(), "w").is_empty());
}

/// Otherwise a plugin could hold any amount of disk by opening what it deletes.
#[test]
fn what_is_gone_counts_in_its_workspace_until_the_last_reader_closes() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let session = limited(&larder, "w", "p", Limits { workspace_bytes: 3_000_000, ..Limits::default() });
    block_on(session.set("k", value(2_500_000))).unwrap();
    let readers = [open(&session, "k"), open(&session, "k")];
    block_on(session.delete("k")).unwrap();
    let is_refused = || match block_on(session.set("l", value(600_000))) {
        Err(Error::QuotaExceeded(excess)) => excess == bytes(500_000, 600_065),
        other => panic!("{other:?}"),
    };
    assert!(is_refused());
    let [first, second] = readers;
    drop(first);
    assert!(is_refused());
    drop(second);
    block_on(session.set("l", value(600_000))).unwrap();
}

/// Also where it was opened before it was committed, when nobody but its writer knew it.
#[test]
fn what_was_read_within_a_whole_call_counts_when_it_is_gone() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let session = limited(&larder, "w", "p", Limits { workspace_bytes: 3_000_000, ..Limits::default() });
    let call = session.again().with_commit(Commit::WholeCall);
    block_on(call.set("k", value(2_500_000))).unwrap();
    let reader = open(&call, "k");
    block_on(call.commit()).unwrap();
    block_on(session.delete("k")).unwrap();
    let refused = block_on(session.set("l", value(600_000)));
    assert!(matches!(&refused, Err(Error::QuotaExceeded(excess)) if *excess == bytes(500_000, 600_065)), "{refused:?}");
    drop(reader);
    block_on(session.set("l", value(600_000))).unwrap();
}

#[test]
fn when_its_session_and_the_larder_are_dropped() {
    on_each_engine(&Options::default(), |larder| {
        let session = session(larder, "w", "p");
        block_on(session.set("k", value(2_500_001))).unwrap();
        let reader = open(&session, "k");
        block_on(session.delete("k")).unwrap();
        drop(session);
        assert!(block_on(read_whole(&reader)).unwrap() == value(2_500_001));
    });
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    block_on(session(&larder, "w", "p").set("k", value(2_500_001))).unwrap();
    let reader = open(&session(&larder, "w", "p"), "k");
    drop(larder);
    assert!(block_on(read_whole(&reader)).unwrap() == value(2_500_001));
}

#[test]
fn when_it_expires() {
    let clock = HandClock::at(1_000_000);
    on_each_engine(&timed(&clock), |larder| {
        let session = session(larder, "w", "p");
        for size in SIZES {
            block_on(session.private().set_expiring("k", value(size), Duration::from_secs(1))).unwrap();
            let reader = open(&session, "k");
            clock.forward(1000);
            assert_eq!(block_on(session.get("k")).unwrap(), None);
            block_on(session.set("other", "v")).unwrap();
            assert!(block_on(read_whole(&reader)).unwrap() == value(size), "{size}");
        }
    });
}

/// Whoever reads beside the writer, in a larder opened for reading, gets whole values or none.
#[test]
fn beside_a_writer_in_another_larder() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let writing = session(&larder, "w", "p");
    block_on(writing.set("k", vec![0; 1_100_000])).unwrap();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let larder = reader(temporary.path());
                    let session = session(&larder, "w", "p");
                    for _ in 0..40 {
                        let whole = block_on(session.get("k")).unwrap().unwrap();
                        assert!(whole.iter().all(|byte| *byte == whole[0]), "a mixture");
                    }
                })
            })
            .collect();
        let mut number = 0;
        while readers.iter().any(|reader| !reader.is_finished()) {
            number += 1;
            block_on(writing.set("k", vec![number; 1_100_000 + usize::from(number)])).unwrap();
        }
    });
}
