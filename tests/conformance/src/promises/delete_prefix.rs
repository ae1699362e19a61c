//! `delete-prefix` removes every key that starts with the prefix, and no other, and counts them.

use crate::bindings::storage;
use crate::case::{Case, Checked};
use crate::check::same;
use crate::ground::Ground;
use crate::lifetime::{SHORT_MS, let_expire};
use crate::pattern::pattern;

pub fn cases() -> Vec<Case> {
    let prefixes = PREFIXES.iter().map(|&(name, prefix, inside, outside)| {
        Case::new(format!("delete-prefix/{name}"), move |_| deletes(prefix, inside, outside))
    });
    let others = vec![
        Case::new("delete-prefix/counts-none-the-second-time", |_| counts_none_the_second_time()),
        Case::new("delete-prefix/more-than-a-batch-at-once", |ground| more_than_a_batch_at_once(ground, "k")),
        Case::new("delete-prefix/empties-the-store-at-once", |ground| more_than_a_batch_at_once(ground, "")),
        Case::new("delete-prefix/large-values", large_values),
        Case::new("delete-prefix/does-not-count-what-has-expired", |_| does_not_count_what_has_expired()),
        Case::new("delete-prefix/keys-can-be-set-again", |_| keys_can_be_set_again()),
    ];
    prefixes.chain(others).collect()
}

/// A name, a prefix, keys that begin with it, and keys in byte order that do not.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const PREFIXES: &[Row] = &[
    ("nothing-but-the-prefix", "p", &["p1", "p2", "p\u{10ffff}", "p\0"], &["a", "o\u{10ffff}", "q"]),
    ("the-key-that-is-the-prefix", "p", &["p"], &["", "o"]),
    ("an-empty-prefix-empties-the-store", "", &["", "a", "\u{10ffff}", "\0"], &[]),
    ("is-case-sensitive", "ab", &["ab1"], &["AB1", "Ab1", "aB1"]),
    ("a-percent-sign-is-no-wildcard", "%", &["%1"], &["a", "ab"]),
    ("an-underscore-is-no-wildcard", "a_", &["a_1"], &["ab", "abc"]),
    ("a-star-is-no-wildcard", "*", &["*1"], &["a", "ab"]),
    ("a-slash-is-no-folder", "a/", &["a/1", "a//"], &["a", "ab"]),
    ("a-prefix-of-no-key", "none", &[], &["a", "non"]),
];

fn deletes(prefix: &str, inside: &[&str], outside: &[&str]) -> Checked {
    for key in [inside, outside].concat() {
        storage::set(key, key.as_bytes())?;
    }
    same("how many are deleted", storage::delete_prefix(prefix)?, inside.len() as u64)?;
    let left: Vec<_> = outside.iter().map(|&key| key.to_owned()).collect();
    same("what is left", storage::keys("", None, 100)?.keys, left)?;
    same("keys held", storage::usage()?.keys, outside.len() as u64)?;
    for &key in inside {
        same(&format!("{key:?}"), storage::get(key)?, None)?;
    }
    for &key in outside {
        same(&format!("{key:?}"), storage::get(key)?, Some(key.into()))?;
    }
    Ok(())
}

fn counts_none_the_second_time() -> Checked {
    storage::set("p1", b"v")?;
    storage::set("p2", b"v")?;
    same("the first time", storage::delete_prefix("p")?, 2)?;
    same("the second time", storage::delete_prefix("p")?, 0)
}

fn more_than_a_batch_at_once(ground: &Ground, prefix: &str) -> Checked {
    let count = u64::from(ground.limits.batch_items) + 3;
    ground.room_for_keys(count + 1)?;
    ground.reach("keys", count.saturating_mul(1024))?;
    let keys: Vec<String> = (0..count).map(|number| format!("k{number:08}")).collect();
    super::write_all(ground, &keys)?;
    same("how many are deleted", storage::delete_prefix(prefix)?, count)?;
    same("what is left", storage::keys("", None, 10)?.keys, vec![])?;
    let usage = storage::usage()?;
    same("what is held", (usage.bytes, usage.keys), (0, 0))
}

fn large_values(ground: &Ground) -> Checked {
    let bytes = ground.value_of(3 << 19)?;
    ground.room(2 << 20)?;
    storage::set("large", &pattern(1, bytes))?;
    storage::set("little", b"v")?;
    storage::set("other", b"v")?;
    same("how many are deleted", storage::delete_prefix("l")?, 2)?;
    same("large", storage::get("large")?, None)?;
    same("what is left", storage::keys("", None, 10)?.keys, vec!["other".to_owned()])
}

fn does_not_count_what_has_expired() -> Checked {
    storage::set_expiring("p1", b"v", SHORT_MS)?;
    storage::set("p2", b"v")?;
    let_expire()?;
    same("how many are deleted", storage::delete_prefix("p")?, 1)
}

fn keys_can_be_set_again() -> Checked {
    storage::set("p1", b"before")?;
    storage::delete_prefix("p")?;
    storage::set("p1", b"after")?;
    same("p1", storage::get("p1")?, Some(b"after".to_vec()))
}
