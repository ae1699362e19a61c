//! A value may have the bytes that `limits` says, and not one more.

use crate::bindings::atomic::{Action, Change};
use crate::bindings::streams::Writer;
use crate::bindings::types::{Error, Excess, Unit};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{refused, same, same_bytes, some};
use crate::ground::Ground;
use crate::lifetime::LONG_MS;
use crate::pattern::pattern;
use crate::store::private;

type Write = fn(&[u8]) -> Result<(), Error>;

const WRITES: &[(&str, Write)] = &[
    ("set", |value| storage::set("key", value)),
    ("set-expiring", |value| storage::set_expiring("key", value, LONG_MS)),
    ("commit-of-a-single-set", |value| {
        let change = Change { at: private("key"), action: Action::Set(value.to_vec()) };
        atomic::commit(&[], &[change]).map(drop)
    }),
];

pub fn cases() -> Vec<Case> {
    let writes = WRITES.iter().map(|&(name, write)| {
        Case::new(format!("limits-of-values/{name}"), move |ground| allows_its_limit_and_no_more(ground, write))
    });
    writes.chain([Case::new("limits-of-values/stream", stream)]).collect()
}

fn allows_its_limit_and_no_more(ground: &Ground, write: Write) -> Checked {
    let limit = ground.limits.value_bytes;
    let mut value = pattern(1, ground.value_of(limit)?);
    write(&value)?;
    let reader = some("open", streams::open(&private("key"))?)?;
    same("the size", reader.size(), limit)?;
    let last = value.len().saturating_sub(100);
    same_bytes("the last bytes", &reader.read(last as u64, 100)?, &value[last..])?;
    drop(reader);

    value.push(1);
    let excess = Excess { unit: Unit::Bytes, limit, actual: limit + 1 };
    refused("one byte more", write(&value), Error::ValueTooLarge(excess))?;
    same("the size afterwards", some("open", streams::open(&private("key"))?)?.size(), limit)
}

fn stream(ground: &Ground) -> Checked {
    let value = pattern(1, ground.value_of(ground.limits.value_bytes)?);
    let writer = streams::create(&private("key"), None, None)?;
    for chunk in value.chunks((ground.limits.chunk_bytes as usize).min(1 << 20)) {
        writer.write(chunk)?;
    }
    some("finish", Writer::finish(writer)?)?;
    same_bytes("get", &some("get", storage::get("key")?)?, &value)
}
