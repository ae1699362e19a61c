//! The shared store keeps the same promises as the private one, and is another.

use crate::bindings::types::{Item, Store};
use crate::bindings::{atomic, streams};
use crate::case::{Case, Checked};
use crate::check::{holds, same, some};
use crate::ground::Ground;
use crate::lifetime::{LONG_MS, SHORT_MS, let_expire};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("shared-store/keeps-what-is-set", keeps_what_is_set),
        Case::new("shared-store/a-missing-key-is-an-answer", a_missing_key_is_an_answer),
        Case::new("shared-store/any-string-is-a-key", any_string_is_a_key),
        Case::new("shared-store/lists-in-pages", lists_in_pages),
        Case::new("shared-store/delete-prefix-counts", delete_prefix_counts),
        Case::new("shared-store/values-expire", values_expire),
        Case::new("shared-store/counts-its-own-usage", counts_its_own_usage),
        Case::new("shared-store/is-not-the-private-one", is_not_the_private_one),
        Case::new("shared-store/emptying-the-private-one-spares-it", emptying_the_private_one_spares_it),
        Case::new("shared-store/emptying-it-spares-the-private-one", emptying_it_spares_the_private_one),
        Case::new("shared-store/readers-read-it", readers_read_it),
    ]
}

fn keeps_what_is_set(ground: &Ground) -> Checked {
    let (shared, key) = (ground.shared()?, ground.shared_key("key"));
    for value in [&b"value"[..], b"", &[0, 255, 0]] {
        shared.set(&key, value)?;
        same("get", shared.get(&key)?, Some(value.to_vec()))?;
        same("exists", shared.exists(&key)?, true)?;
    }
    shared.delete(&key)?;
    same("get, deleted", shared.get(&key)?, None)?;
    same("exists, deleted", shared.exists(&key)?, false)
}

fn a_missing_key_is_an_answer(ground: &Ground) -> Checked {
    let (shared, key) = (ground.shared()?, ground.shared_key("missing"));
    same("get", shared.get(&key)?, None)?;
    same("exists", shared.exists(&key)?, false)?;
    shared.delete(&key)?;
    same("delete-prefix", shared.delete_prefix(&key)?, 0)?;
    same("atomic get", atomic::get(&shared.at(&key))?, None)?;
    holds("open gives none", streams::open(&shared.at(&key))?.is_none())
}

fn any_string_is_a_key(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let mut keys =
        ["", "../x", "a//b", "a/b", "%", "\0", "é", "e\u{301}", "Key", "key"].map(|key| ground.shared_key(key));
    for key in &keys {
        shared.set(key, key.as_bytes())?;
    }
    for key in &keys {
        same(key, shared.get(key)?, Some(key.as_bytes().to_vec()))?;
    }
    keys.sort_unstable();
    same("all keys", shared.keys(&ground.granted.prefix, None, 100)?.keys, keys.to_vec())
}

fn lists_in_pages(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let [a, b, c] = ["p1", "p2", "q"].map(|key| ground.shared_key(key));
    for key in [&b, &c, &a] {
        shared.set(key, b"v")?;
    }
    let first = shared.keys(&ground.granted.prefix, None, 2)?;
    same("the first page", first.keys, vec![a.clone(), b.clone()])?;
    shared.delete(&b)?;
    same("what follows", shared.keys(&ground.granted.prefix, first.next.as_deref(), 2)?.keys, vec![c])?;
    let items = shared.items(&ground.shared_key("p"), None, 10)?.items;
    same("items", items, vec![Item { key: a, value: b"v".to_vec() }])
}

fn delete_prefix_counts(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    for key in ["p1", "p2", "q"] {
        shared.set(&ground.shared_key(key), b"v")?;
    }
    same("how many are deleted", shared.delete_prefix(&ground.shared_key("p"))?, 2)?;
    same("what is left", shared.all_keys(&ground.granted.prefix)?, vec![ground.shared_key("q")])
}

fn values_expire(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let [goes, stays, never] = ["goes", "stays", "never"].map(|key| ground.shared_key(key));
    shared.set_expiring(&goes, b"v", SHORT_MS)?;
    shared.set_expiring(&stays, b"v", LONG_MS)?;
    shared.set_expiring(&never, b"v", 0)?;
    let_expire()?;
    same("get", shared.get(&goes)?, None)?;
    same("exists", shared.exists(&never)?, false)?;
    same("keys", shared.all_keys(&ground.granted.prefix)?, vec![stays])
}

fn counts_its_own_usage(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    if !ground.granted.prefix.is_empty() {
        return crate::check::skipped("usage is denied to a grant for a prefix");
    }
    let before = shared.usage()?;
    shared.set("key", b"value")?;
    Store::Private.set("another key", &[1; 1000])?;
    let after = shared.usage()?;
    same("keys held", after.keys, before.keys + 1)?;
    same("bytes held", after.bytes, before.bytes + 3 + 5 + 64)?;
    shared.delete("key")?;
    same("usage, deleted", shared.usage()?, before)
}

fn is_not_the_private_one(ground: &Ground) -> Checked {
    let (shared, key) = (ground.shared()?, ground.shared_key("key"));
    Store::Private.set(&key, b"private")?;
    same("the shared value", shared.get(&key)?, None)?;
    same("the shared keys", shared.all_keys(&ground.granted.prefix)?, vec![])?;
    shared.set(&key, b"shared")?;
    same("the private value", Store::Private.get(&key)?, Some(b"private".to_vec()))?;
    shared.delete(&key)?;
    same("the private value", Store::Private.get(&key)?, Some(b"private".to_vec()))?;
    same("private keys held", Store::Private.usage()?.keys, 1)
}

fn emptying_the_private_one_spares_it(ground: &Ground) -> Checked {
    let (shared, key) = (ground.shared()?, ground.shared_key("key"));
    shared.set(&key, b"shared")?;
    Store::Private.set(&key, b"private")?;
    same("how many are deleted", Store::Private.delete_prefix("")?, 1)?;
    same("the shared value", shared.get(&key)?, Some(b"shared".to_vec()))
}

fn emptying_it_spares_the_private_one(ground: &Ground) -> Checked {
    let (shared, key) = (ground.shared()?, ground.shared_key("key"));
    shared.set(&key, b"shared")?;
    Store::Private.set(&key, b"private")?;
    same("how many are deleted", shared.delete_prefix(&ground.granted.prefix)?, 1)?;
    same("the private value", Store::Private.get(&key)?, Some(b"private".to_vec()))
}

fn readers_read_it(ground: &Ground) -> Checked {
    let (shared, key) = (ground.shared()?, ground.shared_key("key"));
    shared.set(&key, b"value")?;
    let reader = some("open", streams::open(&shared.at(&key))?)?;
    shared.set(&key, b"other")?;
    same("the reader's", reader.read(0, 10)?, b"value".to_vec())
}
