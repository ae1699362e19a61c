//! The fake is one for each thread, does what was planned for it, and can begin anew.

use std::thread;
use std::time::Duration;

use larder::fake::{self, Grant, Limits};
use larder::{Error, Excess, Unit, atomic, shared, storage, streams};

#[test]
fn another_thread_has_another() {
    storage::set("k", "v").unwrap();
    fake::set_limits(Limits { key_bytes: 1, ..Limits::default() });
    thread::spawn(|| {
        assert_eq!(storage::limits().key_bytes, 1024);
        assert!(!storage::exists("k").unwrap());
    })
    .join()
    .unwrap();
}

#[test]
fn it_begins_anew() {
    fake::grant_shared(Grant::write());
    storage::set("k", "v").unwrap();
    let _open_before = [streams::open("k").unwrap().unwrap(), streams::open("k").unwrap().unwrap()];
    fake::set_limits(Limits { open_handles: 2, ..Limits::default() });
    fake::fail_next(Error::Unavailable);
    fake::before_next_commit(|| panic!("this was planned before"));

    fake::reset();
    assert!(!storage::exists("k").unwrap());
    assert_eq!(shared::exists("k"), Err(Error::AccessDenied));
    assert_eq!(storage::limits().open_handles, 16);
    atomic::increment("n", 1).unwrap();
    fake::set_limits(Limits { open_handles: 1, ..Limits::default() });
    assert!(streams::open("n").unwrap().is_some(), "what was open before does not count");
}

#[test]
fn failures_come_as_planned_and_change_nothing() {
    let excess = Excess { unit: Unit::Items, limit: 1, actual: 2 };
    let errors = [
        Error::KeyTooLong(excess),
        Error::ValueTooLarge(excess),
        Error::BatchTooLarge(excess),
        Error::QuotaExceeded(excess),
        Error::TooManyOpen(excess),
        Error::NotACounter,
        Error::AccessDenied,
        Error::Throttled(Duration::from_millis(20)),
        Error::Damaged,
        Error::Unavailable,
        Error::OutcomeUnknown,
        Error::Other("no".to_owned()),
    ];
    for error in &errors {
        fake::fail_next(error.clone());
    }
    for error in errors {
        assert_eq!(storage::set("k", "v"), Err(error));
    }
    assert!(!storage::exists("k").unwrap());
}

#[test]
fn what_happens_before_a_commit_happens_once() {
    fake::before_next_commit(|| assert_eq!(atomic::increment("n", 10).unwrap(), 10));
    storage::set("k", "").unwrap();
    assert_eq!(atomic::counter("n").unwrap(), 0, "neither a set nor a read is waited for");
    assert_eq!(atomic::increment("n", 1).unwrap(), 11);
    assert_eq!(atomic::increment("n", 1).unwrap(), 12);
}
