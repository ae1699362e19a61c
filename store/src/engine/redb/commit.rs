//! Batches, applied in one transaction.

use redb::{ReadableTable, Table, WriteTransaction};

use super::meta::{COMMIT, META, ReadMeta, VERSIONS, set_held, set_number};
use super::snapshot::{store_name, store_table};
use super::trouble::Trouble;
use crate::engine::{Batch, Change};
use crate::error::Error;
use crate::key::Key;
use crate::usage::Held;
use crate::value::{self, HEADER_BYTES, Place, Seal};

/// How many versions a commit reserves at once.
const VERSION_BLOCK: u64 = 65_536;

/// Where versions come from: a counter whose reserved part is in the database.
///
/// A version that a failed transaction drew is not drawn again.
pub(super) struct Versions {
    next: u64,
    reserved: u64,
}

impl Versions {
    pub fn above(reserved: u64) -> Self {
        Self { next: reserved, reserved }
    }

    fn draw(&mut self) -> u64 {
        let version = self.next;
        self.next += 1;
        version
    }

    /// What to write to the database, with the versions themselves, where they have left the reserved part.
    fn reserve(&mut self) -> Option<u64> {
        if self.next <= self.reserved {
            return None;
        }
        self.reserved = self.next + VERSION_BLOCK;
        Some(self.reserved)
    }
}

/// What a transaction will do once it is committed.
pub(super) struct Prepared {
    pub outcomes: Vec<Result<(), Error>>,
    /// The number of the commit; none where nothing changes.
    pub commit: Option<u64>,
}

/// Applies batches in order; what is refused leaves nothing in the transaction.
pub(super) fn prepare(
    transaction: &WriteTransaction,
    batches: &[Batch],
    seal: &Seal,
    versions: &mut Versions,
) -> Result<Prepared, Trouble> {
    let mut meta = transaction.open_table(META)?;
    let before = meta.held(None)?;
    let mut workspace = before;
    let mut changed = false;
    let mut outcomes = Vec::with_capacity(batches.len());
    for batch in batches {
        let store = meta.held(Some(&batch.plugin))?;
        match apply(transaction, batch, store, workspace, seal, versions) {
            Ok(Some(after)) => {
                set_held(&mut meta, Some(&batch.plugin), after)?;
                workspace = workspace.moved(store, after);
                changed = true;
                outcomes.push(Ok(()));
            }
            Ok(None) => outcomes.push(Ok(())),
            Err(Trouble::Answer(error)) => outcomes.push(Err(error)),
            Err(trouble) => return Err(trouble),
        }
    }
    if !changed {
        return Ok(Prepared { outcomes, commit: None });
    }
    if workspace != before {
        set_held(&mut meta, None, workspace)?;
    }
    if let Some(reserved) = versions.reserve() {
        set_number(&mut meta, VERSIONS, reserved)?;
    }
    let commit = meta.number(COMMIT)? + 1;
    set_number(&mut meta, COMMIT, commit)?;
    Ok(Prepared { outcomes, commit: Some(commit) })
}

/// Applies one batch, or none of it; what the store holds afterwards, if anything changed.
fn apply(
    transaction: &WriteTransaction,
    batch: &Batch,
    store: Held,
    workspace: Held,
    seal: &Seal,
    versions: &mut Versions,
) -> Result<Option<Held>, Trouble> {
    let name = store_name(&batch.plugin);
    let mut table = transaction.open_table(store_table(&name))?;
    let mut trouble = None;
    let after = batch.effect(store, workspace, |key| {
        stored_size(&table, key).map_err(|found| {
            trouble = Some(found);
            Error::Damaged
        })
    });
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    let Some(after) = after? else { return Ok(None) };
    let version = versions.draw();
    for change in &batch.changes {
        match change {
            Change::Set { key, value } => {
                let mut stored = table.insert_reserve(key.as_bytes(), HEADER_BYTES + value.len())?;
                let place = Place { seal, plugin: &batch.plugin, key };
                value::write(&place, version, value, stored.as_mut());
            }
            Change::Delete { key } => {
                table.remove(key.as_bytes())?;
            }
            Change::Clear => {
                drop(table);
                transaction.delete_table(store_table(&name))?;
                table = transaction.open_table(store_table(&name))?;
            }
        }
    }
    Ok(Some(after))
}

fn stored_size(table: &Table<&'static [u8], &'static [u8]>, key: &Key) -> Result<Option<u64>, Trouble> {
    Ok(table.get(key.as_bytes())?.map(|stored| value::size(stored.value().len())))
}
