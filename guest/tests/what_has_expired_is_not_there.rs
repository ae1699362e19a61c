//! In the fake, a value is not seen from its time on, by no call; and it is counted no more.

use std::time::Duration;

use larder::fake::{self, Limits};
use larder::{CreateOptions, Error, Expectation, Outcome, atomic, storage, streams};

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

#[test]
fn for_no_call() {
    storage::set("keeps", "").unwrap();
    storage::set_expiring("goes", "value", SECOND).unwrap();
    let version = atomic::entry("goes").unwrap().unwrap().version;
    let reader = streams::open("goes").unwrap().unwrap();

    fake::advance(SECOND - MS);
    assert_eq!(storage::get("goes").unwrap().unwrap(), b"value");
    assert_eq!(atomic::entry("goes").unwrap().unwrap().expires_in, Some(MS));
    assert_eq!(storage::usage().unwrap().keys, 2);

    fake::advance(MS);
    assert_eq!(storage::get("goes").unwrap(), None);
    assert!(!storage::exists("goes").unwrap());
    assert_eq!(storage::keys("", None, 9).unwrap().keys, ["keeps"]);
    assert_eq!(storage::items("", None, 9).unwrap().items.len(), 1);
    assert_eq!(storage::usage().unwrap().bytes, 69);
    assert_eq!(atomic::entry("goes").unwrap(), None);
    assert_eq!(atomic::get_many(["goes"]).unwrap(), [None]);
    assert_eq!(streams::open("goes").unwrap().map(drop), None);
    assert_eq!(atomic::commit().check("goes", version).send().unwrap(), Outcome::Conflict(0));
    assert_eq!(atomic::commit().check_present("goes").send().unwrap(), Outcome::Conflict(0));
    assert_eq!(storage::delete_prefix("g").unwrap(), 0);
    assert_eq!(atomic::increment("goes", 1).unwrap(), 1, "not a counter before");
    assert_eq!(reader.size(), 5, "a reader has the value as it was when opened");
}

#[test]
fn nor_for_a_quota() {
    fake::set_limits(Limits { store_keys: 1, ..Limits::default() });
    storage::set_expiring("a", "", SECOND).unwrap();
    assert!(matches!(storage::set("b", ""), Err(Error::QuotaExceeded(_))));
    storage::set_expiring("gone at once", "", Duration::ZERO).unwrap();
    let writer = CreateOptions::new().expires_in(MS).create("gone before it is finished").unwrap();
    fake::advance(MS);
    assert!(writer.finish().unwrap().is_some());
    assert_eq!(storage::list("").count(), 1);
    fake::advance(SECOND);
    storage::set("b", "").unwrap();
}

#[test]
fn zero_is_at_once_and_past_the_end_of_time_is_never() {
    storage::set("k", "before").unwrap();
    storage::set_expiring("k", "after", Duration::ZERO).unwrap();
    assert_eq!(storage::get("k").unwrap(), None);
    storage::set_expiring("k", "under a millisecond", Duration::from_micros(999)).unwrap();
    assert_eq!(storage::get("k").unwrap(), None);

    // At the first moment of all, and later.
    for _ in 0..2 {
        storage::set_expiring("k", "for ever", Duration::MAX).unwrap();
        assert_eq!(atomic::entry("k").unwrap().unwrap().expires_in, None);
        fake::advance(SECOND);
    }
    fake::advance(Duration::MAX);
    assert!(storage::exists("k").unwrap());
}

#[test]
fn set_clears_an_expiry_and_add_keeps_it() {
    for (number, clear) in [true, false].into_iter().enumerate() {
        let key = format!("k{number}");
        let commit = atomic::commit().set_expiring(&key, 5_i64.to_le_bytes(), SECOND).add(&key, 1);
        assert!(commit.send().unwrap().is_committed());
        assert_eq!(atomic::increment(&key, 1).unwrap(), 7);
        assert_eq!(atomic::entry(&key).unwrap().unwrap().expires_in, Some(SECOND));
        if clear {
            storage::set(&key, "").unwrap();
        }
        fake::advance(SECOND);
        assert_eq!(storage::exists(&key).unwrap(), clear);
    }
}

#[test]
fn a_stream_expires_as_a_value_does() {
    let writer = CreateOptions::new().expires_in(SECOND).create("k").unwrap();
    writer.finish().unwrap();
    assert_eq!(atomic::entry("k").unwrap().unwrap().expires_in, Some(SECOND));
    fake::advance(SECOND);
    let writer = CreateOptions::new().only_if(Expectation::Absent).create("k").unwrap();
    assert!(writer.finish().unwrap().is_some());
}
