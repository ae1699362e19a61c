//! Many threads at once, in more workspaces than can be open, some of which leave in the middle: every count is right, and
//! all room is given back. What `interleavings` explores step by step, here in passing and on a disk.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::thread;

use larder_store::{
    Access, Action, Address, Change, Check, Commit, Error, Expectation, Larder, Limits, Outcome, Session, Store,
};

use pollster::block_on;
use support::{Random, limited, on_each_engine, options};

const WORKSPACES: [&str; 4] = ["a", "b", "c", "d"];
const MOST_OPEN: usize = 2;
const THREADS: u64 = 8;
const STEPS: u64 = 60;
const COUNT: Address = Address { store: Store::Private, key: "count" };
const QUOTA_BYTES: u64 = 100_000;

fn limits() -> Limits {
    Limits { store_bytes: QUOTA_BYTES, ..Limits::default() }
}

fn count_of(value: Option<&[u8]>) -> u64 {
    value.map_or(0, |value| u64::from_le_bytes(value.try_into().unwrap()))
}

/// Adds one if nobody has changed the count meanwhile.
fn compare_and_set(session: &Session) -> bool {
    let entry = block_on(session.entry(COUNT)).unwrap();
    let expect = entry.as_ref().map_or(Expectation::Absent, |entry| Expectation::Unchanged(entry.version));
    let next = count_of(entry.as_ref().map(|entry| &entry.value[..])) + 1;
    let change = Change { at: COUNT, action: Action::Set(next.to_le_bytes().to_vec()) };
    let outcome = block_on(session.apply(&[Check { at: COUNT, expect }], vec![change])).unwrap();
    matches!(outcome, Outcome::Committed(_))
}

/// Adds one in a whole call, unless that is in conflict.
fn call(session: &Session) -> bool {
    let session = session.again().with_commit(Commit::WholeCall);
    let called = block_on(async {
        let count = count_of(session.get("count").await?.as_deref());
        session.set("beside", vec![0; 100]).await?;
        session.set("count", (count + 1).to_le_bytes()).await?;
        session.commit().await
    });
    match called {
        Ok(()) => true,
        Err(Error::Conflict) => false,
        Err(error) => panic!("{error}"),
    }
}

/// Keeps room free and leaves, with or without waiting for the answer.
fn write_and_leave(session: &Session, waits: bool) {
    let mut writer = block_on(session.create(Address::private("stream"), None, None)).unwrap();
    let mut writing = pin!(writer.write(vec![0; 5_000]));
    if waits {
        block_on(writing).unwrap();
    } else {
        let _ = writing.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

fn work(larder: &Larder, thread: u64, added: &[AtomicU64]) {
    let mut random = Random(thread);
    for _ in 0..STEPS {
        let number = random.below(WORKSPACES.len() as u64) as usize;
        let session = limited(larder, WORKSPACES[number], "p", limits());
        let adds = match random.below(10) {
            0..=3 => compare_and_set(&session),
            4..=6 => call(&session),
            7 => {
                let delete = pin!(session.delete("beside"));
                let _ = delete.poll(&mut Context::from_waker(Waker::noop()));
                false
            }
            step => {
                write_and_leave(&session, step == 8);
                false
            }
        };
        added[number].fetch_add(adds.into(), Ordering::SeqCst);
    }
}

#[test]
fn and_every_count_is_right() {
    let mut options = options(Access::ReadWrite);
    options.open_workspaces = MOST_OPEN;
    on_each_engine(&options, |larder| {
        let added: [AtomicU64; WORKSPACES.len()] = Default::default();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let added = &added;
                scope.spawn(move || work(larder, thread, added));
            }
        });
        for (workspace, added) in WORKSPACES.iter().zip(&added) {
            let session = limited(larder, workspace, "p", limits());
            let count = block_on(session.get("count")).unwrap();
            assert_eq!(count_of(count.as_deref()), added.load(Ordering::SeqCst), "in {workspace}");
            // Those who left have let go of their room: all of it can be had.
            block_on(session.private().delete_prefix("")).unwrap();
            block_on(session.set("k", vec![0; QUOTA_BYTES as usize - 65])).unwrap();
        }
        assert!(added.iter().all(|added| added.load(Ordering::SeqCst) > 0), "they worked");
    });
}
