//! A missing key is an answer, not an error.

use crate::bindings::atomic::{Action, Change};
use crate::bindings::types::{Expectation, ItemPage, KeyPage};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{holds, same};
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("missing-key/get-gives-none", |_| same("get", storage::get("missing")?, None)),
        Case::new("missing-key/exists-gives-false", |_| same("exists", storage::exists("missing")?, false)),
        Case::new("missing-key/delete-succeeds", |_| Ok(storage::delete("missing")?)),
        Case::new("missing-key/delete-succeeds-again", |_| delete_succeeds_again()),
        Case::new("missing-key/atomic-get-gives-none", |_| same("atomic get", atomic::get(&private("missing"))?, None)),
        Case::new("missing-key/get-many-gives-none-in-its-place", |_| get_many_gives_none_in_its_place()),
        Case::new("missing-key/open-gives-none", |_| {
            holds("open gives none", streams::open(&private("missing"))?.is_none())
        }),
        Case::new("missing-key/commit-deletes-it", |_| commit_deletes_it()),
        Case::new("missing-key/keys-are-an-empty-last-page", |_| {
            same("keys", storage::keys("missing", None, 10)?, KeyPage { keys: vec![], next: None })
        }),
        Case::new("missing-key/items-are-an-empty-last-page", |_| {
            same("items", storage::items("missing", None, 10)?, ItemPage { items: vec![], next: None })
        }),
        Case::new("missing-key/delete-prefix-counts-none", |_| same("deleted", storage::delete_prefix("missing")?, 0)),
        Case::new("missing-key/a-write-of-nothing-makes-nothing", |_| a_write_of_nothing_makes_nothing()),
    ]
}

fn delete_succeeds_again() -> Checked {
    storage::set("key", b"value")?;
    storage::delete("key")?;
    storage::delete("key")?;
    same("get", storage::get("key")?, None)
}

fn get_many_gives_none_in_its_place() -> Checked {
    storage::set("there", b"value")?;
    let found = atomic::get_many(&[private("missing"), private("there"), private("missing too")])?;
    let found: Vec<_> = found.into_iter().map(|entry| entry.map(|entry| entry.value)).collect();
    same("get-many", found, vec![None, Some(b"value".to_vec()), None])
}

fn commit_deletes_it() -> Checked {
    let deletion = Change { at: private("missing"), action: Action::Delete };
    let outcome = atomic::commit(&[], &[deletion])?;
    holds(format!("a commit is made where {outcome:?} was answered"), matches!(outcome, atomic::Outcome::Committed(_)))
}

/// Deletes and broken expectations leave no key behind.
fn a_write_of_nothing_makes_nothing() -> Checked {
    storage::delete("a")?;
    atomic::commit(&[], &[Change { at: private("b"), action: Action::Delete }])?;
    let writer = streams::create(&private("c"), Some(Expectation::Present), None)?;
    same("finish", streams::Writer::finish(writer)?, None)?;
    same("keys", storage::keys("", None, 10)?.keys, vec![])?;
    same("keys held", storage::usage()?.keys, 0)
}
