//! A call carries, and an answer has, at most the items and bytes that `limits` says.

use crate::bindings::atomic::{Action, Change, Check, Outcome};
use crate::bindings::streams::Writer;
use crate::bindings::types::{Error, Excess, Expectation, Unit};
use crate::bindings::{atomic, shared, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{batch_too_large, holds, refused, refused_above, same, same_bytes, some};
use crate::ground::Ground;
use crate::pattern::pattern;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("limits-of-batches/stay-the-same", stay_the_same),
        Case::new("limits-of-batches/changes-of-a-commit", changes_of_a_commit),
        Case::new("limits-of-batches/checks-of-a-commit", checks_of_a_commit),
        Case::new("limits-of-batches/bytes-of-a-commit", bytes_of_a_commit),
        Case::new("limits-of-batches/a-single-set-is-free-of-it", a_single_set_is_free_of_it),
        Case::new("limits-of-batches/items-of-get-many", items_of_get_many),
        Case::new("limits-of-batches/bytes-of-get-many", bytes_of_get_many),
        Case::new("limits-of-batches/a-large-value-is-read-alone", a_large_value_is_read_alone),
        Case::new("limits-of-batches/bytes-of-a-page-of-keys", bytes_of_a_page_of_keys),
        Case::new("limits-of-batches/chunk-of-a-writer", chunk_of_a_writer),
        Case::new("limits-of-batches/chunk-of-a-reader", chunk_of_a_reader),
    ]
}

fn stay_the_same(ground: &Ground) -> Checked {
    storage::set("key", b"value")?;
    same("the limits", storage::limits(), ground.limits)?;
    shared::limits();
    same("the limits", storage::limits(), ground.limits)
}

fn items(ground: &Ground) -> Result<usize, Stop> {
    let limit = ground.limits.batch_items;
    ground.reach("a batch", u64::from(limit) * 256)?;
    Ok(limit as usize)
}

fn too_many(limit: usize) -> Error {
    Error::BatchTooLarge(Excess { unit: Unit::Items, limit: limit as u64, actual: limit as u64 + 1 })
}

fn changes_of_a_commit(ground: &Ground) -> Checked {
    let limit = items(ground)?;
    ground.room_for_keys(limit as u64 + 1)?;
    let set = |number| Change { at: private(&format!("{number}")), action: Action::Set(Vec::new()) };
    let mut changes: Vec<_> = (0..limit).map(set).collect();
    atomic::commit(&[], &changes)?;
    same("keys held", storage::usage()?.keys, limit as u64)?;
    changes.push(set(limit));
    refused("one change more", atomic::commit(&[], &changes), too_many(limit))
}

fn checks_of_a_commit(ground: &Ground) -> Checked {
    let limit = items(ground)?;
    let check = |number| Check { at: private(&format!("{number}")), expect: Expectation::Absent };
    let mut checks: Vec<_> = (0..limit).map(check).collect();
    holds("they hold", matches!(atomic::commit(&checks, &[])?, Outcome::Committed(_)))?;
    checks.push(check(limit));
    refused("one check more", atomic::commit(&checks, &[]), too_many(limit))
}

/// Values that have together as many bytes are too many, at the latest with their keys; half as many are not.
fn bytes_of_a_commit(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    ground.room(limit as u64 + 4096)?;
    let sets = |bytes: usize| -> Vec<_> {
        let set = |number| Change { at: private(&format!("{number}")), action: Action::Set(vec![1; bytes / 8]) };
        (0..8).map(set).collect()
    };
    atomic::commit(&[], &sets(limit - 4096))?;
    let answer = atomic::commit(&[], &sets(limit + 8));
    refused_above("more bytes than a batch", answer, batch_too_large, (Unit::Bytes, limit as u64))
}

fn a_single_set_is_free_of_it(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    let large = pattern(1, ground.value_of(limit as u64 + 1)?);
    let change = Change { at: private("key"), action: Action::Set(large.clone()) };
    holds("it is committed", matches!(atomic::commit(&[], &[change])?, Outcome::Committed(_)))?;
    same_bytes("get", &some("get", storage::get("key")?)?, &large)
}

fn items_of_get_many(ground: &Ground) -> Checked {
    let limit = items(ground)?;
    let mut at = vec![private("key"); limit];
    storage::set("key", b"v")?;
    let found = atomic::get_many(&at)?;
    same("how many entries", found.iter().flatten().count(), limit)?;
    at.push(private("key"));
    refused("one more", atomic::get_many(&at).map(|found| found.len()), too_many(limit))
}

fn bytes_of_get_many(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    let half = limit / 2 + 1;
    ground.value_of(half as u64)?;
    ground.room(limit as u64 * 2)?;
    storage::set("a", &pattern(1, half))?;
    storage::set("b", &pattern(2, half))?;
    storage::set("c", b"small")?;
    let answer = atomic::get_many(&[private("a"), private("b")]).map(|found| found.len());
    refused_above("more bytes than a batch", answer, batch_too_large, (Unit::Bytes, limit as u64))?;
    let found = atomic::get_many(&[private("a"), private("c")])?;
    same("how many entries", found.iter().flatten().count(), 2)
}

fn a_large_value_is_read_alone(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    let large = pattern(1, ground.value_of(limit as u64 + 1)?);
    storage::set("large", &large)?;
    let found = atomic::get_many(&[private("large")])?;
    let entry = some("get-many", found.into_iter().flatten().next())?;
    same_bytes("get-many", &entry.value, &large)?;
    same_bytes("atomic get", &some("atomic get", atomic::get(&private("large"))?)?.value, &large)
}

/// Keys of the largest size, so many that a page has no room for all.
fn bytes_of_a_page_of_keys(ground: &Ground) -> Checked {
    let limit = ground.reach("a batch", ground.limits.batch_bytes)?;
    let key_bytes = ground.reach("a key", ground.limits.key_bytes.into())?;
    let count = limit / key_bytes + 2;
    if count > ground.limits.batch_items as usize {
        return crate::check::skipped("a page is full of items before it is full of bytes");
    }
    ground.room_for_keys(count as u64)?;
    ground.room((count * (key_bytes + 64)) as u64)?;
    for number in 0..count {
        storage::set(&format!("{number:0key_bytes$}"), b"")?;
    }
    let page = storage::keys("", None, u32::MAX)?;
    let held: usize = page.keys.iter().map(String::len).sum();
    holds(format!("a page of {held} bytes keeps within {limit}"), held <= limit)?;
    holds("there is more", page.next.is_some())?;
    same("how many are listed", crate::bindings::types::Store::Private.all_keys("")?.len(), count)
}

/// A chunk that is too large is refused, and the writer goes on as if it had never been passed.
fn chunk_of_a_writer(ground: &Ground) -> Checked {
    let limit = ground.reach("a chunk", ground.limits.chunk_bytes.into())?;
    ground.value_of(limit as u64 + 2)?;
    let chunk = pattern(1, limit);
    let writer = streams::create(&private("key"), None, None)?;
    writer.write(&chunk)?;
    let excess = Excess { unit: Unit::Bytes, limit: limit as u64, actual: limit as u64 + 1 };
    refused("one byte more", writer.write(&vec![2; limit + 1]), Error::BatchTooLarge(excess))?;
    writer.write(&[3])?;
    some("finish", Writer::finish(writer)?)?;
    same_bytes("get", &some("get", storage::get("key")?)?, &[chunk, vec![3]].concat())
}

fn chunk_of_a_reader(ground: &Ground) -> Checked {
    let limit = ground.reach("a chunk", ground.limits.chunk_bytes.into())?;
    let value = pattern(1, ground.value_of(limit as u64 * 2 + 1)?);
    storage::set("key", &value)?;
    let reader = some("open", streams::open(&private("key"))?)?;
    for most in [limit, limit + 1, u32::MAX as usize] {
        same_bytes(&format!("read {most}"), &reader.read(1, most as u32)?, &value[1..=limit])?;
    }
    Ok(())
}
