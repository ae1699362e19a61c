//! Listing is stable: in key order, by prefix, a page at a time; the position is a key.

use crate::bindings::storage;
use crate::bindings::types::{Error, KeyPage};
use crate::case::{Case, Checked};
use crate::check::{holds, same};
use crate::ground::Ground;

pub fn cases() -> Vec<Case> {
    let prefixes = PREFIXES.iter().map(|&(name, prefix, inside, outside)| {
        Case::new(format!("listing/{name}"), move |_| lists_what_begins_with(prefix, inside, outside))
    });
    let others = vec![
        Case::new("listing/byte-order", |_| byte_order()),
        Case::new("listing/order-is-not-that-of-writing", |_| order_is_not_that_of_writing()),
        Case::new("listing/pages-of-every-size-hold-everything-once", |_| pages_hold_everything_once()),
        Case::new("listing/at-most-as-many-as-asked", |_| at_most_as_many_as_asked()),
        Case::new("listing/none-means-one", |_| none_means_one()),
        Case::new("listing/no-next-on-a-full-last-page", |_| no_next_on_a_full_last_page()),
        Case::new("listing/next-is-a-position", |_| next_is_a_position()),
        Case::new("listing/more-than-a-page-allows", more_than_a_page_allows),
        Case::new("listing/position-excludes-its-key", |_| lists_after(&["a", "b", "c"], "", "b", &["c"])),
        Case::new("listing/position-need-not-be-a-key", |_| lists_after(&["a", "b", "c"], "", "aa", &["b", "c"])),
        Case::new("listing/position-may-come-before-the-prefix", |_| {
            lists_after(&["a", "p1", "p2", "q"], "p", "", &["p1", "p2"])
        }),
        Case::new("listing/position-may-come-after-the-prefix", |_| {
            lists_after(&["a", "p1", "p2", "q"], "p", "q", &[])
        }),
        Case::new("listing/position-after-the-last-key", |_| lists_after(&["a", "b"], "", "\u{10ffff}", &[])),
        Case::new("listing/position-is-empty", |_| lists_after(&["", "a"], "", "", &["a"])),
        Case::new("listing/position-is-the-prefix", |_| lists_after(&["p", "p1", "p\0"], "p", "p", &["p\0", "p1"])),
        Case::new("listing/position-survives-deletion", |_| position_survives_deletion()),
        Case::new("listing/position-survives-deletion-of-all-before", |_| position_survives_deletion_of_all_before()),
        Case::new("listing/position-survives-insertion", |_| position_survives_insertion()),
        Case::new("listing/position-survives-overwriting", |_| position_survives_overwriting()),
        Case::new("listing/deleted-keys-are-not-listed", |_| deleted_keys_are_not_listed()),
        Case::new("listing/overwritten-keys-are-listed-once", |_| overwritten_keys_are_listed_once()),
    ];
    others.into_iter().chain(prefixes).collect()
}

/// A name, a prefix, keys that begin with it in byte order, and keys that do not.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const PREFIXES: &[Row] = &[
    ("prefix-of-nothing", "", &["", "\0", "A", "a", "\u{10ffff}"], &[]),
    ("prefix-that-is-a-key", "ab", &["ab", "ab\0", "abc"], &["a", "aa", "ac", "b"]),
    ("prefix-is-case-sensitive", "ab", &["abc"], &["Abc", "aBc", "ABC", "AB", "aB"]),
    ("prefix-with-a-percent-sign", "a%", &["a%", "a%c"], &["a", "abc", "a_", "b%"]),
    ("prefix-with-an-underscore", "a_", &["a_", "a_c"], &["ab", "abc", "a%"]),
    ("prefix-with-a-star", "a*", &["a*", "a*c"], &["ab", "abc", "a"]),
    ("prefix-with-a-question-mark", "a?[b]", &["a?[b]", "a?[b]c"], &["abb", "abbc", "a?b"]),
    ("prefix-with-a-slash", "a/", &["a/", "a//", "a/b"], &["a", "a0", "ab", "b/"]),
    ("prefix-with-a-dot-segment", "./", &["./", "./a"], &["a", ".", "../"]),
    ("prefix-with-a-nul", "a\0", &["a\0", "a\0b"], &["a", "a\u{1}", "ab"]),
    ("prefix-with-a-backslash", "a\\", &["a\\", "a\\b"], &["a", "ab", "a/"]),
    ("prefix-is-no-normal-form", "\u{e9}", &["\u{e9}", "\u{e9}a"], &["e\u{301}", "e\u{301}a", "e"]),
    (
        "prefix-before-the-last-character",
        "a",
        &["a", "a\u{ffff}", "a\u{10ffff}", "a\u{10ffff}b"],
        &["b", "A\u{10ffff}"],
    ),
    (
        "prefix-of-last-characters",
        "\u{10ffff}",
        &["\u{10ffff}", "\u{10ffff}\u{10ffff}"],
        &["\u{10fffe}", "\u{ffff}", "z"],
    ),
    ("prefix-ends-where-bytes-carry", "\u{7f}", &["\u{7f}", "\u{7f}\u{10ffff}"], &["\u{7e}", "\u{80}", "~"]),
    ("prefix-longer-than-any-key", "abcd", &[], &["abc", "abd", "abca"]),
];

fn set_all(keys: &[&str]) -> Result<(), Error> {
    keys.iter().try_for_each(|key| storage::set(key, b"v"))
}

fn owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|&key| key.to_owned()).collect()
}

fn lists_what_begins_with(prefix: &str, inside: &[&str], outside: &[&str]) -> Checked {
    set_all(outside)?;
    set_all(inside)?;
    let whole = storage::keys(prefix, None, 100)?;
    same(&format!("keys that begin with {prefix:?}"), whole, KeyPage { keys: owned(inside), next: None })?;
    same("the same, one by one", in_pages_of(1, prefix)?, owned(inside))
}

/// Code units of UTF-16, collations and lengths would order these otherwise.
fn byte_order() -> Checked {
    let ordered = [
        "",
        "\0",
        "\0a",
        " ",
        "!",
        "-",
        "0",
        "10",
        "2",
        "A",
        "B",
        "Z",
        "_",
        "a",
        "a\0",
        "a-",
        "aa",
        "b",
        "z",
        "\u{7f}",
        "\u{80}",
        "ä",
        "é",
        "ÿ",
        "Ā",
        "ﬁ",
        "\u{fffd}",
        "\u{ffff}",
        "\u{10000}",
        "🧺",
        "\u{10ffff}",
    ];
    let mut keys = ordered;
    keys.reverse();
    keys.swap(3, 11);
    set_all(&keys)?;
    same("all keys", storage::keys("", None, 100)?.keys, owned(&ordered))
}

fn order_is_not_that_of_writing() -> Checked {
    set_all(&["c", "a", "d", "b"])?;
    storage::set("a", b"again")?;
    storage::delete("b")?;
    storage::set("b", b"again")?;
    same("all keys", storage::keys("", None, 10)?.keys, owned(&["a", "b", "c", "d"]))
}

fn in_pages_of(most: u32, prefix: &str) -> Result<Vec<String>, Error> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = storage::keys(prefix, after.as_deref(), most)?;
        all.extend(page.keys);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

fn pages_hold_everything_once() -> Checked {
    let keys: Vec<String> = (0..23).map(|number| format!("k{number:02}")).collect();
    for key in &keys {
        storage::set(key, b"v")?;
    }
    set_all(&["j", "l"])?;
    for most in [1, 2, 3, 7, 11, 15] {
        same(&format!("pages of {most}"), in_pages_of(most, "k")?, keys.clone())?;
    }
    Ok(())
}

fn at_most_as_many_as_asked() -> Checked {
    set_all(&["a", "b", "c", "d"])?;
    for most in 1..=3 {
        same(&format!("of {most}"), storage::keys("", None, most)?.keys, owned(&["a", "b", "c"][..most as usize]))?;
    }
    Ok(())
}

fn none_means_one() -> Checked {
    set_all(&["a", "b"])?;
    same("the first", storage::keys("", None, 0)?.keys, owned(&["a"]))?;
    same("the last", storage::keys("", Some("a"), 0)?, KeyPage { keys: owned(&["b"]), next: None })
}

fn no_next_on_a_full_last_page() -> Checked {
    set_all(&["p1", "p2", "p3", "q"])?;
    same("all", storage::keys("p", None, 3)?, KeyPage { keys: owned(&["p1", "p2", "p3"]), next: None })?;
    same("the rest", storage::keys("p", Some("p1"), 2)?, KeyPage { keys: owned(&["p2", "p3"]), next: None })
}

fn next_is_a_position() -> Checked {
    set_all(&["a", "b", "c"])?;
    let first = storage::keys("", None, 2)?;
    same("the first page", first.keys, owned(&["a", "b"]))?;
    holds("a page with more to come has a next", first.next.is_some())?;
    let second = storage::keys("", first.next.as_deref(), 2)?;
    same("the second page", second, KeyPage { keys: owned(&["c"]), next: None })
}

fn more_than_a_page_allows(ground: &Ground) -> Checked {
    let limit = ground.limits.batch_items;
    let count = limit.checked_add(limit / 2 + 1).map_or(u64::MAX, u64::from);
    ground.room_for_keys(count + 1)?;
    ground.reach("keys", count.saturating_mul(1024))?;
    let keys: Vec<String> = (0..count).map(|number| format!("{number:08}")).collect();
    super::write_all(ground, &keys)?;
    let page = storage::keys("", None, u32::MAX)?;
    holds(format!("a page of {} keys is within {limit}", page.keys.len()), page.keys.len() <= limit as usize)?;
    holds("there is more", page.next.is_some())?;
    let listed = in_pages_of(u32::MAX, "")?;
    same("how many are listed", listed.len(), keys.len())?;
    holds("they are listed in order", listed == keys)
}

fn lists_after(keys: &[&str], prefix: &str, after: &str, expected: &[&str]) -> Checked {
    set_all(keys)?;
    let page = storage::keys(prefix, Some(after), 10)?;
    same(&format!("keys after {after:?}"), page, KeyPage { keys: owned(expected), next: None })
}

fn position_survives_deletion() -> Checked {
    set_all(&["a", "b", "c", "d"])?;
    let first = storage::keys("", None, 2)?;
    storage::delete("b")?;
    same("what follows", storage::keys("", first.next.as_deref(), 10)?.keys, owned(&["c", "d"]))
}

fn position_survives_deletion_of_all_before() -> Checked {
    set_all(&["p1", "p2", "q1", "q2"])?;
    let first = storage::keys("", None, 2)?;
    storage::delete_prefix("p")?;
    same("what follows", storage::keys("", first.next.as_deref(), 10)?.keys, owned(&["q1", "q2"]))
}

fn position_survives_insertion() -> Checked {
    set_all(&["b", "d", "f"])?;
    let first = storage::keys("", None, 2)?;
    same("the first page", first.keys, owned(&["b", "d"]))?;
    set_all(&["a", "c", "e"])?;
    same("what follows", storage::keys("", first.next.as_deref(), 10)?.keys, owned(&["e", "f"]))
}

fn position_survives_overwriting() -> Checked {
    set_all(&["a", "b", "c"])?;
    let first = storage::keys("", None, 1)?;
    for key in ["a", "b", "c"] {
        storage::set(key, b"another, longer value")?;
    }
    same("what follows", storage::keys("", first.next.as_deref(), 10)?.keys, owned(&["b", "c"]))
}

fn deleted_keys_are_not_listed() -> Checked {
    set_all(&["a", "b", "c", "d"])?;
    storage::delete("a")?;
    storage::delete("c")?;
    storage::delete("d")?;
    same("what is left", storage::keys("", None, 10)?, KeyPage { keys: owned(&["b"]), next: None })?;
    same("what is left, one by one", in_pages_of(1, "")?, owned(&["b"]))
}

fn overwritten_keys_are_listed_once() -> Checked {
    for value in [b"1", b"2", b"3"] {
        storage::set("a", value)?;
        storage::set("b", value)?;
    }
    same("all keys", storage::keys("", None, 10)?.keys, owned(&["a", "b"]))
}
