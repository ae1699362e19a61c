//! A key, a prefix and a position may have the bytes that `limits` says, wherever one is passed, and not one more.

use crate::bindings::atomic::{Action, Change, Check};
use crate::bindings::types::{Error, Expectation};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{key_too_long, refused, same};
use crate::ground::Ground;
use crate::lifetime::LONG_MS;
use crate::store::private;

type Call = fn(&str) -> Result<(), Error>;

/// Each function that takes a key, a prefix or a position.
const CALLS: &[(&str, Call)] = &[
    ("set", |key| storage::set(key, b"v")),
    ("get", |key| storage::get(key).map(drop)),
    ("delete", storage::delete),
    ("exists", |key| storage::exists(key).map(drop)),
    ("set-expiring", |key| storage::set_expiring(key, b"v", LONG_MS)),
    ("prefix-of-keys", |key| storage::keys(key, None, 1).map(drop)),
    ("position-of-keys", |key| storage::keys("", Some(key), 1).map(drop)),
    ("prefix-of-items", |key| storage::items(key, None, 1).map(drop)),
    ("position-of-items", |key| storage::items("", Some(key), 1).map(drop)),
    ("delete-prefix", |key| storage::delete_prefix(key).map(drop)),
    ("atomic-get", |key| atomic::get(&private(key)).map(drop)),
    ("get-many", |key| atomic::get_many(&[private("a"), private(key)]).map(drop)),
    ("check-of-a-commit", |key| {
        atomic::commit(&[Check { at: private(key), expect: Expectation::Absent }], &[]).map(drop)
    }),
    ("change-of-a-commit", |key| {
        atomic::commit(&[], &[Change { at: private(key), action: Action::Set(b"v".to_vec()) }]).map(drop)
    }),
    ("increment", |key| atomic::increment(&private(key), 1).map(drop)),
    ("open", |key| streams::open(&private(key)).map(drop)),
    ("create", |key| streams::create(&private(key), None, None).map(drop)),
];

pub fn cases() -> Vec<Case> {
    let calls = CALLS.iter().map(|&(name, call)| {
        Case::new(format!("limits-of-keys/{name}"), move |ground| allows_its_limit_and_no_more(ground, call))
    });
    calls.chain([Case::new("limits-of-keys/bytes-not-characters", bytes_not_characters)]).collect()
}

fn allows_its_limit_and_no_more(ground: &Ground, call: Call) -> Checked {
    let limit = ground.limits.key_bytes;
    let longest = "k".repeat(ground.reach("a key", limit.into())?);
    call(&longest[1..])?;
    storage::delete_prefix("")?;
    call(&longest)?;
    for longer in [1, 2, 1000] {
        let key = format!("{longest}{}", "k".repeat(longer));
        refused(&format!("a key of {} bytes", key.len()), call(&key), key_too_long(limit, key.len()))?;
    }
    Ok(())
}

fn bytes_not_characters(ground: &Ground) -> Checked {
    let limit = ground.limits.key_bytes;
    let longest = "🧺".repeat(ground.reach("a key", limit.into())? / 4);
    storage::set(&longest, b"v")?;
    same("the value", storage::get(&longest)?, Some(b"v".to_vec()))?;
    let longer = format!("{longest}🧺");
    refused("a key of one character more", storage::set(&longer, b"v"), key_too_long(limit, longer.len()))
}
