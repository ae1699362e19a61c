//! A value that is written piece by piece is there whole, once it is finished, or not at all.

use crate::bindings::streams::Writer;
use crate::bindings::types::{Expectation, Version};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{holds, same, same_bytes, some};
use crate::ground::Ground;
use crate::pattern::pattern;
use crate::state::without_a_trace;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    let expectations = EXPECTATIONS.iter().map(|&(name, prepare, expect, does_hold)| {
        Case::new(format!("writers/{name}"), move |_| {
            let expect = expect(prepare()?);
            finishes_if_it_holds(expect, || Ok(()), does_hold)
        })
    });
    let others = vec![
        Case::new("writers/pieces-are-one-value", |_| pieces_are_one_value()),
        Case::new("writers/a-large-value", |ground| a_large_value(ground, 3 << 19)),
        Case::new("writers/a-value-of-many-chunks", |ground| {
            a_large_value(ground, u64::from(ground.limits.chunk_bytes).saturating_mul(4) + 1)
        }),
        Case::new("writers/nothing-written-is-an-empty-value", |_| nothing_written_is_an_empty_value()),
        Case::new("writers/empty-pieces-are-nothing", |_| empty_pieces_are_nothing()),
        Case::new("writers/unfinished-is-not-seen", |_| unfinished_is_not_seen()),
        Case::new("writers/dropped-never-was", |_| dropped_never_was(10)),
        Case::new("writers/dropped-large-never-was", |ground| {
            ground.room(4 << 20)?;
            dropped_never_was(ground.value_of(3 << 19)?)
        }),
        Case::new("writers/finish-replaces", |_| finish_replaces()),
        Case::new("writers/the-last-to-finish-stays", |_| the_last_to_finish_stays()),
        Case::new("writers/expectation-is-of-the-end-not-the-beginning", |_| expectation_is_of_the_end()),
        Case::new("writers/expectation-may-come-to-hold", |_| expectation_may_come_to_hold()),
        Case::new("writers/a-large-value-in-conflict-leaves-nothing", a_large_value_in_conflict_leaves_nothing),
        Case::new("writers/a-value-copied-onto-itself", a_value_copied_onto_itself),
        Case::new("writers/to-the-shared-store", to_the_shared_store),
    ];
    expectations.chain(others).collect()
}

type Prepare = fn() -> Result<Version, Stop>;

/// A name, what is done to `key` before, what is expected of it, and whether that holds.
type Row = (&'static str, Prepare, fn(Version) -> Expectation, bool);

const EXPECTATIONS: &[Row] = &[
    ("absent-holds-where-nothing-is", || Ok(0), |_| Expectation::Absent, true),
    ("absent-does-not-hold-where-a-value-is", set, |_| Expectation::Absent, false),
    ("present-holds-where-a-value-is", set, |_| Expectation::Present, true),
    ("present-does-not-hold-where-nothing-is", || Ok(0), |_| Expectation::Present, false),
    ("unchanged-holds-at-its-version", set, Expectation::Unchanged, true),
    ("unchanged-does-not-hold-after-a-write", set_twice, Expectation::Unchanged, false),
    ("unchanged-does-not-hold-where-nothing-is", || Ok(0), |_| Expectation::Unchanged(0), false),
];

fn set() -> Result<Version, Stop> {
    storage::set("key", b"value")?;
    Ok(some("atomic get", atomic::get(&private("key"))?)?.version)
}

fn set_twice() -> Result<Version, Stop> {
    let first = set()?;
    set()?;
    Ok(first)
}

fn write(expect: Option<Expectation>, pieces: &[&[u8]]) -> Result<Writer, Stop> {
    let writer = streams::create(&private("key"), expect, None)?;
    for piece in pieces {
        writer.write(piece)?;
    }
    Ok(writer)
}

fn finishes_if_it_holds(expect: Expectation, meanwhile: fn() -> Checked, does_hold: bool) -> Checked {
    let writer = write(Some(expect), &[b"fin", b"ished"])?;
    meanwhile()?;
    let before = storage::get("key")?;
    let finished = Writer::finish(writer)?;
    same("whether it is finished", finished.is_some(), does_hold)?;
    let after = if does_hold { Some(b"finished".to_vec()) } else { before };
    same("key", storage::get("key")?, after)
}

fn pieces_are_one_value() -> Checked {
    let writer = write(None, &[b"one ", b"two ", b"", b"three"])?;
    some("finish", Writer::finish(writer)?)?;
    same("get", storage::get("key")?, Some(b"one two three".to_vec()))?;
    same("the size", some("open", streams::open(&private("key"))?)?.size(), 13)
}

fn a_large_value(ground: &Ground, bytes: u64) -> Checked {
    let value = pattern(1, ground.value_of(bytes)?);
    let pieces: Vec<_> = value.chunks(ground.limits.chunk_bytes.min(50_000) as usize).collect();
    let writer = write(None, &pieces)?;
    some("finish", Writer::finish(writer)?)?;
    same_bytes("get", &some("get", storage::get("key")?)?, &value)
}

fn nothing_written_is_an_empty_value() -> Checked {
    storage::set("key", b"value")?;
    some("finish", Writer::finish(write(None, &[])?)?)?;
    same("get", storage::get("key")?, Some(vec![]))
}

fn empty_pieces_are_nothing() -> Checked {
    some("finish", Writer::finish(write(None, &[b"", b"value", b"", b""])?)?)?;
    same("get", storage::get("key")?, Some(b"value".to_vec()))
}

fn unfinished_is_not_seen() -> Checked {
    let writer = write(None, &[b"value"])?;
    same("get", storage::get("key")?, None)?;
    same("exists", storage::exists("key")?, false)?;
    same("keys", storage::keys("", None, 10)?.keys, vec![])?;
    holds("open gives none", streams::open(&private("key"))?.is_none())?;
    some("finish", Writer::finish(writer)?)?;
    same("get", storage::get("key")?, Some(b"value".to_vec()))
}

fn dropped_never_was(bytes: usize) -> Checked {
    without_a_trace(|| {
        for key in ["value", "new"] {
            let writer = streams::create(&private(key), None, None)?;
            for piece in pattern(1, bytes).chunks(1000) {
                writer.write(piece)?;
            }
        }
        Ok(())
    })
}

fn finish_replaces() -> Checked {
    storage::set("key", &pattern(1, 5000))?;
    some("finish", Writer::finish(write(None, &[b"value"])?)?)?;
    same("get", storage::get("key")?, Some(b"value".to_vec()))?;
    same("keys held", storage::usage()?.keys, 1)
}

fn the_last_to_finish_stays() -> Checked {
    let first = write(None, &[b"begun first"])?;
    let second = write(None, &[b"begun second"])?;
    some("finish", Writer::finish(second)?)?;
    same("get", storage::get("key")?, Some(b"begun second".to_vec()))?;
    some("finish", Writer::finish(first)?)?;
    same("get", storage::get("key")?, Some(b"begun first".to_vec()))
}

fn expectation_is_of_the_end() -> Checked {
    finishes_if_it_holds(Expectation::Absent, || Ok(storage::set("key", b"meanwhile")?), false)
}

fn expectation_may_come_to_hold() -> Checked {
    finishes_if_it_holds(Expectation::Present, || Ok(storage::set("key", b"meanwhile")?), true)
}

fn a_large_value_in_conflict_leaves_nothing(ground: &Ground) -> Checked {
    ground.room(4 << 20)?;
    let value = pattern(1, ground.value_of(3 << 19)?);
    without_a_trace(|| {
        let writer = streams::create(&private("value"), Some(Expectation::Absent), None)?;
        for piece in value.chunks(1000) {
            writer.write(piece)?;
        }
        same("finish", Writer::finish(writer)?, None)
    })
}

/// Read and written at the same time, the reader sees the old value to its end.
fn a_value_copied_onto_itself(ground: &Ground) -> Checked {
    let value = pattern(1, ground.value_of(100_000)?);
    storage::set("key", &value)?;
    let reader = some("open", streams::open(&private("key"))?)?;
    let writer = write(None, &[b"copied: "])?;
    let mut offset = 0;
    while offset < reader.size() {
        let piece = reader.read(offset, 1000)?;
        writer.write(&piece)?;
        offset += piece.len() as u64;
    }
    some("finish", Writer::finish(writer)?)?;
    same_bytes("get", &some("get", storage::get("key")?)?, &[b"copied: ", &value[..]].concat())
}

fn to_the_shared_store(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("key");
    let writer = streams::create(&shared.at(&key), Some(Expectation::Absent), None)?;
    writer.write(b"shared")?;
    some("finish", Writer::finish(writer)?)?;
    same("the shared value", shared.get(&key)?, Some(b"shared".to_vec()))?;
    same("the private value", storage::get(&key)?, None)?;
    same("the reader's", some("open", streams::open(&shared.at(&key))?)?.read(0, 10)?, b"shared".to_vec())
}
