//! A store holds what it may and not one byte or key more; a refusal has both numbers, and changes nothing.
//!
//! Most of it needs a store that is small enough to be filled.

use std::fmt::Debug;

use crate::bindings::atomic::{Action, Change};
use crate::bindings::streams::Writer;
use crate::bindings::types::{Error, Excess, Unit};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{failed, holds, refused, same, skipped};
use crate::ground::Ground;
use crate::lifetime::{LONG_MS, SHORT_MS, let_expire};
use crate::state::State;
use crate::store::private;

/// The largest store, in bytes and in keys, that more than one case fills.
const SMALL_BYTES: u64 = 16 * 1024 * 1024;
const SMALL_KEYS: u64 = 10_000;

/// What a key costs besides its bytes and those of its value.
const KEY_COST: u64 = 64;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("quota/holds-what-it-may-to-the-byte", holds_what_it_may_to_the_byte),
        Case::new("quota/holds-what-it-may-to-the-key", holds_what_it_may_to_the_key),
        Case::new("quota/refused-set-changes-nothing", |ground| {
            refused_when_full(ground, 1, || storage::set("new", &[1; 100]), 3 + 100 + KEY_COST)
        }),
        Case::new("quota/refused-overwriting-keeps-the-old-value", |ground| {
            refused_when_full(ground, 0, || storage::set("here", &[1; 11]), 1)
        }),
        Case::new("quota/refused-set-expiring-changes-nothing", |ground| {
            refused_when_full(ground, 1, || storage::set_expiring("new", &[1; 100], LONG_MS), 3 + 100 + KEY_COST)
        }),
        Case::new("quota/refused-increment-changes-nothing", |ground| {
            refused_when_full(ground, 1, || atomic::increment(&private("new"), 1), 3 + 8 + KEY_COST)
        }),
        Case::new("quota/refused-commit-changes-nothing", |ground| {
            let changes = [
                change("here", Action::Set(vec![2; 10])),
                change("counter", Action::Add(1)),
                change("new", Action::Set(vec![1; 100])),
            ];
            refused_when_full(ground, 1, || atomic::commit(&[], &changes), 3 + 100 + KEY_COST)
        }),
        Case::new("quota/refused-stream-changes-nothing", refused_stream_changes_nothing),
        Case::new("quota/an-empty-key-and-value-cost-something", |ground| {
            refused_when_full(ground, KEY_COST - 1, || storage::set("", b""), KEY_COST)
        }),
        Case::new("quota/overwriting-counts-the-difference", |ground| {
            fill(ground, 5)?;
            storage::set("here", &[2; 15])?;
            storage::set("here", &[3; 15])?;
            storage::set("here", b"")?;
            // Five were left; ten bytes of the value are gone.
            is_full_but_for(5 + 10)
        }),
        Case::new("quota/a-commit-counts-what-it-leaves", |ground| {
            fill(ground, 0)?;
            let changes = [change("here", Action::Delete), change("new!", Action::Set(vec![1; 10]))];
            atomic::commit(&[], &changes)?;
            is_full_but_for(0)
        }),
        Case::new("quota/deleting-makes-room", |ground| {
            fill(ground, 0)?;
            storage::delete("here")?;
            is_full_but_for(4 + 10 + KEY_COST)?;
            storage::set("new!", &[1; 10])?;
            is_full_but_for(0)
        }),
        Case::new("quota/deleting-and-reading-need-no-room", deleting_and_reading_need_no_room),
        Case::new("quota/emptying-makes-room-for-everything", |ground| {
            fill(ground, 0)?;
            storage::delete_prefix("")?;
            fill(ground, 0)
        }),
        Case::new("quota/what-has-expired-makes-room", what_has_expired_makes_room),
    ]
}

fn change(key: &str, action: Action) -> Change {
    Change { at: private(key), action }
}

/// Room for so many bytes is left in a small store, in which are `here`, a value of ten bytes, and `counter`.
fn fill(ground: &Ground, leaving: u64) -> Checked {
    let quota = storage::usage()?.quota_bytes;
    if quota > SMALL_BYTES {
        return skipped(format!("a store of {quota} bytes is filled once; this needs one of at most {SMALL_BYTES}"));
    }
    storage::set("here", &[1; 10])?;
    atomic::increment(&private("counter"), 1)?;
    fill_up(ground, leaving)
}

fn fill_up(ground: &Ground, leaving: u64) -> Checked {
    for number in 0.. {
        let usage = storage::usage()?;
        let left = usage.quota_bytes.saturating_sub(usage.bytes + leaving);
        if left == 0 {
            return same("bytes left", usage.quota_bytes - usage.bytes, leaving);
        }
        let key = format!("filler {number:04}");
        let key_cost = key.len() as u64 + KEY_COST;
        let mut value = left.saturating_sub(key_cost).min(ground.limits.value_bytes);
        // What is left for the next has to be enough for its key.
        let rest = left.saturating_sub(key_cost + value);
        if rest > 0 && rest < key_cost {
            value -= key_cost;
        }
        match storage::set(&key, &vec![1; ground.reach("a value", value)?]) {
            Err(Error::QuotaExceeded(_)) => return skipped("the workspace has less room than the store may hold"),
            answer => answer?,
        }
    }
    Ok(())
}

fn is_full_but_for(bytes: u64) -> Checked {
    let usage = storage::usage()?;
    same("bytes left", usage.quota_bytes - usage.bytes, bytes)
}

/// With room for `leaving` bytes, the call is refused, as it would need `wanted`; and nothing is changed.
fn refused_when_full<T: Debug>(
    ground: &Ground,
    leaving: u64,
    call: impl FnOnce() -> Result<T, Error>,
    wanted: u64,
) -> Checked {
    fill(ground, leaving)?;
    let before = seen()?;
    let limit = storage::usage()?.quota_bytes;
    let excess = Excess { unit: Unit::Bytes, limit, actual: limit - leaving + wanted };
    refused("the call", call(), Error::QuotaExceeded(excess))?;
    same("the store afterwards", seen()?, before)
}

/// All that there is, but for the values that fill the store.
fn seen() -> Result<(State, State, State, Vec<String>, u64), Stop> {
    let of = |prefix| State::of(crate::bindings::types::Store::Private, prefix);
    let keys = crate::bindings::types::Store::Private.all_keys("")?;
    Ok((of("here")?, of("counter")?, of("new")?, keys, storage::usage()?.bytes))
}

fn holds_what_it_may_to_the_byte(ground: &Ground) -> Checked {
    let quota = storage::usage()?.quota_bytes;
    ground.reach("a store", quota)?;
    storage::set("a", b"")?;
    fill_up(ground, 1)?;
    storage::set("a", b"1")?;
    is_full_but_for(0)?;
    let excess = Excess { unit: Unit::Bytes, limit: quota, actual: quota + 1 };
    refused("one byte more", storage::set("a", b"12"), Error::QuotaExceeded(excess))?;
    same("a", storage::get("a")?, Some(b"1".to_vec()))?;
    is_full_but_for(0)
}

fn holds_what_it_may_to_the_key(ground: &Ground) -> Checked {
    let usage = storage::usage()?;
    let quota = usage.quota_keys;
    if quota > SMALL_KEYS {
        return skipped(format!("a store of {quota} keys is too large to be filled; this needs at most {SMALL_KEYS}"));
    }
    ground.room((quota + 1) * (9 + KEY_COST))?;
    let keys: Vec<String> = (0..quota).map(|number| format!("k{number:08}")).collect();
    super::write_all(ground, &keys)?;
    let excess = Excess { unit: Unit::Items, limit: quota, actual: quota + 1 };
    refused("one key more", storage::set("new", b""), Error::QuotaExceeded(excess))?;
    same("the new key", storage::get("new")?, None)?;
    same("keys held", storage::usage()?.keys, quota)?;
    storage::set("k00000000", b"another value")?;
    storage::delete("k00000000")?;
    storage::set("new", b"")?;
    same("keys held", storage::usage()?.keys, quota)
}

/// By a call of the writer, or at the latest by `finish`.
fn refused_stream_changes_nothing(ground: &Ground) -> Checked {
    fill(ground, 20)?;
    let before = seen()?;
    let limit = storage::usage()?.quota_bytes;
    let wanted = 3 + KEY_COST + 100;
    let written = streams::create(&private("new"), None, None).and_then(|writer| {
        writer.write(&[1; 100])?;
        Writer::finish(writer)
    });
    match written {
        Err(Error::QuotaExceeded(Excess { unit: Unit::Bytes, limit: told, actual })) => {
            same("the limit", told, limit)?;
            let most = limit - 20 + wanted;
            holds(format!("{actual} is more than {limit} and at most {most}"), actual > limit && actual <= most)?;
        }
        answer => return failed(format!("{answer:?} where the store is full")),
    }
    same("the store afterwards", seen()?, before)
}

fn deleting_and_reading_need_no_room(ground: &Ground) -> Checked {
    fill(ground, 0)?;
    same("get", storage::get("here")?, Some(vec![1; 10]))?;
    same("increment", atomic::increment(&private("counter"), 1)?, 2)?;
    storage::delete("missing")?;
    atomic::commit(&[], &[change("missing", Action::Delete)])?;
    storage::delete("here")?;
    same("delete-prefix", storage::delete_prefix("count")?, 1)
}

fn what_has_expired_makes_room(ground: &Ground) -> Checked {
    fill(ground, 2000)?;
    storage::set_expiring("passing", &[1; 500], LONG_MS)?;
    let left = 2000 - (7 + 500 + KEY_COST);
    is_full_but_for(left)?;
    storage::set_expiring("passing", &[1; 500], SHORT_MS)?;
    let_expire()?;
    is_full_but_for(2000)?;
    storage::set("new", &[1; 2000 - 3 - KEY_COST as usize])?;
    is_full_but_for(0)
}
