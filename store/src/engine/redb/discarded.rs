//! The tables of stores that were emptied. Their pages are freed later, a part at a time, as it takes long where there are many.

use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata, TableError, TableHandle, WriteTransaction};

use super::tables::Definition;
use super::trouble::Trouble;
use crate::usage::Held;

/// What their names start with; the one of the store's table follows.
const PREFIX: &str = "d/";
/// So much is freed at once.
const PART_KEYS: usize = if cfg!(test) { 2 } else { 2_000 };
const PART_BYTES: u64 = 2 * 1024 * 1024;

/// Whether there is no need to do it in parts.
pub(super) fn is_little(held: Held) -> bool {
    // Under WASI nobody else waits for it, and there may be no later.
    cfg!(target_os = "wasi") || (held.keys <= PART_KEYS as u64 && held.bytes <= PART_BYTES)
}

/// Has a table gone, and its pages freed later.
pub(super) fn discard(transaction: &WriteTransaction, table: Definition) -> Result<(), Trouble> {
    let name = format!("{PREFIX}{}", table.name());
    let discarded = Definition::new(&name);
    // What is left of the one before goes now, so that there is never more than one.
    transaction.delete_table(discarded)?;
    match transaction.rename_table(table, discarded) {
        Ok(()) | Err(TableError::TableDoesNotExist(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether there are any.
pub(super) fn are_there(transaction: &ReadTransaction) -> Result<bool, Trouble> {
    Ok(transaction.list_tables()?.any(|table| table.name().starts_with(PREFIX)))
}

/// Frees a part of one of them; whether there may be more.
pub(super) fn free_some(transaction: &WriteTransaction) -> Result<bool, Trouble> {
    let Some(name) =
        transaction.list_tables()?.map(|table| table.name().to_owned()).find(|name| name.starts_with(PREFIX))
    else {
        return Ok(false);
    };
    let mut table = transaction.open_table(Definition::new(&name))?;
    let (mut last, mut bytes) = (None, 0);
    for row in table.iter()?.take(PART_KEYS) {
        let (key, value) = row?;
        bytes += value.value().len() as u64;
        last = Some(key.value().to_vec());
        if bytes >= PART_BYTES {
            break;
        }
    }
    if let Some(last) = last {
        table.retain_in::<&[u8], _>(..=last.as_slice(), |_, _| false)?;
    }
    let is_empty = table.is_empty()?;
    drop(table);
    if is_empty {
        transaction.delete_table(Definition::new(&name))?;
    }
    Ok(true)
}
