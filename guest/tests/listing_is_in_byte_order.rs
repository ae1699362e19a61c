//! In the fake, keys are listed in byte order, by prefix, a page at a time.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use larder::fake::{self, Limits};
use larder::storage;

const KEYS: [&str; 12] = ["", "\0", "%", "A", "B/", "a", "a/", "a/1", "a/10", "a/2", "a0", "é"];

fn fill() {
    for key in KEYS.iter().rev() {
        storage::set(key, format!("value of {key}")).unwrap();
    }
}

#[test]
fn every_prefix_and_every_position() {
    fill();
    let mut expected = KEYS.to_vec();
    expected.sort_by_key(|key| key.as_bytes());
    for prefix in KEYS.into_iter().chain(["b", "a/1", "a/1x", "%%", "e"]) {
        for after in KEYS.into_iter().map(Some).chain([None, Some("a/15"), Some("z"), Some("zz")]) {
            let page = storage::keys(prefix, after, u32::MAX).unwrap();
            let listed =
                expected.iter().filter(|key| key.starts_with(prefix) && after.is_none_or(|after| **key > after));
            assert_eq!(page.keys, listed.copied().collect::<Vec<_>>(), "{prefix:?} after {after:?}");
            assert_eq!(page.next, None);
            let items = storage::items(prefix, after, u32::MAX).unwrap();
            let keys: Vec<_> = items.items.iter().map(|item| item.key.clone()).collect();
            assert_eq!((keys, items.next), (page.keys, None));
            assert!(items.items.iter().all(|item| item.value == format!("value of {}", item.key).as_bytes()));
        }
    }
}

#[test]
fn pages_follow_each_other_whatever_their_size() {
    fill();
    let all: Vec<String> = storage::list("").map(Result::unwrap).collect();
    assert_eq!(all.len(), KEYS.len());
    for most in 1..=KEYS.len() as u32 + 1 {
        fake::set_limits(Limits { batch_items: most, ..Limits::default() });
        assert_eq!(storage::list("").map(Result::unwrap).collect::<Vec<_>>(), all);
        let items: Vec<_> = storage::list_items("").map(Result::unwrap).collect();
        assert_eq!(items.iter().map(|item| &item.key).collect::<Vec<_>>(), all.iter().collect::<Vec<_>>());
        let page = storage::keys("", None, u32::MAX).unwrap();
        assert_eq!(page.next.is_some(), page.keys.len() < all.len(), "only the last page has none");
        assert_eq!(page.next, page.keys.last().filter(|_| page.keys.len() < all.len()).cloned());
    }
}

#[test]
fn a_position_survives_the_key_it_names() {
    fill();
    let page = storage::keys("a/", None, 2).unwrap();
    storage::delete_prefix("a/1").unwrap();
    assert_eq!(storage::keys("a/", page.next.as_deref(), 9).unwrap().keys, ["a/2"]);
}

#[test]
fn removing_by_prefix_removes_nothing_else() {
    fill();
    assert_eq!(storage::delete_prefix("a/1").unwrap(), 2);
    assert_eq!(storage::delete_prefix("%").unwrap(), 1);
    assert_eq!(storage::usage().unwrap().keys, KEYS.len() as u64 - 3);
    assert!(["", "A", "B/", "a", "a/", "a/2", "a0", "é"].iter().all(|key| storage::exists(key).unwrap()));
}
