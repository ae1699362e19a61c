//! A refusal changes nothing.

use crate::bindings::atomic::{Action, Change, Check, Expiring, Outcome};
use crate::bindings::streams::Writer;
use crate::bindings::types::{Error, Excess, Expectation, Unit};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{batch_too_large, key_too_long, refused, refused_above, same};
use crate::ground::Ground;
use crate::lifetime::LONG_MS;
use crate::state::{refused_without_a_trace, without_a_trace};
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("refusal-changes-nothing/set-of-a-key-too-long", |ground| {
            key_is_too_long(ground, |key| storage::set(key, b"v"))
        }),
        Case::new("refusal-changes-nothing/set-expiring-of-a-key-too-long", |ground| {
            key_is_too_long(ground, |key| storage::set_expiring(key, b"v", LONG_MS))
        }),
        Case::new("refusal-changes-nothing/delete-of-a-key-too-long", |ground| {
            key_is_too_long(ground, storage::delete)
        }),
        Case::new("refusal-changes-nothing/delete-prefix-of-a-prefix-too-long", |ground| {
            key_is_too_long(ground, storage::delete_prefix)
        }),
        Case::new("refusal-changes-nothing/increment-of-a-key-too-long", |ground| {
            key_is_too_long(ground, |key| atomic::increment(&private(key), 1))
        }),
        Case::new("refusal-changes-nothing/create-of-a-key-too-long", |ground| {
            key_is_too_long(ground, |key| streams::create(&private(key), None, None).map(drop))
        }),
        Case::new("refusal-changes-nothing/commit-with-a-key-too-long-last", |ground| {
            key_is_too_long(ground, |key| atomic::commit(&[], &[good_set(), good_delete(), set(key, b"v")]))
        }),
        Case::new("refusal-changes-nothing/commit-with-a-check-of-a-key-too-long", |ground| {
            let check = |key: &str| Check { at: private(key), expect: Expectation::Absent };
            key_is_too_long(ground, |key| atomic::commit(&[check(key)], &[good_set(), good_delete()]))
        }),
        Case::new("refusal-changes-nothing/set-of-a-value-too-large", |ground| {
            value_is_too_large(ground, |value| storage::set("value", value))
        }),
        Case::new("refusal-changes-nothing/set-expiring-of-a-value-too-large", |ground| {
            value_is_too_large(ground, |value| storage::set_expiring("value", value, LONG_MS))
        }),
        Case::new("refusal-changes-nothing/commit-of-a-value-too-large", |ground| {
            value_is_too_large(ground, |value| atomic::commit(&[], &[set("value", value)]))
        }),
        Case::new("refusal-changes-nothing/stream-of-a-value-too-large", stream_of_a_value_too_large),
        Case::new("refusal-changes-nothing/commit-of-too-many-changes", too_many_changes),
        Case::new("refusal-changes-nothing/commit-of-too-many-bytes", too_many_bytes),
        Case::new("refusal-changes-nothing/increment-of-what-is-no-counter", |_| {
            refused_without_a_trace(|| atomic::increment(&private("value"), 1), Error::NotACounter)
        }),
        Case::new("refusal-changes-nothing/increment-beyond-the-range", |_| {
            refused_without_a_trace(|| atomic::increment(&private("counter"), i64::MAX), Error::NotACounter)
        }),
        Case::new("refusal-changes-nothing/commit-with-an-add-to-no-counter-last", |_| {
            let changes = [good_set(), good_delete(), add("value", 1)];
            refused_without_a_trace(|| atomic::commit(&[], &changes), Error::NotACounter)
        }),
        Case::new("refusal-changes-nothing/commit-with-an-add-beyond-the-range-last", |_| {
            let changes = [good_set(), good_delete(), add("counter", i64::MAX)];
            refused_without_a_trace(|| atomic::commit(&[], &changes), Error::NotACounter)
        }),
        Case::new("refusal-changes-nothing/commit-with-an-add-to-its-own-set", |_| {
            let changes = [set("counter", b"no counter"), add("counter", 1)];
            refused_without_a_trace(|| atomic::commit(&[], &changes), Error::NotACounter)
        }),
        Case::new("refusal-changes-nothing/commit-in-conflict", |_| commit_in_conflict()),
        Case::new("refusal-changes-nothing/finish-in-conflict", |_| finish_in_conflict()),
        Case::new("refusal-changes-nothing/opening-too-many", opening_too_many),
    ]
}

fn set(key: &str, value: &[u8]) -> Change {
    Change { at: private(key), action: Action::Set(value.to_vec()) }
}

fn add(key: &str, by: i64) -> Change {
    Change { at: private(key), action: Action::Add(by) }
}

fn good_set() -> Change {
    let action = Action::SetExpiring(Expiring { value: b"half a commit".to_vec(), expires_in_ms: LONG_MS });
    Change { at: private("new"), action }
}

fn good_delete() -> Change {
    Change { at: private("expiring"), action: Action::Delete }
}

fn key_is_too_long<T: std::fmt::Debug>(ground: &Ground, call: impl FnOnce(&str) -> Result<T, Error>) -> Checked {
    let limit = ground.limits.key_bytes;
    let key = "k".repeat(ground.reach("a key", limit.into())? + 1);
    refused_without_a_trace(|| call(&key), key_too_long(limit, key.len()))
}

fn value_is_too_large<T: std::fmt::Debug>(ground: &Ground, call: impl FnOnce(&[u8]) -> Result<T, Error>) -> Checked {
    let limit = ground.limits.value_bytes;
    let value = vec![1; ground.reach("a value", limit)? + 1];
    refused_without_a_trace(
        || call(&value),
        Error::ValueTooLarge(Excess { unit: Unit::Bytes, limit, actual: limit + 1 }),
    )
}

/// Refused at the latest by `finish`; whether the writer goes on after that is left open.
fn stream_of_a_value_too_large(ground: &Ground) -> Checked {
    let limit = ground.limits.value_bytes;
    ground.room(limit.saturating_add(64 * 1024))?;
    let mut left = ground.reach("a value", limit)? as u64 + 1;
    without_a_trace(|| {
        let writer = streams::create(&private("value"), None, None)?;
        let chunk = vec![1; ground.limits.chunk_bytes.min(1 << 20) as usize];
        let mut answer = Ok(());
        while left > 0 && answer.is_ok() {
            let bytes = left.min(chunk.len() as u64);
            answer = writer.write(&chunk[..bytes as usize]);
            left -= bytes;
        }
        let answer = answer.and_then(|()| Writer::finish(writer).map(drop));
        let excess = Excess { unit: Unit::Bytes, limit, actual: limit + 1 };
        refused("a stream of one byte more than a value may have", answer, Error::ValueTooLarge(excess))
    })
}

fn too_many_changes(ground: &Ground) -> Checked {
    let limit = ground.limits.batch_items;
    ground.reach("a batch", u64::from(limit) * 64)?;
    let changes: Vec<_> = (0..=limit).map(|number| set(&format!("{number}"), b"")).collect();
    let excess = Excess { unit: Unit::Items, limit: limit.into(), actual: changes.len() as u64 };
    refused_without_a_trace(|| atomic::commit(&[], &changes), Error::BatchTooLarge(excess))
}

fn too_many_bytes(ground: &Ground) -> Checked {
    let limit = ground.limits.batch_bytes;
    let value = vec![1; ground.reach("a batch", limit)? / 8 + 1];
    let changes: Vec<_> = (0..8).map(|number| set(&format!("{number}"), &value)).collect();
    without_a_trace(|| {
        let answer = atomic::commit(&[], &changes);
        refused_above("a commit of values that have more", answer, batch_too_large, (Unit::Bytes, limit))
    })
}

fn commit_in_conflict() -> Checked {
    without_a_trace(|| {
        let checks = [
            Check { at: private("value"), expect: Expectation::Present },
            Check { at: private("counter"), expect: Expectation::Absent },
        ];
        let changes = [good_set(), good_delete(), add("counter", 1)];
        same("the outcome", atomic::commit(&checks, &changes)?, Outcome::Conflict(1))
    })
}

fn finish_in_conflict() -> Checked {
    without_a_trace(|| {
        let writer = streams::create(&private("value"), Some(Expectation::Absent), Some(LONG_MS))?;
        writer.write(b"instead")?;
        same("finish", Writer::finish(writer)?, None)
    })
}

fn opening_too_many(ground: &Ground) -> Checked {
    let limit = ground.limits.open_handles;
    ground.reach("handles", u64::from(limit) * 1024)?;
    without_a_trace(|| {
        let mut open = Vec::new();
        for _ in 0..limit {
            open.push(streams::create(&private("value"), None, None)?);
        }
        let excess = Excess { unit: Unit::Handles, limit: limit.into(), actual: u64::from(limit) + 1 };
        let answer = streams::create(&private("value"), None, None).map(drop);
        refused("one writer more", answer, Error::TooManyOpen(excess))
    })
}
