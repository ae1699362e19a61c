//! A commit makes all of its changes or none: if every check holds of the state before, and no change is refused.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::time::Duration;

use larder_store::{
    Action, Address, Change, Check, Error, Expectation, Larder, Limits, Options, Outcome, Session, Store, Version,
};
use pollster::block_on;
use support::{bytes, items, limited, on_each_engine, refusal, sharing};

const A: Address = Address { store: Store::Private, key: "a" };
const B: Address = Address { store: Store::Private, key: "b" };
const SHARED: Address = Address { store: Store::Shared, key: "a" };
const NONE: Address = Address { store: Store::Private, key: "none" };

fn set(at: Address<'_>, value: impl Into<Vec<u8>>) -> Change<'_> {
    Change { at, action: Action::Set(value.into()) }
}

fn delete(at: Address<'_>) -> Change<'_> {
    Change { at, action: Action::Delete }
}

fn add(at: Address<'_>, by: i64) -> Change<'_> {
    Change { at, action: Action::Add(by) }
}

fn check(at: Address<'_>, expect: Expectation) -> Check<'_> {
    Check { at, expect }
}

fn value(session: &Session, at: Address) -> Option<Vec<u8>> {
    block_on(session.store(at.store).get(at.key)).unwrap()
}

fn version(session: &Session, at: Address) -> Version {
    block_on(session.entry(at)).unwrap().unwrap().version
}

/// All that can be seen, versions included.
fn seen(session: &Session) -> String {
    let all = [A, B, SHARED, NONE, Address::shared("b"), Address::private("count")];
    let usage = [block_on(session.private().usage()), block_on(session.shared().usage())];
    format!("{:?} {usage:?}", block_on(session.get_many(&all)).unwrap())
}

fn furnished(larder: &Larder) -> Session {
    let session = sharing(larder, "w", "p");
    block_on(session.private().delete_prefix("")).unwrap();
    block_on(session.shared().delete_prefix("")).unwrap();
    for at in [A, B, SHARED] {
        block_on(session.store(at.store).set(at.key, "old")).unwrap();
    }
    block_on(session.set("count", 5_i64.to_le_bytes())).unwrap();
    session
}

#[test]
fn in_both_stores_with_one_version() {
    on_each_engine(&Options::default(), |larder| {
        let session = furnished(larder);
        let checks = [check(A, Expectation::Unchanged(version(&session, A))), check(SHARED, Expectation::Present)];
        let changes = vec![set(A, "new"), set(SHARED, "new"), delete(B), add(Address::private("count"), -7)];
        let Outcome::Committed(told) = block_on(session.apply(&checks, changes)).unwrap() else {
            panic!("the checks hold")
        };
        assert_eq!(value(&session, A), Some(b"new".to_vec()));
        assert_eq!(value(&session, SHARED), Some(b"new".to_vec()));
        assert_eq!(value(&session, B), None);
        assert_eq!(value(&session, Address::private("count")), Some((-2_i64).to_le_bytes().to_vec()));
        for at in [A, SHARED, Address::private("count")] {
            assert_eq!(version(&session, at), told);
        }
    });
}

#[test]
fn the_first_check_that_does_not_hold_is_named() {
    on_each_engine(&Options::default(), |larder| {
        let session = furnished(larder);
        let (here, elsewhere) = (version(&session, A), version(&session, B));
        use Expectation::{Absent, Present, Unchanged};
        let holding = [check(A, Present), check(NONE, Absent), check(A, Unchanged(here)), check(A, Present)];
        let broken = [
            check(A, Absent),
            check(NONE, Present),
            check(A, Unchanged(elsewhere)),
            check(NONE, Unchanged(here)),
            check(SHARED, Unchanged(here)),
        ];
        let before = seen(&session);
        for wrong in broken {
            for place in 0..=holding.len() {
                let mut checks = holding.to_vec();
                checks.insert(place, wrong);
                checks.push(check(A, Absent));
                let told = block_on(session.apply(&checks, vec![set(A, "new"), delete(SHARED)])).unwrap();
                assert_eq!(told, Outcome::Conflict(place as u32), "{wrong:?}");
                assert_eq!(seen(&session), before, "{wrong:?}");
            }
        }
    });
}

#[test]
fn checks_see_the_state_before_and_changes_apply_in_order() {
    on_each_engine(&Options::default(), |larder| {
        let session = furnished(larder);
        let checks = [check(NONE, Expectation::Absent), check(A, Expectation::Present)];
        let changes = vec![delete(A), set(NONE, "1"), set(NONE, "2"), set(A, 3_i64.to_le_bytes()), add(A, 4)];
        assert!(matches!(block_on(session.apply(&checks, changes)).unwrap(), Outcome::Committed(_)));
        assert_eq!(value(&session, NONE), Some(b"2".to_vec()));
        assert_eq!(value(&session, A), Some(7_i64.to_le_bytes().to_vec()));
        block_on(session.apply(&[], vec![set(A, "x"), delete(A), delete(NONE), set(NONE, "last")])).unwrap();
        assert_eq!(value(&session, A), None);
        assert_eq!(value(&session, NONE), Some(b"last".to_vec()));
    });
}

#[test]
fn one_that_is_refused_refuses_them_all() {
    on_each_engine(&Options::default(), |larder| {
        let witness = furnished(larder);
        let limits = Limits {
            key_bytes: 6,
            value_bytes: 100,
            batch_items: 4,
            batch_bytes: 200,
            store_bytes: 470,
            store_keys: 4,
            ..Limits::default()
        };
        let session = limited(larder, "w", "p", limits).with_grant(larder_store::Grant::read());
        let key = |key| Address { store: Store::Private, key };
        let count = key("count");
        // What it holds: two keys of 68 bytes and a counter of 77.
        let cases: Vec<(Vec<Check>, Vec<Change>, Error)> = vec![
            (vec![], vec![set(A, "new"), set(key("too long"), "")], Error::KeyTooLong(bytes(6, 8))),
            (vec![check(key("too long"), Expectation::Absent)], vec![set(A, "")], Error::KeyTooLong(bytes(6, 8))),
            (vec![], vec![set(A, "new"), set(B, [0; 101])], Error::ValueTooLarge(bytes(100, 101))),
            (vec![], vec![set(A, "new"), add(count, i64::MAX)], Error::NotACounter),
            (vec![], vec![delete(A), add(B, 1)], Error::NotACounter),
            (vec![], vec![set(A, "new"), set(SHARED, "new")], Error::AccessDenied),
            (vec![], vec![set(A, "new"), delete(SHARED)], Error::AccessDenied),
            (vec![], vec![delete(A), delete(A), delete(A), delete(A), delete(A)], Error::BatchTooLarge(items(4, 5))),
            (vec![check(A, Expectation::Present); 3], vec![set(A, ""), delete(B)], Error::BatchTooLarge(items(4, 5))),
            (vec![], vec![set(A, [0; 100]), set(B, [0; 99])], Error::BatchTooLarge(bytes(200, 201))),
            (vec![], vec![set(key("c"), ""), set(key("d"), "")], Error::QuotaExceeded(items(4, 5))),
            (
                vec![],
                vec![set(key("c"), [0; 98]), set(A, [0; 98])],
                // 213 before, with 95 more in one and 163 in the other.
                Error::QuotaExceeded(bytes(470, 471)),
            ),
        ];
        let before = seen(&witness);
        for (checks, changes, expected) in cases {
            let what = format!("{checks:?} {changes:?}");
            assert_eq!(refusal(block_on(session.apply(&checks, changes))), format!("{expected:?}"), "{what}");
            assert_eq!(seen(&witness), before, "{what}");
        }
    });
}

/// A value of any allowed size, alone.
#[test]
fn a_commit_of_a_single_set_may_carry_more_than_a_batch() {
    on_each_engine(&Options::default(), |larder| {
        let limits = Limits { batch_bytes: 100, ..Limits::default() };
        let session = limited(larder, "w", "p", limits);
        for size in [1000, 1_200_000] {
            let told = block_on(session.apply(&[], vec![set(A, vec![1; size])])).unwrap();
            assert!(matches!(told, Outcome::Committed(_)));
            assert_eq!(value(&session, A), Some(vec![1; size]));
            let entries = block_on(session.get_many(&[A])).unwrap();
            assert_eq!(entries[0].as_ref().unwrap().value.len(), size);
            let too_much = format!("{:?}", Error::BatchTooLarge(bytes(100, 2 * size as u64)));
            assert_eq!(refusal(block_on(session.get_many(&[A, A]))), too_much);
        }
    });
}

#[test]
fn a_set_with_a_time_and_one_without() {
    on_each_engine(&Options::default(), |larder| {
        let session = furnished(larder);
        let minute = Duration::from_secs(60);
        let expiring = Change { at: A, action: Action::SetExpiring { value: b"v".to_vec(), expires_in: minute } };
        block_on(session.apply(&[], vec![expiring, set(B, "v")])).unwrap();
        let left = |at| block_on(session.entry(at)).unwrap().unwrap().expires_in;
        assert!(left(A).is_some_and(|left| left <= minute && left > minute / 2), "{:?}", left(A));
        assert_eq!(left(B), None);
    });
}

#[test]
fn nothing_at_all_can_be_committed() {
    on_each_engine(&Options::default(), |larder| {
        let session = furnished(larder);
        let before = seen(&session);
        assert!(matches!(block_on(session.apply(&[], Vec::new())).unwrap(), Outcome::Committed(_)));
        assert_eq!(block_on(session.get_many(&[])).unwrap(), []);
        assert_eq!(seen(&session), before);
    });
}
