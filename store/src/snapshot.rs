use std::fmt;
use std::sync::Arc;

use crate::engine::{Kept, Page, Range, Row, View, Wanted};
use crate::error::{Error, Fault};
use crate::key::Key;
use crate::reader::Reader;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::workspace::{InUse, Workspace};

/// Keys and bytes in a page.
const PAGE_KEYS: usize = 1_000;
const PAGE_BYTES: u64 = 4 * 1024 * 1024;

/// How often a newer state is tried where large values of one are gone before they can be kept.
const TRIES: usize = 10;

/// All that a workspace held at one moment.
///
/// As long as it is there, the workspace's file keeps what is replaced meanwhile, and may grow by that.
pub struct Snapshot {
    view: Arc<dyn View>,
    workspace: Arc<Workspace>,
    now_ms: u64,
    stores: Vec<(StoreId, Held)>,
    _large: Kept,
    _in_use: InUse,
}

/// A value in a [`Snapshot`].
pub struct SnapshotEntry {
    /// The key.
    pub key: String,
    /// When it expires, in milliseconds since 1970; none where it does not.
    pub expires_at_ms: Option<u64>,
    /// The value, to be read piece by piece.
    pub value: Reader,
}

impl Snapshot {
    pub(crate) async fn take(workspace: Arc<Workspace>) -> Result<Option<Self>, Error> {
        let in_use = workspace.keep_open();
        for _ in 0..TRIES {
            let Some(view) = workspace.view().await? else { return Ok(None) };
            match view.keep_large().await {
                Err(error) if error.is_superseded() => {}
                kept => {
                    let (now, large) = (workspace.now(), kept?);
                    let (now_ms, stores) = (now.now_ms(), view.stores(now).await?);
                    let view = view.into_view();
                    return Ok(Some(Self { view, workspace, now_ms, stores, _large: large, _in_use: in_use }));
                }
            }
        }
        Err(Error::Unavailable(Fault::Superseded))
    }

    /// The moment, in milliseconds since 1970.
    pub fn taken_at_ms(&self) -> u64 {
        self.now_ms
    }

    /// The stores that hold anything, and how much: those of plugins in order of name, then the shared one.
    pub fn stores(&self) -> &[(StoreId, Held)] {
        &self.stores
    }

    /// The entries of a store after a key, in byte order: a page of them, none when there are no more.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] where one of them is, [`Error::Unavailable`].
    pub async fn page(&self, store: &StoreId, after: Option<&str>) -> Result<Vec<SnapshotEntry>, Error> {
        let after = after.map(Key::trusted);
        let range = Range {
            prefix: &Key::trusted(""),
            after: after.as_ref(),
            most_keys: PAGE_KEYS,
            most_bytes: PAGE_BYTES,
            wanted: Wanted::Values,
        };
        let Page { rows, .. } = range.whole_page(&*self.view, store, self.workspace.at(self.now_ms)).await?;
        let entries = rows.into_iter().map(|Row { key, stamp, value }| {
            let stored = value.expect("the page was asked for with its values");
            let value = Reader::uncounted(self.workspace.clone(), stamp, stored.body);
            SnapshotEntry { key, expires_at_ms: stamp.expiry.as_ms(), value }
        });
        Ok(entries.collect())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("now_ms", &self.now_ms).field("stores", &self.stores).finish_non_exhaustive()
    }
}
