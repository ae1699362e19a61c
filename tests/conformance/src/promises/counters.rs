//! A counter is eight bytes, little-endian, signed; `increment` adds to it and gives the sum.

use crate::bindings::atomic::{Action, Change};
use crate::bindings::types::Error;
use crate::bindings::{atomic, storage};
use crate::case::{Case, Checked};
use crate::check::{refused, same};
use crate::ground::Ground;
use crate::state::State;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    let sums = SUMS
        .iter()
        .map(|&(name, before, by, sum)| Case::new(format!("counters/{name}"), move |_| adds(before, by, sum)));
    let values = NO_COUNTERS.iter().map(|&(name, value)| {
        Case::new(format!("counters/not-a-counter-{name}"), move |_| {
            storage::set("key", value)?;
            not_a_counter(1)?;
            not_a_counter(0)
        })
    });
    let others = vec![
        Case::new("counters/absent-is-zero", |_| absent_is_zero()),
        Case::new("counters/eight-bytes-however-made", |_| eight_bytes_however_made()),
        Case::new("counters/a-sum-is-a-value", |_| a_sum_is_a_value()),
        Case::new("counters/many-add-up", |_| many_add_up()),
        Case::new("counters/of-the-shared-store", of_the_shared_store),
    ];
    sums.chain(values).chain(others).collect()
}

/// A name, a counter, what is added, and the sum; none where that leaves the range.
const SUMS: &[(&str, i64, i64, Option<i64>)] = &[
    ("adds", 40, 2, Some(42)),
    ("adds-nothing", 7, 0, Some(7)),
    ("subtracts", 5, -7, Some(-2)),
    ("reaches-the-largest", i64::MAX - 1, 1, Some(i64::MAX)),
    ("reaches-the-smallest", i64::MIN + 1, -1, Some(i64::MIN)),
    ("goes-from-end-to-end", i64::MAX, i64::MIN, Some(-1)),
    ("carries-into-the-last-byte", 0x00ff_ffff_ffff_ffff, 1, Some(0x0100_0000_0000_0000)),
    ("not-above-the-largest", i64::MAX, 1, None),
    ("not-below-the-smallest", i64::MIN, -1, None),
    ("not-far-below-the-smallest", -1, i64::MIN, None),
];

const NO_COUNTERS: &[(&str, &[u8])] = &[
    ("nothing-at-all", b""),
    ("one-byte", b"1"),
    ("seven-bytes", &[0; 7]),
    ("nine-bytes", &[0; 9]),
    ("sixteen-bytes", &[0; 16]),
    ("text", b"12"),
];

fn adds(before: i64, by: i64, sum: Option<i64>) -> Checked {
    storage::set("key", &before.to_le_bytes())?;
    let Some(sum) = sum else { return not_a_counter(by) };
    same("the sum", atomic::increment(&private("key"), by)?, sum)?;
    same("the value", storage::get("key")?, Some(sum.to_le_bytes().to_vec()))?;

    storage::set("key", &before.to_le_bytes())?;
    atomic::commit(&[], &[Change { at: private("key"), action: Action::Add(by) }])?;
    same("the value after an add", storage::get("key")?, Some(sum.to_le_bytes().to_vec()))
}

/// Neither `increment` nor `add` is made, and the value stays.
fn not_a_counter(by: i64) -> Checked {
    let before = State::now()?;
    refused("increment", atomic::increment(&private("key"), by), Error::NotACounter)?;
    let add = Change { at: private("key"), action: Action::Add(by) };
    refused("add", atomic::commit(&[], &[add]), Error::NotACounter)?;
    same("the store afterwards", State::now()?, before)
}

fn absent_is_zero() -> Checked {
    same("from nothing", atomic::increment(&private("a"), 5)?, 5)?;
    same("once more", atomic::increment(&private("a"), 5)?, 10)?;
    same("below nothing", atomic::increment(&private("b"), i64::MIN)?, i64::MIN)?;
    storage::delete("a")?;
    same("after a delete", atomic::increment(&private("a"), 1)?, 1)
}

fn eight_bytes_however_made() -> Checked {
    storage::set("key", b"\x01\x02\0\0\0\0\0\0")?;
    same("of bytes", atomic::increment(&private("key"), 0)?, 0x201)?;
    storage::set("key", &[255; 8])?;
    same("of all ones", atomic::increment(&private("key"), 0)?, -1)
}

fn a_sum_is_a_value() -> Checked {
    atomic::increment(&private("key"), -2)?;
    let bytes = (-2_i64).to_le_bytes().to_vec();
    same("get", storage::get("key")?, Some(bytes.clone()))?;
    let items = storage::items("", None, 10)?.items;
    same("items", items.into_iter().map(|item| item.value).collect(), vec![bytes])
}

fn many_add_up() -> Checked {
    for by in 1..=40 {
        same("the sum", atomic::increment(&private("key"), by)?, by * (by + 1) / 2)?;
    }
    Ok(())
}

fn of_the_shared_store(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("counter");
    same("the shared sum", atomic::increment(&shared.at(&key), 3)?, 3)?;
    same("the private sum", atomic::increment(&private(&key), 4)?, 4)?;
    same("the shared sum", atomic::increment(&shared.at(&key), 0)?, 3)
}
