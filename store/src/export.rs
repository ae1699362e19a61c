use std::io::{self, Write};

use thiserror::Error;

use crate::damage::Damage;
use crate::error::{Error, Excess, Unit};
use crate::expiry::Expiry;
use crate::export_file::{CHUNK_BYTES, KEY_BYTES, PieceWriter};
use crate::snapshot::{Snapshot, SnapshotEntry};
use crate::store_id::StoreId;
use crate::tally::Tally;
use crate::workspace_id::WorkspaceId;

/// Why an [`export`] was not made: what has been written of it is of no use.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The workspace could not be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// The value at a key could not be read.
    #[error("cannot read {}", Damage::of_key(store, key, cause.to_string()))]
    Value {
        /// The store.
        store: StoreId,
        /// The key.
        key: String,
        /// Why not.
        cause: Error,
    },
    /// The export could not be written.
    #[error("cannot write the export: {0}")]
    Write(io::Error),
}

/// Writes all that a workspace held when `snapshot` was taken to `output`, for [`import`](crate::import) to read.
///
/// Large values are passed on a chunk at a time. Tells `progress` what has been written, after each chunk and each page of
/// keys. `workspace` is written down for whoever looks at the file; an import may give it another name. Writes as it goes,
/// and so holds up the thread that it runs on while `output` does.
///
/// The format is documented in `docs/export-format.md`.
///
/// # Errors
///
/// [`ExportError`]; the first value that cannot be read ends it, as an export without it would pass for a whole one.
pub async fn export(
    workspace: &WorkspaceId,
    snapshot: &Snapshot,
    output: impl Write,
    mut progress: impl FnMut(&Tally),
) -> Result<Tally, ExportError> {
    let mut writer = PieceWriter::begin(output, workspace, snapshot.taken_at_ms()).map_err(ExportError::Write)?;
    let mut tally = Tally::default();
    for (store, _) in snapshot.stores() {
        writer.store(store).map_err(ExportError::Write)?;
        tally.stores += 1;
        let mut after = None;
        loop {
            let page = snapshot.page(store, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for entry in page {
                let key = entry.key.clone();
                write_entry(&mut writer, entry, &mut tally, &mut progress).await.map_err(|error| match error {
                    ExportError::Store(cause) => ExportError::Value { store: store.clone(), key, cause },
                    error => error,
                })?;
            }
            progress(&tally);
        }
    }
    writer.end(&tally).map_err(ExportError::Write)?;
    Ok(tally)
}

async fn write_entry<W: Write>(
    writer: &mut PieceWriter<W>,
    SnapshotEntry { key, expires_at_ms, value }: SnapshotEntry,
    tally: &mut Tally,
    progress: &mut impl FnMut(&Tally),
) -> Result<(), ExportError> {
    let (limit, actual) = (u64::from(KEY_BYTES), key.len() as u64);
    if actual > limit {
        return Err(Error::KeyTooLong(Excess { unit: Unit::Bytes, limit, actual }).into());
    }
    let expiry = expires_at_ms.map_or(Expiry::NEVER, Expiry::at_ms);
    let size = value.size();
    let mut chunk = if size == 0 { Vec::new() } else { value.read(0, CHUNK_BYTES).await? };
    let mut written = chunk.len() as u64;
    writer.entry(&key, expiry, size, &chunk).map_err(ExportError::Write)?;
    tally.bytes += written;
    while written < size {
        progress(tally);
        chunk = value.read(written, CHUNK_BYTES).await?;
        if chunk.is_empty() {
            return Err(Error::Damaged.into());
        }
        writer.more(&chunk).map_err(ExportError::Write)?;
        written += chunk.len() as u64;
        tally.bytes += chunk.len() as u64;
    }
    tally.keys += 1;
    Ok(())
}
