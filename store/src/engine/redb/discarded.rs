//! The tables of stores that were emptied. Their pages are freed later, a part at a time, as it takes long where there are many.

use std::mem::take;
use std::sync::{Mutex, MutexGuard};

use redb::{ReadableTable, ReadableTableMetadata, TableError, TableHandle, WriteTransaction};

use super::attempts::Attempts;
use super::meta::{LATEST, META, Meta, ReadMeta, set_number};
use super::tables::{DISCARDED, Definition};
use super::trouble::Trouble;
use crate::engine::Batch;
use crate::usage::Held;
use crate::version::Version;

/// What is freed at once, unless more was written since. It takes as long to free a row as so many bytes.
const PART_BYTES: u64 = if cfg!(test) { 700 } else { 512 * 1024 };
const ROW_BYTES: u64 = 256;

/// What is known of them while a database is open.
pub(super) struct Discarded(Mutex<Known>);

struct Known {
    /// Whether there are any to be freed.
    are_left: bool,
    /// What was written since some were freed, as long as any are left.
    written: u64,
    /// To free the one with this name.
    attempts: Attempts<String>,
}

impl Discarded {
    pub fn new(are_left: bool) -> Self {
        Self(Mutex::new(Known { are_left, written: 0, attempts: Attempts::default() }))
    }

    pub fn are_left(&self) -> bool {
        self.known().are_left
    }

    /// Whether there are none, not even such as cannot be freed.
    pub fn are_all_freed(&self) -> bool {
        let known = self.known();
        !known.are_left && !known.attempts.gave_up_any()
    }

    /// Takes note of a commit, and whether it discarded any.
    pub fn committed(&self, batches: &[Batch], discarded: bool) {
        let mut known = self.known();
        if known.are_left {
            known.written += batches.iter().map(|batch| weight(batch.changes.len() as u64, batch.bytes())).sum::<u64>();
        }
        known.are_left |= discarded;
    }

    /// Frees a part, and has the latest time at which something was called expired kept; whether there is more.
    pub fn free_some(&self, transaction: &WriteTransaction, latest_ms: u64) -> Result<bool, Trouble> {
        let mut meta = transaction.open_table(META)?;
        set_number(&mut meta, LATEST, latest_ms)?;
        // A key that expires has two rows, each with more than is counted as written: so it becomes less however much is written.
        let written = take(&mut self.known().written);
        let mut part = PART_BYTES.max(3 * written);
        loop {
            let next = self.next(&meta)?;
            self.known().are_left = next.is_some();
            let Some(name) = next.filter(|_| part > 0) else { break };
            self.known().attempts.begin(name.clone());
            let table = Definition::new(&name);
            if free(transaction, table, &mut part)? {
                transaction.delete_table(table)?;
                meta.remove(name.as_str())?;
            }
        }
        self.known().attempts.end();
        Ok(self.are_left())
    }

    /// After a failure to free some: gives up the one that it was tried with; whether there was one.
    pub fn give_up(&self) -> bool {
        self.known().attempts.give_up()
    }

    fn next(&self, meta: &Meta) -> Result<Option<String>, Trouble> {
        for name in meta.discarded()? {
            let name = name?;
            if !self.known().attempts.gave_up(&name) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("nothing panics while this is locked")
    }
}

/// Whether there is no need to free it in parts.
pub(super) fn is_little(held: Held) -> bool {
    // Under WASI nobody else waits for it, and there may be no later.
    cfg!(target_os = "wasi") || weight(held.keys, held.bytes) <= PART_BYTES
}

/// Has a table gone, and its pages freed later. No two that are discarded with one version have the same name.
pub(super) fn discard(
    transaction: &WriteTransaction,
    meta: &mut Meta,
    table: Definition,
    version: Version,
) -> Result<(), Trouble> {
    let name = format!("{DISCARDED}{:016x}/{}", u64::from(version), table.name());
    match transaction.rename_table(table, Definition::new(&name)) {
        Ok(()) => {
            meta.insert(name.as_str(), [].as_slice())?;
            Ok(())
        }
        Err(TableError::TableDoesNotExist(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Frees as much of a table as the part is, which gets smaller by it; whether nothing is left of the table.
fn free(transaction: &WriteTransaction, table: Definition, part: &mut u64) -> Result<bool, Trouble> {
    let mut table = transaction.open_table(table)?;
    let mut last = None;
    for row in table.iter()? {
        let (key, value) = row?;
        *part = part.saturating_sub(weight(1, value.value().len() as u64));
        last = Some(key.value().to_vec());
        if *part == 0 {
            break;
        }
    }
    if let Some(last) = last {
        table.retain_in::<&[u8], _>(..=last.as_slice(), |_, _| false)?;
    }
    Ok(table.is_empty()?)
}

fn weight(rows: u64, bytes: u64) -> u64 {
    rows * ROW_BYTES + bytes
}
