//! In the fake, a commit makes every change if every check holds; otherwise none.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use larder::fake::{self, Grant, Limits};
use larder::{Address, Error, Expectation, Outcome, Version, atomic, shared, storage};

fn version(key: &str) -> Version {
    atomic::entry(key).unwrap().unwrap().version
}

#[test]
fn the_first_check_that_does_not_hold_is_named() {
    storage::set("there", "").unwrap();
    let now = version("there");
    let other = Version::from(u64::from(now) + 1);
    let cases: [(&str, Expectation, bool); 8] = [
        ("there", Expectation::Present, true),
        ("there", Expectation::Absent, false),
        ("there", now.into(), true),
        ("there", other.into(), false),
        ("not there", Expectation::Present, false),
        ("not there", Expectation::Absent, true),
        ("not there", now.into(), false),
        ("there", Expectation::from(&atomic::entry("there").unwrap()), true),
    ];
    for (key, expect, holds) in cases {
        let commit = atomic::commit().check_present("there").check(key, expect).check_absent("there");
        let first = if holds { 2 } else { 1 };
        assert_eq!(commit.set("written", "").send().unwrap(), Outcome::Conflict(first), "{key}: {expect:?}");
        assert!(!storage::exists("written").unwrap());
        let alone = atomic::commit().check(key, expect).send().unwrap();
        assert_eq!(alone.is_committed(), holds, "{key}: {expect:?}");
    }
}

#[test]
fn checks_see_the_state_before_and_changes_apply_in_order() {
    let commit = atomic::commit().set("k", "one").check_absent("k").add("n", 2).add("n", 3).set("k", "two");
    let written = commit.delete("gone").set("gone", "").delete("gone").send().unwrap().version().unwrap();
    assert_eq!(storage::get("k").unwrap().unwrap(), b"two");
    assert_eq!(atomic::counter("n").unwrap(), 5);
    assert!(!storage::exists("gone").unwrap());
    assert_eq!([version("k"), version("n")], [written; 2], "all the values written have the one version");
}

#[test]
fn no_two_writes_share_a_version() {
    let mut versions = Vec::new();
    for _ in 0..3 {
        storage::set("k", "same").unwrap();
        versions.push(version("k"));
        storage::delete("k").unwrap();
        atomic::increment("k", 1).unwrap();
        versions.push(version("k"));
    }
    versions.sort_by_key(|version| u64::from(*version));
    versions.dedup();
    assert_eq!(versions.len(), 6);
}

#[test]
fn a_change_that_is_refused_takes_the_others_with_it() {
    storage::set("text", "not a counter").unwrap();
    storage::set("most", i64::MAX.to_le_bytes()).unwrap();
    fake::set_limits(Limits { store_keys: 3, ..Limits::default() });
    let begin = || atomic::commit().set("text", "changed").delete("most");
    let refused = [
        (begin().add("text", 1), Error::NotACounter),
        (atomic::commit().set("text", "changed").add("most", 1), Error::NotACounter),
        (begin().set(Address::shared("k"), ""), Error::AccessDenied),
        (begin().check_absent(Address::shared("k")), Error::AccessDenied),
    ];
    for (commit, error) in refused {
        assert_eq!(commit.send(), Err(error));
    }
    let too_many = begin().set("1", "").set("2", "").set("3", "").send();
    assert!(matches!(too_many, Err(Error::QuotaExceeded(excess)) if (excess.limit, excess.actual) == (3, 4)));
    assert_eq!(storage::get("text").unwrap().unwrap(), b"not a counter");
    assert_eq!(atomic::counter("most").unwrap(), i64::MAX);
    assert_eq!(storage::usage().unwrap().keys, 2);
}

#[test]
fn both_stores_are_changed_together() {
    fake::grant_shared(Grant::write());
    let to = Address::shared("k");
    storage::set("k", "moved").unwrap();
    let value = storage::get("k").unwrap().unwrap();
    assert!(atomic::commit().delete("k").set(&to, value).send().unwrap().is_committed());
    let both = atomic::get_many([Address::private("k"), to]).unwrap();
    assert_eq!(both[0], None);
    assert_eq!(both[1].as_ref().unwrap().value, b"moved");
    assert_eq!(shared::list("").count(), 1);
}

#[test]
fn a_counter_keeps_to_its_range() {
    assert_eq!(atomic::counter("n").unwrap(), 0);
    assert_eq!(atomic::increment("n", i64::MAX).unwrap(), i64::MAX);
    assert_eq!(atomic::increment("n", 1), Err(Error::NotACounter));
    assert_eq!(atomic::increment("n", i64::MIN).unwrap(), -1);
    assert_eq!(atomic::increment("n", i64::MIN), Err(Error::NotACounter));
    assert_eq!(storage::get("n").unwrap().unwrap(), (-1_i64).to_le_bytes());
    for value in ["", "seven..", "nine....."] {
        storage::set("text", value).unwrap();
        assert_eq!(atomic::increment("text", 0), Err(Error::NotACounter));
        assert_eq!(atomic::counter("text"), Err(Error::NotACounter));
        assert_eq!(storage::get("text").unwrap().unwrap(), value.as_bytes());
    }
}

#[test]
fn a_conflict_is_tried_again_so_often_and_an_error_is_not() {
    let append = |tries| {
        let mut run = 0;
        let outcome = atomic::retry(tries, || {
            run += 1;
            let before = atomic::entry("log")?;
            let mut text = before.as_ref().map_or(Vec::new(), |entry| entry.value.clone());
            text.push(b'+');
            if run < 3 {
                storage::set("log", text.clone())?;
            }
            atomic::set_if("log", &before, text)
        });
        (outcome, run)
    };
    assert_eq!(append(2), (Err(Error::Conflict { tries: 2 }), 2));
    assert_eq!(append(0), (Err(Error::Conflict { tries: 1 }), 1));
    let (outcome, run) = append(3);
    assert_eq!((outcome.unwrap(), run), (version("log"), 3));
    assert_eq!(storage::get("log").unwrap().unwrap(), b"++++++");

    let mut run = 0;
    let outcome = atomic::retry(5, || {
        run += 1;
        fake::fail_next(Error::Unavailable);
        atomic::commit().send()
    });
    assert_eq!((outcome, run), (Err(Error::Unavailable), 1));
}
