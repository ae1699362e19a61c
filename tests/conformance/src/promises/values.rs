//! A value is bytes, from none to the limit.

use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{same, same_bytes, some};
use crate::ground::Ground;
use crate::pattern::pattern;
use crate::store::private;

const MIB: u64 = 1024 * 1024;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("value-is-bytes/none-at-all", |_| none_at_all()),
        Case::new("value-is-bytes/each-byte-there-is", |_| comes_back(&(0..=255).collect::<Vec<u8>>())),
        Case::new("value-is-bytes/not-text", |_| comes_back(b"\xff\xfe\x00\xc3\x28\xed\xa0\x80\xf8")),
        Case::new("value-is-bytes/zeros", |_| comes_back(&[0; 1000])),
        Case::new("value-is-bytes/text-that-means-something", |_| comes_back(b"null\r\n{}\0\xef\xbb\xbf")),
        Case::new("value-is-bytes/every-size-around-powers-of-two", |_| every_size_around_powers_of_two()),
        Case::new("value-is-bytes/64-kib", |ground| of_about(ground, 64 * 1024)),
        Case::new("value-is-bytes/1-mib", |ground| of_about(ground, MIB)),
        Case::new("value-is-bytes/3-mib", |ground| of_about(ground, 3 * MIB)),
        Case::new("value-is-bytes/a-shorter-one-replaces-a-longer", |_| replaced(5000, 3)),
        Case::new("value-is-bytes/a-longer-one-replaces-a-shorter", |_| replaced(3, 5000)),
        Case::new("value-is-bytes/a-small-one-replaces-a-large", |ground| {
            ground.value_of(2 * MIB)?;
            replaced(2 * MIB as usize, 10)
        }),
        Case::new("value-is-bytes/a-large-one-replaces-a-small", |ground| {
            ground.value_of(2 * MIB)?;
            replaced(10, 2 * MIB as usize)
        }),
        Case::new("value-is-bytes/a-large-one-replaces-a-large", |ground| {
            ground.value_of(2 * MIB)?;
            ground.room(4 * MIB)?;
            replaced(2 * MIB as usize - 1, 2 * MIB as usize)
        }),
        Case::new("value-is-bytes/two-keys-may-have-the-same", |_| two_keys_may_have_the_same()),
    ]
}

/// As it was set, by every way to read it.
fn comes_back(value: &[u8]) -> Checked {
    storage::set("key", value)?;
    reads_as(value)
}

fn reads_as(value: &[u8]) -> Checked {
    same_bytes("get", &some("get", storage::get("key")?)?, value)?;
    same_bytes("atomic get", &some("atomic get", atomic::get(&private("key"))?)?.value, value)?;
    let items = storage::items("key", None, 1)?.items;
    same_bytes("items", &some("items", items.into_iter().next())?.value, value)?;
    let reader = some("open", streams::open(&private("key"))?)?;
    same("size", reader.size(), value.len() as u64)
}

fn none_at_all() -> Checked {
    comes_back(b"")?;
    same("exists", storage::exists("key")?, true)?;
    same("keys", storage::keys("", None, 1)?.keys, vec!["key".to_owned()])?;
    same("keys held", storage::usage()?.keys, 1)
}

fn every_size_around_powers_of_two() -> Checked {
    for power in 0..=14 {
        for bytes in [(1 << power) - 1, 1 << power, (1 << power) + 1] {
            let value = pattern(bytes as u64, bytes);
            storage::set("key", &value)?;
            same_bytes(&format!("of {bytes} bytes"), &some("get", storage::get("key")?)?, &value)?;
        }
    }
    Ok(())
}

fn of_about(ground: &Ground, bytes: u64) -> Checked {
    for bytes in [bytes - 1, bytes, bytes + 1] {
        // The one before is there until the next takes its place.
        ground.room(2 * bytes)?;
        comes_back(&pattern(bytes, ground.value_of(bytes)?))?;
    }
    Ok(())
}

fn replaced(before: usize, after: usize) -> Checked {
    storage::set("key", &pattern(1, before))?;
    storage::set("key", &pattern(2, after))?;
    reads_as(&pattern(2, after))
}

fn two_keys_may_have_the_same() -> Checked {
    let value = pattern(3, 10_000);
    storage::set("one", &value)?;
    storage::set("two", &value)?;
    storage::delete("one")?;
    same_bytes("two", &some("two", storage::get("two")?)?, &value)
}
