//! What is used can be asked, and is exact at every moment.

use crate::bindings::atomic::{Action, Change, Check};
use crate::bindings::streams::Writer;
use crate::bindings::types::Expectation;
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::same;
use crate::ground::Ground;
use crate::lifetime::{LONG_MS, expired};
use crate::store::private;

/// What a key costs besides its bytes and those of its value.
const KEY_COST: u64 = 64;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("usage/nothing-in-an-empty-store", |_| holds_bytes(&[])),
        Case::new("usage/keys-values-and-64-bytes-a-key", |_| {
            storage::set("key", b"value")?;
            storage::set("", b"")?;
            holds_bytes(&[("key", 5), ("", 0)])
        }),
        Case::new("usage/bytes-of-keys-not-characters", |_| {
            storage::set("é🧺", b"")?;
            holds_bytes(&[("é🧺", 0)])
        }),
        Case::new("usage/overwriting-counts-the-last", |_| {
            for bytes in [10, 100, 0, 1] {
                storage::set("key", &vec![1; bytes])?;
                holds_bytes(&[("key", bytes)])?;
            }
            Ok(())
        }),
        Case::new("usage/the-same-value-again-changes-nothing", |_| {
            storage::set("key", b"value")?;
            storage::set("key", b"value")?;
            holds_bytes(&[("key", 5)])
        }),
        Case::new("usage/deleting-gives-back", |_| {
            storage::set("key", b"value")?;
            storage::set("other", b"value")?;
            storage::delete("key")?;
            holds_bytes(&[("other", 5)])
        }),
        Case::new("usage/deleting-nothing-gives-nothing-back", |_| {
            storage::set("key", b"value")?;
            storage::delete("other")?;
            storage::delete("other")?;
            holds_bytes(&[("key", 5)])
        }),
        Case::new("usage/delete-prefix-gives-back", |_| {
            storage::set("p1", b"value")?;
            storage::set("p2", b"value")?;
            storage::set("other", b"value")?;
            storage::delete_prefix("p")?;
            holds_bytes(&[("other", 5)])
        }),
        Case::new("usage/a-large-value", large_value),
        Case::new("usage/a-value-that-will-expire", |_| {
            storage::set_expiring("key", b"value", LONG_MS)?;
            holds_bytes(&[("key", 5)])
        }),
        Case::new("usage/not-a-value-that-has-expired", |_| {
            storage::set("other", b"value")?;
            expired("key", b"value")?;
            holds_bytes(&[("other", 5)])
        }),
        Case::new("usage/a-value-in-place-of-one-that-expired", |_| {
            expired("key", b"value")?;
            storage::set("key", b"longer value")?;
            holds_bytes(&[("key", 12)])
        }),
        Case::new("usage/a-counter-has-8-bytes", |_| {
            atomic::increment(&private("counter"), 1)?;
            atomic::increment(&private("counter"), 1_000_000)?;
            holds_bytes(&[("counter", 8)])
        }),
        Case::new("usage/a-commit-counts-what-it-leaves", |_| a_commit_counts_what_it_leaves()),
        Case::new("usage/a-conflict-counts-nothing", |_| a_conflict_counts_nothing()),
        Case::new("usage/a-finished-stream", |_| {
            let writer = streams::create(&private("key"), None, None)?;
            writer.write(&[1; 500])?;
            writer.write(&[1; 500])?;
            Writer::finish(writer)?;
            holds_bytes(&[("key", 1000)])
        }),
        Case::new("usage/not-an-unfinished-stream", |_| not_an_unfinished_stream()),
        Case::new("usage/not-what-a-stream-replaced", |_| not_what_a_stream_replaced()),
        Case::new("usage/quotas-stay", |_| quotas_stay()),
    ]
}

/// The store holds these keys with values of so many bytes, and nothing else.
fn holds_bytes(held: &[(&str, usize)]) -> Checked {
    let usage = storage::usage()?;
    same("keys held", usage.keys, held.len() as u64)?;
    let bytes = held.iter().map(|(key, value_bytes)| (key.len() + value_bytes) as u64 + KEY_COST).sum();
    same("bytes held", usage.bytes, bytes)
}

fn large_value(ground: &Ground) -> Checked {
    let bytes = ground.value_of(3 << 19)?;
    ground.room(4 << 20)?;
    storage::set("key", &vec![1; bytes])?;
    holds_bytes(&[("key", bytes)])?;
    storage::set("key", &vec![1; bytes - 7])?;
    holds_bytes(&[("key", bytes - 7)])?;
    storage::delete("key")?;
    holds_bytes(&[])
}

fn change(key: &str, action: Action) -> Change {
    Change { at: private(key), action }
}

fn a_commit_counts_what_it_leaves() -> Checked {
    storage::set("replaced", &[1; 100])?;
    storage::set("deleted", &[1; 100])?;
    let changes = [
        change("replaced", Action::Set(vec![1; 10])),
        change("deleted", Action::Delete),
        change("passing", Action::Set(vec![1; 1000])),
        change("new", Action::Set(vec![1; 300])),
        change("new", Action::Set(vec![1; 30])),
        change("counter", Action::Add(1)),
        change("passing", Action::Delete),
    ];
    atomic::commit(&[], &changes)?;
    holds_bytes(&[("replaced", 10), ("new", 30), ("counter", 8)])
}

fn a_conflict_counts_nothing() -> Checked {
    storage::set("key", b"value")?;
    let check = Check { at: private("key"), expect: Expectation::Absent };
    let changes = [change("new", Action::Set(vec![1; 100])), change("key", Action::Delete)];
    atomic::commit(&[check], &changes)?;
    holds_bytes(&[("key", 5)])
}

fn not_an_unfinished_stream() -> Checked {
    storage::set("key", b"value")?;
    let writer = streams::create(&private("key"), None, None)?;
    writer.write(&[1; 1000])?;
    holds_bytes(&[("key", 5)])?;
    drop(writer);
    holds_bytes(&[("key", 5)])
}

fn not_what_a_stream_replaced() -> Result<(), Stop> {
    storage::set("key", &[1; 1000])?;
    let writer = streams::create(&private("key"), None, None)?;
    writer.write(&[1; 10])?;
    Writer::finish(writer)?;
    holds_bytes(&[("key", 10)])
}

fn quotas_stay() -> Checked {
    let before = storage::usage()?;
    storage::set("key", &[1; 1000])?;
    let after = storage::usage()?;
    same("the quotas", (after.quota_bytes, after.quota_keys), (before.quota_bytes, before.quota_keys))
}
