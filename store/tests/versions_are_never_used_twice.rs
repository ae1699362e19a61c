//! No two writes in a workspace share a version: not across stores, deletions, reopenings, refusals and failed calls.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::HashSet;
use std::thread;

use larder_store::{
    Action, Address, Change, Check, Commit, Expectation, Larder, Limits, Options, Outcome, Session, Store, Version,
};
use pollster::block_on;
use support::{limited, on_each_engine, open_with, sharing};

fn version(session: &Session, at: Address) -> Version {
    block_on(session.entry(at)).unwrap().unwrap().version
}

fn apply(session: &Session, actions: &[(Address, Action)]) -> Version {
    let changes = actions.iter().map(|(at, action)| Change { at: *at, action: action.clone() });
    match block_on(session.apply(&[], changes.collect())).unwrap() {
        Outcome::Committed(version) => version,
        Outcome::Conflict(_) => panic!("there was nothing to conflict with"),
    }
}

/// Every way to write there is, each of which gives a version of its own.
fn versions(session: &Session) -> Vec<Version> {
    let mut versions = Vec::new();
    for store in [Store::Private, Store::Shared] {
        let at = Address { store, key: "k" };
        let view = session.store(store);
        for value in ["same", "same"] {
            block_on(view.set("k", value)).unwrap();
            versions.push(version(session, at));
        }
        block_on(view.delete("k")).unwrap();
        block_on(view.set("k", "same")).unwrap();
        versions.push(version(session, at));
        block_on(view.set("k", vec![0; 1 << 20])).unwrap();
        versions.push(version(session, at));
        let writer = block_on(session.create(at, None, None)).unwrap();
        let finished = block_on(writer.finish()).unwrap().unwrap();
        assert_eq!(version(session, at), finished);
        versions.push(finished);
        assert_eq!(block_on(view.delete_prefix("k")).unwrap(), 1);
        block_on(session.increment(at, 1)).unwrap();
        versions.push(version(session, at));
        let committed = apply(session, &[(at, Action::Add(1)), (Address { key: "l", ..at }, Action::Set(vec![]))]);
        assert_eq!(version(session, at), committed);
        assert_eq!(version(session, Address { key: "l", ..at }), committed, "of one commit they are one");
        versions.push(committed);
    }
    versions
}

#[derive(Default)]
struct Seen(HashSet<u64>);

impl Seen {
    fn add(&mut self, versions: impl IntoIterator<Item = Version>) {
        for version in versions {
            assert!(self.0.insert(version.into()), "{version:?} was used twice");
        }
    }
}

#[test]
fn by_any_two_ways_to_write() {
    on_each_engine(&Options::default(), |larder| {
        let mut seen = Seen::default();
        for plugin in ["p", "q", "p"] {
            seen.add(versions(&sharing(larder, "w", plugin)));
        }
    });
}

#[test]
fn after_reopening_however_it_ended() {
    let temporary = tempfile::tempdir().unwrap();
    let mut seen = Seen::default();
    for round in 0..6 {
        let larder = open_with(temporary.path(), &Options::default());
        seen.add(versions(&sharing(&larder, "w", "p")));
        if round % 2 == 0 {
            block_on(larder.close()).unwrap();
            seen.add(versions(&sharing(&larder, "w", "p")));
        }
    }
}

/// A crash forgets which versions were given out, so that more than those are set aside beforehand.
#[test]
fn after_a_crash() {
    let mut place = tempfile::tempdir().unwrap();
    let mut seen = Seen::default();
    for _ in 0..4 {
        let larder = open_with(place.path(), &Options::default());
        let session = sharing(&larder, "w", "p");
        seen.add(versions(&session));
        let call = session.again().with_commit(Commit::WholeCall);
        seen.add([apply(&call, &[(Address::private("m"), Action::Set(vec![]))])]);
        let left_behind = tempfile::tempdir().unwrap();
        copy(place.path(), left_behind.path());
        drop((call, session, larder));
        place = left_behind;
    }
}

#[allow(clippy::disallowed_methods, reason = "a crash does not go through the larder")]
fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn when_a_call_or_a_write_comes_to_nothing() {
    on_each_engine(&Options::default(), |larder| {
        let mut seen = Seen::default();
        let session = sharing(larder, "w", "p");
        for round in 0..5 {
            let call = session.again().with_commit(Commit::WholeCall);
            block_on(call.get("k")).unwrap();
            let told = versions_in_a_call(&call);
            seen.add(told.clone());
            block_on(session.set("k", round.to_string())).unwrap();
            seen.add([version(&session, Address::private("k"))]);
            assert!(block_on(call.commit()).is_err());
            let dropped = session.again().with_commit(Commit::WholeCall);
            seen.add(versions_in_a_call(&dropped));
            drop(dropped);
            for version in told {
                let check = Check { at: Address::private("made"), expect: Expectation::Unchanged(version) };
                assert_eq!(block_on(session.apply(&[check], Vec::new())).unwrap(), Outcome::Conflict(0));
            }
            let refused = limited(larder, "w", "p", Limits { store_keys: 0, ..Limits::default() });
            assert!(block_on(refused.set("new", "v")).is_err());
            seen.add(versions(&session));
        }
    });
}

/// What a whole call is told of its own writes, before it is known whether they will be.
fn versions_in_a_call(call: &Session) -> Vec<Version> {
    let at = Address::private("made");
    let first = apply(call, &[(at, Action::Set(vec![1]))]);
    assert_eq!(version(call, at), first);
    let writer = block_on(call.create(at, None, None)).unwrap();
    let second = block_on(writer.finish()).unwrap().unwrap();
    assert_eq!(version(call, at), second);
    vec![first, second]
}

/// What a whole call was told of its writes is what everybody sees of them afterwards.
#[test]
fn a_version_stays_when_its_call_is_committed() {
    on_each_engine(&Options::default(), |larder| {
        let session = sharing(larder, "w", "p");
        let call = session.again().with_commit(Commit::WholeCall);
        let told = apply(&call, &[(Address::private("a"), Action::Set(vec![1]))]);
        block_on(call.set("b", "v")).unwrap();
        let seen = version(&call, Address::private("b"));
        assert_ne!(told, seen);
        block_on(call.commit()).unwrap();
        assert_eq!(version(&session, Address::private("a")), told);
        assert_eq!(version(&session, Address::private("b")), seen);
    });
}

#[test]
fn by_many_who_write_at_once() {
    on_each_engine(&Options::default(), |larder: &Larder| {
        let mut seen = Seen::default();
        let told = thread::scope(|scope| {
            let writers = (0..6_usize).map(|thread| {
                scope.spawn(move || {
                    let key = thread.to_string();
                    let session = sharing(larder, "w", ["p", "q"][thread % 2]);
                    let set = Action::Set(vec![]);
                    (0..20).map(|_| apply(&session, &[(Address::shared(&key), set.clone())])).collect::<Vec<_>>()
                })
            });
            let writers: Vec<_> = writers.collect();
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
        });
        seen.add(told);
    });
}
