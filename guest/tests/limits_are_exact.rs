//! In the fake, each limit allows what it says, and not one more; a refusal has both numbers.

use std::io::Write;

use larder::fake::{self, Grant, Limits};
use larder::{Address, Error, Excess, Unit, atomic, shared, storage, streams};

fn bytes(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Bytes, limit, actual }
}

fn items(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Items, limit, actual }
}

#[test]
fn those_of_a_host_that_says_nothing_else() {
    let limits = storage::limits();
    assert_eq!((limits.key_bytes, limits.value_bytes), (1024, 67_108_864));
    assert_eq!((limits.batch_items, limits.batch_bytes), (1000, 4_194_304));
    assert_eq!((limits.chunk_bytes, limits.open_handles), (1_048_576, 16));
    assert_eq!(shared::limits(), limits);
    let usage = storage::usage().unwrap();
    assert_eq!((usage.bytes, usage.keys, usage.quota_bytes, usage.quota_keys), (0, 0, 104_857_600, 1_000_000));
    fake::grant_shared(Grant::read());
    let usage = shared::usage().unwrap();
    assert_eq!((usage.quota_bytes, usage.quota_keys), (1_073_741_824, 1_000_000));
}

#[test]
fn bytes_of_a_key() {
    fake::set_limits(Limits { key_bytes: 4, ..Limits::default() });
    // Four bytes, and one character.
    for key in ["", "k", "four", "🧺"] {
        storage::set(key, "v").unwrap();
        assert!(storage::exists(key).unwrap());
    }
    let too_long = Err(Error::KeyTooLong(bytes(4, 5)));
    let key = "🧺!";
    assert_eq!(storage::set(key, ""), too_long);
    assert_eq!(storage::set_expiring(key, "", std::time::Duration::ZERO), too_long);
    assert_eq!(storage::get(key).map(drop), too_long);
    assert_eq!(storage::delete(key), too_long);
    assert_eq!(storage::exists(key).map(drop), too_long);
    assert_eq!(storage::keys(key, None, 1).map(drop), too_long);
    assert_eq!(storage::keys("", Some(key), 1).map(drop), too_long);
    assert_eq!(storage::items(key, None, 1).map(drop), too_long);
    assert_eq!(storage::items("", Some(key), 1).map(drop), too_long);
    assert_eq!(storage::delete_prefix(key).map(drop), too_long);
    assert_eq!(atomic::entry(key).map(drop), too_long);
    assert_eq!(atomic::get_many(["k", key]).map(drop), too_long);
    assert_eq!(atomic::increment(key, 1).map(drop), too_long);
    assert_eq!(atomic::commit().check_absent(key).send().map(drop), too_long);
    assert_eq!(atomic::commit().delete("k").delete(key).send().map(drop), too_long);
    assert_eq!(streams::open(key).map(drop), too_long);
    assert_eq!(streams::create(key).map(drop), too_long);
    assert!(storage::exists("k").unwrap());
}

#[test]
fn bytes_of_a_value() {
    fake::set_limits(Limits { value_bytes: 3, ..Limits::default() });
    let too_large = Err(Error::ValueTooLarge(bytes(3, 4)));
    storage::set("k", "thr").unwrap();
    assert_eq!(storage::set("k", "four"), too_large);
    assert_eq!(storage::set_expiring("k", "four", std::time::Duration::ZERO), too_large);
    assert_eq!(atomic::commit().set("k", "four").send().map(drop), too_large);
    let mut writer = streams::create("k").unwrap();
    writer.write_all(b"abc").unwrap();
    writer.flush().unwrap();
    writer.write_all(b"d").unwrap();
    assert_eq!(writer.flush().map_err(Error::from), too_large);
    assert_eq!(storage::get("k").unwrap().unwrap(), b"thr");
}

#[test]
fn the_largest_value_of_all() {
    let largest = vec![7; 64 * 1024 * 1024];
    storage::set("k", &largest).unwrap();
    assert!(storage::get("k").unwrap().unwrap() == largest);
    assert_eq!(atomic::entry("k").unwrap().unwrap().value.len(), largest.len());
    let above = [largest.as_slice(), &[0]].concat();
    assert_eq!(storage::set("k", &above), Err(Error::ValueTooLarge(bytes(67_108_864, 67_108_865))));
}

#[test]
fn bytes_and_keys_of_a_store() {
    fake::set_limits(Limits { store_bytes: 200, store_keys: 3, ..Limits::default() });
    storage::set("a", [0; 35]).unwrap();
    storage::set("b", [0; 34]).unwrap();
    assert_eq!(storage::usage().unwrap().bytes, 199);
    assert_eq!(storage::set("c", ""), Err(Error::QuotaExceeded(bytes(200, 264))));
    storage::set("b", [0; 35]).unwrap();
    assert_eq!(storage::set("b", [0; 36]), Err(Error::QuotaExceeded(bytes(200, 201))));
    storage::set("a", "").unwrap();
    storage::set("b", "").unwrap();
    storage::set("c", "").unwrap();
    fake::set_limits(Limits { store_keys: 3, ..Limits::default() });
    assert_eq!(storage::set("d", ""), Err(Error::QuotaExceeded(items(3, 4))));
    assert_eq!(storage::usage().unwrap().keys, 3);
}

#[test]
fn bytes_of_a_workspace_are_for_both_stores() {
    fake::set_limits(Limits { workspace_bytes: 300, ..Limits::default() });
    fake::grant_shared(Grant::write());
    shared::set("s", [0; 35]).unwrap();
    storage::set("p", [0; 35]).unwrap();
    // It holds 100, and 100 are free.
    storage::set("p", [0; 135]).unwrap();
    assert_eq!(storage::set("p", [0; 136]), Err(Error::QuotaExceeded(bytes(200, 201))));
    assert_eq!(shared::set("s", [0; 36]), Err(Error::QuotaExceeded(bytes(100, 101))));
    let swap = atomic::commit().set("p", [0; 35]).set(Address::shared("s"), [0; 135]);
    assert!(swap.send().unwrap().is_committed());
    assert_eq!(shared::usage().unwrap().bytes, 200);
}

#[test]
fn what_is_over_a_lowered_quota_may_shrink() {
    storage::set("a", [0; 100]).unwrap();
    storage::set("b", [0; 100]).unwrap();
    fake::set_limits(Limits { store_bytes: 10, store_keys: 1, ..Limits::default() });
    storage::set("a", [0; 99]).unwrap();
    storage::set("a", [1; 99]).unwrap();
    assert_eq!(storage::set("a", [0; 100]), Err(Error::QuotaExceeded(bytes(10, 330))));
    storage::delete("b").unwrap();
    storage::delete("a").unwrap();
}

#[test]
fn items_of_a_batch() {
    fake::set_limits(Limits { batch_items: 3, ..Limits::default() });
    let too_many = Err(Error::BatchTooLarge(items(3, 4)));
    assert_eq!(atomic::get_many(["a", "b", "c"]).unwrap(), [None, None, None]);
    assert_eq!(atomic::get_many(["a", "b", "c", "d"]).map(drop), too_many);
    let three = atomic::commit().check_absent("a").set("a", "").delete("b");
    assert!(three.clone().send().unwrap().is_committed());
    assert_eq!(three.delete("c").send().map(drop), too_many);
    for key in ["b", "c", "d"] {
        storage::set(key, "").unwrap();
    }
    for (most, given) in [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (u32::MAX, 3)] {
        assert_eq!(storage::keys("", None, most).unwrap().keys.len(), given, "of {most}");
        assert_eq!(storage::items("", None, most).unwrap().items.len(), given, "of {most}");
    }
}

#[test]
fn bytes_of_a_batch() {
    fake::set_limits(Limits { batch_bytes: 10, ..Limits::default() });
    let commit = |value: &str| atomic::commit().check_absent("c1").set("s1", value).delete("d1");
    assert!(commit("four").send().unwrap().is_committed());
    assert_eq!(commit("five!").send(), Err(Error::BatchTooLarge(bytes(10, 11))));
    // A single value may be as large as a value may be.
    atomic::set_if_absent("large", "eleven bytes").unwrap();
    assert_eq!(atomic::get_many(["large"]).unwrap()[0].as_ref().unwrap().value, b"eleven bytes");
    storage::set("a", "five!").unwrap();
    storage::set("b", "five!").unwrap();
    assert_eq!(atomic::get_many(["a", "b"]).unwrap().len(), 2);
    assert_eq!(atomic::get_many(["a", "b", "s1"]).map(drop), Err(Error::BatchTooLarge(bytes(10, 14))));
}

#[test]
fn bytes_of_a_page() {
    for key in ["k1", "k2", "k3"] {
        storage::set(key, "value").unwrap();
    }
    for (limit, keys, items) in [(0, 1, 1), (3, 1, 1), (4, 2, 1), (6, 3, 1), (13, 3, 1), (14, 3, 2), (21, 3, 3)] {
        fake::set_limits(Limits { batch_bytes: limit, ..Limits::default() });
        assert_eq!(storage::keys("", None, 9).unwrap().keys.len(), keys, "keys of 2 bytes in {limit}");
        assert_eq!(storage::items("", None, 9).unwrap().items.len(), items, "items of 7 bytes in {limit}");
        assert_eq!(storage::list("").count(), 3);
        assert_eq!(storage::list_items("").count(), 3);
    }
}

#[test]
fn keys_removed_by_prefix() {
    fake::set_limits(Limits { delete_prefix_keys: 2, ..Limits::default() });
    for key in ["a1", "a2", "b1", "b2", "b3"] {
        storage::set(key, "").unwrap();
    }
    assert_eq!(storage::delete_prefix("b"), Err(Error::BatchTooLarge(items(2, 3))));
    assert_eq!(storage::usage().unwrap().keys, 5);
    assert_eq!(storage::delete_prefix("a"), Ok(2));
    assert_eq!(storage::delete_prefix("a"), Ok(0));
    assert_eq!(storage::delete_prefix(""), Ok(3));
}

#[test]
fn readers_and_writers_open_at_once() {
    fake::set_limits(Limits { open_handles: 3, ..Limits::default() });
    storage::set("k", "v").unwrap();
    let open = || streams::open("k").map(Option::unwrap);
    let mut readers = [open().unwrap(), open().unwrap()];
    let writer = streams::create("new").unwrap();
    let excess = Excess { unit: Unit::Handles, limit: 3, actual: 4 };
    assert_eq!(open().map(drop), Err(Error::TooManyOpen(excess)));
    assert_eq!(streams::create("new").map(drop), Err(Error::TooManyOpen(excess)));
    writer.finish().unwrap();
    readers[0] = open().unwrap();
    drop(readers);
    assert!([open(), open(), open()].iter().all(Result::is_ok));
}
