//! A reader gives a value piece by piece, as it was when opened, whatever happens to the key meanwhile.

use crate::bindings::atomic::{Action, Change};
use crate::bindings::streams::{Reader, Writer};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{same, same_bytes, some};
use crate::ground::Ground;
use crate::pattern::pattern;
use crate::store::private;

/// Above the size from which a host may keep values elsewhere.
const LARGE_BYTES: u64 = 3 << 19;

type Happening = fn() -> Result<(), Stop>;

const MEANWHILE: &[(&str, Happening)] = &[
    ("overwritten", || Ok(storage::set("key", b"another")?)),
    ("deleted", || Ok(storage::delete("key")?)),
    ("deleted-by-prefix", || Ok(storage::delete_prefix("k").map(drop)?)),
    ("emptied-away", || Ok(storage::delete_prefix("").map(drop)?)),
    ("expired-at-once", || Ok(storage::set_expiring("key", b"another", 0)?)),
    ("committed-over", || {
        let changes = [Change { at: private("key"), action: Action::Set(b"another".to_vec()) }];
        Ok(atomic::commit(&[], &changes).map(drop)?)
    }),
    ("streamed-over", || {
        let writer = streams::create(&private("key"), None, None)?;
        writer.write(b"another")?;
        Ok(Writer::finish(writer).map(drop)?)
    }),
];

pub fn cases() -> Vec<Case> {
    let happenings = MEANWHILE.iter().flat_map(|&(name, happening)| {
        let small = Case::new(format!("readers/small-value-{name}"), move |_| stays(&pattern(1, 1000), happening));
        let large = Case::new(format!("readers/large-value-{name}"), move |ground| {
            ground.room(4 << 20)?;
            stays(&pattern(1, ground.value_of(LARGE_BYTES)?), happening)
        });
        [small, large]
    });
    let others = vec![
        Case::new("readers/size", |_| size()),
        Case::new("readers/piece-by-piece", piece_by_piece),
        Case::new("readers/anywhere", anywhere),
        Case::new("readers/nothing-at-the-end-and-beyond", |_| nothing_at_the_end_and_beyond()),
        Case::new("readers/nothing-asked", |_| nothing_asked()),
        Case::new("readers/of-an-empty-value", |_| of_an_empty_value()),
        Case::new("readers/two-of-one-key-as-each-was-opened", |_| two_of_one_key()),
        Case::new("readers/again-and-again", |_| again_and_again()),
    ];
    happenings.chain(others).collect()
}

fn open() -> Result<Reader, Stop> {
    some("open", streams::open(&private("key"))?)
}

/// In pieces of no more than so many bytes.
fn read_all(reader: &Reader, most: u32) -> Result<Vec<u8>, Stop> {
    let mut all = Vec::new();
    loop {
        let piece = reader.read(all.len() as u64, most)?;
        if piece.is_empty() {
            return Ok(all);
        }
        all.extend(piece);
    }
}

fn stays(value: &[u8], happening: Happening) -> Checked {
    storage::set("key", value)?;
    let reader = open()?;
    same_bytes("the first piece", &reader.read(0, 100)?, &value[..100])?;
    happening()?;
    storage::set("other", b"value")?;
    same("the size", reader.size(), value.len() as u64)?;
    same_bytes("all", &read_all(&reader, u32::MAX)?, value)
}

fn size() -> Checked {
    for bytes in [0, 1, 100, 5000] {
        storage::set("key", &vec![1; bytes])?;
        same("the size", open()?.size(), bytes as u64)?;
    }
    Ok(())
}

fn piece_by_piece(ground: &Ground) -> Checked {
    let value = pattern(1, ground.value_of(200_000)?);
    storage::set("key", &value)?;
    let reader = open()?;
    for most in [999, 4096, 65_536, 70_000, u32::MAX] {
        same_bytes(&format!("in pieces of {most}"), &read_all(&reader, most)?, &value)?;
    }
    Ok(())
}

/// Backwards, and across every boundary that a host may have.
fn anywhere(ground: &Ground) -> Checked {
    let value = pattern(1, ground.value_of(LARGE_BYTES)?);
    storage::set("key", &value)?;
    let reader = open()?;
    let most = ground.limits.chunk_bytes.min(300);
    for boundary in [1 << 20, 16 * 65_536, 3 * 65_536, 65_536, 4096, 1000] {
        let offset = boundary - 150;
        let expected = &value[offset..offset + most as usize];
        same_bytes(&format!("from {offset} on"), &reader.read(offset as u64, most)?, expected)?;
    }
    let last = value.len() - 1;
    same_bytes("the last byte", &reader.read(last as u64, 100)?, &value[last..])
}

fn nothing_at_the_end_and_beyond() -> Checked {
    storage::set("key", b"value")?;
    let reader = open()?;
    same("before the end", reader.read(4, 10)?, b"e".to_vec())?;
    for offset in [5, 6, 1000, u64::from(u32::MAX), i64::MAX as u64, u64::MAX] {
        for most in [1, u32::MAX] {
            same(&format!("from {offset} on"), reader.read(offset, most)?, vec![])?;
        }
    }
    Ok(())
}

fn nothing_asked() -> Checked {
    storage::set("key", b"value")?;
    let reader = open()?;
    same("nothing", reader.read(0, 0)?, vec![])?;
    same("nothing", reader.read(3, 0)?, vec![])?;
    same("all", reader.read(0, 5)?, b"value".to_vec())
}

fn of_an_empty_value() -> Checked {
    storage::set("key", b"")?;
    let reader = open()?;
    same("the size", reader.size(), 0)?;
    same("all", reader.read(0, 10)?, vec![])
}

fn two_of_one_key() -> Checked {
    storage::set("key", b"first")?;
    let first = open()?;
    storage::set("key", b"second")?;
    let second = open()?;
    storage::delete("key")?;
    same("the second", second.read(0, 10)?, b"second".to_vec())?;
    same("the first", first.read(0, 10)?, b"first".to_vec())?;
    drop(second);
    same("the first, alone", first.read(0, 10)?, b"first".to_vec())
}

fn again_and_again() -> Checked {
    storage::set("key", b"value")?;
    for _ in 0..100 {
        same("the value", open()?.read(1, 3)?, b"alu".to_vec())?;
    }
    Ok(())
}
