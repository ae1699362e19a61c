//! Keys are listed in byte order, by prefix, a page at a time; the position is a key and survives what happens between pages.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use larder_store::{Larder, Limits, Session};
use pollster::block_on;
use support::{limited, writer};

const KEYS: [&str; 8] = ["a", "a/1", "a/2", "a/3", "a0", "b", "é", "🧺"];

fn filled(larder: &Larder, limits: Limits) -> Session {
    let session = limited(larder, "w", "p", limits);
    for key in KEYS {
        block_on(session.set(key, "v")).unwrap();
    }
    session
}

/// Runs a test on a session of each engine.
fn on_each_engine(limits: &Limits, test: impl Fn(&Session)) {
    let directory = tempfile::tempdir().unwrap();
    for larder in [writer(directory.path()), Larder::in_memory(Default::default())] {
        test(&filled(&larder, limits.clone()));
    }
}

#[test]
fn a_page_has_the_prefix_and_comes_after_the_position() {
    type Case = (&'static str, Option<&'static str>, &'static [&'static str]);
    let cases: [Case; 14] = [
        ("", None, &KEYS),
        ("a", None, &["a", "a/1", "a/2", "a/3", "a0"]),
        ("a/", None, &["a/1", "a/2", "a/3"]),
        ("a/2", None, &["a/2"]),
        ("c", None, &[]),
        ("a/", Some(""), &["a/1", "a/2", "a/3"]),
        ("a/", Some("a"), &["a/1", "a/2", "a/3"]),
        ("a/", Some("a/"), &["a/1", "a/2", "a/3"]),
        ("a/", Some("a/1"), &["a/2", "a/3"]),
        ("a/", Some("a/15"), &["a/2", "a/3"]),
        ("a/", Some("a/3"), &[]),
        ("a/", Some("b"), &[]),
        ("", Some("🧺"), &[]),
        ("a/", Some("\u{10ffff}"), &[]),
    ];
    on_each_engine(&Limits::default(), |session| {
        for (prefix, after, expected) in cases {
            let page = block_on(session.private().keys(prefix, after, 1000)).unwrap();
            assert_eq!(page.keys, expected, "{prefix:?} after {after:?}");
            assert_eq!(page.next, None, "{prefix:?} after {after:?}");
        }
    });
}

/// All pages, and that each gives at least one key.
fn pages(session: &Session, prefix: &str, most: u32) -> Vec<Vec<String>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = block_on(session.private().keys(prefix, after.as_deref(), most)).unwrap();
        assert!(!page.keys.is_empty() || page.next.is_none(), "a page must move on");
        assert!(page.next.is_none() || page.next.as_ref() == page.keys.last());
        pages.push(page.keys);
        match page.next {
            Some(next) => after = Some(next),
            None => return pages,
        }
    }
}

#[test]
fn pages_are_bound_by_items_and_bytes_and_always_move_on() {
    let sizes = |session: &Session, most| pages(session, "", most).iter().map(Vec::len).collect::<Vec<_>>();
    on_each_engine(&Limits::default(), |session| {
        assert_eq!(sizes(session, 0), [1; 8]);
        assert_eq!(sizes(session, 1), [1; 8]);
        assert_eq!(sizes(session, 3), [3, 3, 2]);
        assert_eq!(sizes(session, 4), [4, 4], "a last page that is full has no next");
        assert_eq!(sizes(session, u32::MAX), [8]);
        assert_eq!(pages(session, "a/", 2), [vec!["a/1", "a/2"], vec!["a/3"]]);
    });
    on_each_engine(&Limits { batch_items: 5, ..Limits::default() }, |session| {
        assert_eq!(sizes(session, u32::MAX), [5, 3]);
    });
    on_each_engine(&Limits { batch_items: 0, ..Limits::default() }, |session| assert_eq!(sizes(session, 9), [1; 8]));
    on_each_engine(&Limits { batch_bytes: 0, ..Limits::default() }, |session| assert_eq!(sizes(session, 9), [1; 8]));
    // Keys of 1, 3, 3 | 3, 2, 1 | 2, 4 bytes.
    on_each_engine(&Limits { batch_bytes: 7, ..Limits::default() }, |session| assert_eq!(sizes(session, 9), [3, 3, 2]));
}

#[test]
fn what_is_neither_added_nor_removed_is_listed_once_whatever_happens_between_pages() {
    on_each_engine(&Limits::default(), |session| {
        let first = block_on(session.private().keys("", None, 3)).unwrap();
        assert_eq!(first.keys, ["a", "a/1", "a/2"]);
        for gone in ["a/1", "a/2", "a0"] {
            block_on(session.delete(gone)).unwrap();
        }
        block_on(session.set("a/11", "before the position")).unwrap();
        block_on(session.set("c", "after it")).unwrap();
        let rest = block_on(session.private().keys("", first.next.as_deref(), 1000)).unwrap();
        assert_eq!(rest.keys, ["a/3", "b", "c", "é", "🧺"]);
    });
}

#[test]
fn items_are_the_keys_with_their_values() {
    on_each_engine(&Limits::default(), |session| {
        block_on(session.set("a/2", vec![7; 1_500_000])).unwrap();
        for (prefix, after, most) in [("", None, 1000), ("a/", None, 2), ("a/", Some("a/1"), 9), ("c", None, 1)] {
            let keys = block_on(session.private().keys(prefix, after, most)).unwrap();
            let items = block_on(session.private().items(prefix, after, most)).unwrap();
            assert_eq!(items.next, keys.next);
            assert!(items.items.iter().map(|item| &item.key).eq(&keys.keys), "{prefix:?} after {after:?}");
            for item in items.items {
                assert!(Some(item.value) == block_on(session.get(&item.key)).unwrap(), "{}", item.key);
            }
        }
    });
}

#[test]
fn pages_of_items_are_bound_by_their_values_too_and_always_move_on() {
    let sizes = |session: &Session, most| {
        let (mut sizes, mut after) = (Vec::new(), None);
        loop {
            let page = block_on(session.private().items("", after.as_deref(), most)).unwrap();
            assert!(page.next.is_none() || page.next.as_ref() == page.items.last().map(|item| &item.key));
            sizes.push(page.items.len());
            after = page.next;
            if after.is_none() {
                return sizes;
            }
        }
    };
    // With a value of one byte each: 2, 4, 4 | 4, 3, 2 | 3, 5 bytes.
    on_each_engine(&Limits { batch_bytes: 10, ..Limits::default() }, |session| {
        assert_eq!(sizes(session, 9), [3, 3, 2]);
        assert_eq!(sizes(session, 2), [2; 4]);
        for size in [11, 1_200_000] {
            block_on(session.set("a/2", vec![0; size])).unwrap();
            assert_eq!(sizes(session, 9), [2, 1, 3, 2], "a large one comes alone");
        }
    });
    on_each_engine(&Limits { batch_bytes: 0, ..Limits::default() }, |session| assert_eq!(sizes(session, 9), [1; 8]));
}
