use std::io::Read;

use crate::address::{Address, Store};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::export_reader::{ExportReader, ExportedEntry};
use crate::grant::Grant;
use crate::import_error::ImportError;
use crate::larder::Larder;
use crate::limits::Limits;
use crate::plugin_id::PluginId;
use crate::session::{Session, Step};
use crate::store_id::StoreId;
use crate::tally::Tally;
use crate::workspace_id::WorkspaceId;

/// Makes a workspace of what [`export`](crate::export) wrote, and says how much that was.
///
/// All or nothing: where it fails, the workspace is removed again. Two things it cannot do: until it returns, others that
/// read the workspace see a part of it; and a process that is killed meanwhile, or a future that is dropped, leaves that
/// part behind. [`check_export`] tells beforehand whether an export is whole.
///
/// Values whose time has passed are left out; what expires later expires when it would have. Versions are drawn anew. No
/// quota holds. Tells `progress` what has been read, now and then. Reads as it goes, and so holds up the thread that it runs
/// on while `input` does.
///
/// # Errors
///
/// [`ImportError`].
pub async fn import(
    larder: &Larder,
    workspace: &WorkspaceId,
    input: impl Read,
    mut progress: impl FnMut(&Tally),
) -> Result<Tally, ImportError> {
    let mut export = ExportReader::begin(input)?;
    if !larder.create_workspace(workspace).await? {
        return Err(ImportError::WorkspaceExists(workspace.clone()));
    }
    match fill(larder, workspace, &mut export, &mut progress).await {
        Ok(()) => Ok(*export.tally()),
        Err(cause) => match larder.delete_workspace(workspace).await {
            Ok(_) => Err(cause),
            Err(left) => Err(ImportError::LeftBehind { workspace: workspace.clone(), cause: Box::new(cause), left }),
        },
    }
}

/// Reads an export to its end, and says how much is in it, if it is as it was written.
///
/// Tells `progress` what has been read, now and then.
///
/// # Errors
///
/// [`ImportError`], those of reading alone.
pub fn check_export(input: impl Read, mut progress: impl FnMut(&Tally)) -> Result<Tally, ImportError> {
    let mut export = ExportReader::begin(input)?;
    while export.next_store()?.is_some() {
        while export.next_entry()?.is_some() {
            while export.next_chunk()?.is_some() {
                progress(export.tally());
            }
            progress(export.tally());
        }
    }
    Ok(*export.tally())
}

async fn fill<R: Read>(
    larder: &Larder,
    workspace: &WorkspaceId,
    export: &mut ExportReader<R>,
    progress: &mut impl FnMut(&Tally),
) -> Result<(), ImportError> {
    while let Some(store) = export.next_store()? {
        let mut target = Target::new(larder, workspace, store);
        while let Some(entry) = export.next_entry()? {
            match entry.complete {
                true => target.put(entry).await?,
                false => target.put_large(entry, export, progress).await?,
            }
            progress(export.tally());
        }
        target.commit().await?;
    }
    Ok(())
}

/// A store that is being filled, and what is put there with the next commit.
struct Target<'a> {
    larder: &'a Larder,
    session: Session,
    store: Store,
    batch: Vec<ExportedEntry>,
    batch_bytes: u64,
}

impl<'a> Target<'a> {
    fn new(larder: &'a Larder, workspace: &WorkspaceId, store: StoreId) -> Self {
        let (plugin, store) = match store {
            StoreId::Private(plugin) => (plugin, Store::Private),
            StoreId::Shared => (nobody(), Store::Shared),
        };
        let session = larder.session(workspace, &plugin, unlimited()).with_grant(Grant::write());
        Self { larder, session, store, batch: Vec::new(), batch_bytes: 0 }
    }

    async fn put(&mut self, entry: ExportedEntry) -> Result<(), Error> {
        let Limits { batch_items, batch_bytes, .. } = *self.session.limits();
        let entry_bytes = (entry.key.len() + entry.value.len()) as u64;
        if self.batch.len() >= batch_items as usize || self.batch_bytes + entry_bytes > batch_bytes {
            self.commit().await?;
        }
        self.batch.push(entry);
        self.batch_bytes += entry_bytes;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), Error> {
        let mut batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        batch.retain(|entry| !self.is_past(entry.expiry));
        if batch.is_empty() {
            return Ok(());
        }
        let steps = batch.iter_mut().map(|ExportedEntry { key, expiry, value, .. }| {
            let at = Address { store: self.store, key };
            (at, Step::Set { value: std::mem::take(value), expiry: *expiry })
        });
        // Without checks there is no conflict.
        self.session.apply_steps(&[], steps.collect()).await.map(drop)
    }

    async fn put_large<R: Read>(
        &mut self,
        ExportedEntry { key, expiry, value, .. }: ExportedEntry,
        export: &mut ExportReader<R>,
        progress: &mut impl FnMut(&Tally),
    ) -> Result<(), ImportError> {
        let at = Address { store: self.store, key: &key };
        let mut writer = match self.is_past(expiry) {
            true => None,
            false => Some(self.session.create_until(at, None, expiry)?),
        };
        let mut next = Some(value);
        while let Some(bytes) = next {
            if let Some(writer) = &mut writer {
                for chunk in bytes.chunks(self.session.limits().chunk_bytes as usize) {
                    writer.write(chunk).await?;
                }
            }
            progress(export.tally());
            next = export.next_chunk()?;
        }
        if let Some(writer) = writer {
            // Without an expectation there is none that does not hold.
            writer.finish().await?;
        }
        Ok(())
    }

    fn is_past(&self, expiry: Expiry) -> bool {
        expiry <= Expiry::at_ms(self.larder.now_ms())
    }
}

/// What an operator may store: whatever there was.
fn unlimited() -> Limits {
    Limits {
        key_bytes: u32::MAX,
        value_bytes: u64::MAX,
        store_bytes: u64::MAX,
        store_keys: u64::MAX,
        workspace_bytes: u64::MAX,
        // Each commit costs a sync, and small values are the most numerous.
        batch_items: 10_000,
        ..Limits::default()
    }
}

/// In whose session the shared store is filled; it stores nothing of its own.
fn nobody() -> PluginId {
    "import".parse().expect("it is a plugin name")
}
