//! No count is lost, whoever counts at once and however: by increments, by additions in a commit, by comparing and setting,
//! and in whole calls that are made again after a conflict.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::sync::Barrier;
use std::thread;

use larder_store::{
    Action, Address, Change, Check, Commit, Error, Expectation, Larder, Options, Outcome, Session, Store,
};
use pollster::block_on;
use support::{on_each_engine, open_with, options, sharing};

const THREADS: usize = 8;
const COUNTS: i64 = 25;
const COUNTERS: [Address; 2] =
    [Address { store: Store::Private, key: "count" }, Address { store: Store::Shared, key: "count" }];

/// A way to count one more; each goes on until it has.
type Way = fn(&Session, Address);

const WAYS: [Way; 6] = [
    by_increment,
    by_an_addition,
    by_comparing_and_setting,
    by_a_stream_that_compares,
    by_an_increment_in_a_whole_call,
    by_getting_and_setting_in_a_whole_call,
];

fn by_increment(session: &Session, at: Address) {
    block_on(session.increment(at, 1)).unwrap();
}

fn by_an_addition(session: &Session, at: Address) {
    let outcome = block_on(session.apply(&[], vec![Change { at, action: Action::Add(1) }])).unwrap();
    assert!(matches!(outcome, Outcome::Committed(_)));
}

/// What is counted so far, and what must still be so when that is replaced.
async fn seen(session: &Session, at: Address<'_>) -> Result<(i64, Expectation), Error> {
    Ok(match session.entry(at).await? {
        Some(entry) => (number(&entry.value), Expectation::Unchanged(entry.version)),
        None => (0, Expectation::Absent),
    })
}

fn by_comparing_and_setting(session: &Session, at: Address) {
    loop {
        let (count, expect) = block_on(seen(session, at)).unwrap();
        let change = Change { at, action: Action::Set((count + 1).to_le_bytes().to_vec()) };
        if let Outcome::Committed(_) = block_on(session.apply(&[Check { at, expect }], vec![change])).unwrap() {
            return;
        }
    }
}

fn by_a_stream_that_compares(session: &Session, at: Address) {
    loop {
        let (count, expect) = block_on(seen(session, at)).unwrap();
        let mut writer = block_on(session.create(at, Some(expect), None)).unwrap();
        block_on(writer.write((count + 1).to_le_bytes())).unwrap();
        if block_on(writer.finish()).unwrap().is_some() {
            return;
        }
    }
}

/// Makes a whole call again until it is committed.
fn whole_call(session: &Session, call: impl AsyncFn(&Session) -> Result<(), Error>) {
    loop {
        let session = session.again().with_commit(Commit::WholeCall);
        let outcome = block_on(async {
            call(&session).await?;
            session.commit().await
        });
        match outcome {
            Ok(()) => return,
            Err(Error::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn by_an_increment_in_a_whole_call(session: &Session, at: Address) {
    whole_call(session, async |session| session.increment(at, 1).await.map(drop));
}

fn by_getting_and_setting_in_a_whole_call(session: &Session, at: Address) {
    whole_call(session, async |session| {
        let count = session.store(at.store).get(at.key).await?.map_or(0, |value| number(&value));
        session.store(at.store).set(at.key, (count + 1).to_le_bytes()).await
    });
}

fn number(value: &[u8]) -> i64 {
    i64::from_le_bytes(value.try_into().unwrap())
}

fn counted(larder: &Larder) -> [i64; 2] {
    let session = sharing(larder, "w", "p");
    COUNTERS.map(|at| number(&block_on(session.store(at.store).get(at.key)).unwrap().unwrap()))
}

/// Each thread counts in a way of its own, in both stores.
fn count(larder: &Larder, ways: &[Way]) {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (session, way, start) = (sharing(larder, "w", "p"), ways[thread % ways.len()], &start);
            scope.spawn(move || {
                start.wait();
                for _ in 0..COUNTS {
                    COUNTERS.into_iter().for_each(|at| way(&session, at));
                }
            });
        }
    });
}

const ALL: i64 = THREADS as i64 * COUNTS;

#[test]
fn in_each_way_by_itself() {
    on_each_engine(&Options::default(), |larder| {
        for (number, way) in WAYS.iter().enumerate() {
            count(larder, &[*way]);
            assert_eq!(counted(larder), [ALL * (number as i64 + 1); 2], "way {number}");
        }
    });
}

#[test]
fn in_all_ways_at_once_and_after_reopening() {
    on_each_engine(&Options::default(), |larder| {
        count(larder, &WAYS);
        assert_eq!(counted(larder), [ALL; 2]);
    });
    let directory = tempfile::tempdir().unwrap();
    let options = options(larder_store::Access::ReadWrite);
    count(&open_with(directory.path(), &options), &WAYS);
    let larder = open_with(directory.path(), &options);
    assert_eq!(counted(&larder), [ALL; 2]);
    count(&larder, &WAYS);
    assert_eq!(counted(&larder), [2 * ALL; 2]);
}

/// Two counters that always change together are equal in whatever is read at one moment.
#[test]
fn what_changes_together_is_seen_together() {
    on_each_engine(&Options::default(), |larder| {
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (session, start) = (sharing(larder, "w", "p"), &start);
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..COUNTS {
                        if thread % 2 == 0 {
                            let change = |at| Change { at, action: Action::Add(1) };
                            block_on(session.apply(&[], COUNTERS.map(change).to_vec())).unwrap();
                        } else {
                            let entries = block_on(session.get_many(&COUNTERS)).unwrap();
                            let versions: Vec<_> = entries.iter().flatten().map(|entry| entry.version).collect();
                            assert!(entries.iter().all(|entry| entry.is_some() == entries[0].is_some()));
                            assert!(versions.windows(2).all(|pair| pair[0] == pair[1]), "{entries:?}");
                        }
                    }
                });
            }
        });
        assert_eq!(counted(larder), [ALL / 2; 2]);
    });
}
