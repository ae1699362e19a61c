//! The seam between the rules and what keeps the bytes.
//!
//! Everything above an [`Engine`] (keys, limits, sessions, errors) is shared by all of them. An engine stores what it is
//! given, checks the quota in the transaction that changes what is held, and says what happened to each batch.

mod batch;
mod memory;
mod redb;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use batch::{Batch, Change, Quota};
pub use memory::MemoryEngine;
pub use redb::{RedbEngine, Sharing};

use crate::error::Error;
use crate::key::Key;
use crate::page::KeyPage;
use crate::plugin_id::PluginId;
use crate::usage::Held;
use crate::workspace_id::WorkspaceId;

/// What an engine answers, once it can.
///
/// An engine in this process is usually ready at once, a database is not.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What keeps the bytes of a whole larder.
pub trait Engine: Send + Sync + 'static {
    /// Opens a workspace; none where there is none and `absent` does not say to create it.
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>>;

    /// Every workspace, in order of name.
    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>>;

    /// Removes a workspace with all that it holds; false where there was none. It is not open in this process.
    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>>;
}

/// What opening does where there is no such workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nothing: reading creates nothing.
    Leave,
    /// Create it.
    Create,
}

/// One workspace, open. Dropping it closes it.
pub trait EngineWorkspace: Send + Sync {
    /// Whether it failed, or was removed beneath, so that it must be opened anew before it is trusted again.
    fn must_reopen(&self) -> bool;

    /// The value at `key`, checked to be what was written there.
    fn get<'a>(&'a self, plugin: &'a PluginId, key: &'a Key<'_>) -> Answer<'a, Result<Option<Vec<u8>>, Error>>;

    /// Whether there is a value at `key`.
    fn exists<'a>(&'a self, plugin: &'a PluginId, key: &'a Key<'_>) -> Answer<'a, Result<bool, Error>>;

    /// A page of keys.
    fn keys<'a>(&'a self, plugin: &'a PluginId, range: Range<'a>) -> Answer<'a, Result<KeyPage, Error>>;

    /// What a plugin's store holds.
    fn held<'a>(&'a self, plugin: &'a PluginId) -> Answer<'a, Result<Held, Error>>;

    /// The plugins that hold anything, in order of name.
    fn plugins(&self) -> Answer<'_, Result<Vec<(PluginId, Held)>, Error>>;

    /// Applies batches in order and makes them durable in one transaction; each is all or nothing, with an outcome of its own.
    fn commit<'a>(&'a self, batches: &'a [Batch]) -> Answer<'a, Vec<Result<(), Error>>>;

    /// Does what is better done while nobody waits, such as preparing for a quick start after a crash.
    fn tidy(&self) -> Answer<'_, Result<(), Error>>;
}

/// Which keys a page holds.
#[derive(Clone, Copy, Debug)]
pub struct Range<'a> {
    /// What each key starts with.
    pub prefix: &'a Key<'a>,
    /// What each key comes after, in byte order.
    pub after: Option<&'a Key<'a>>,
    /// Keys at most; at least 1.
    pub most_keys: usize,
    /// Bytes of keys at most; a first key is given however long.
    pub most_bytes: u64,
}

impl Range<'_> {
    /// The page of these keys, from an iterator that begins at [`Range::start`].
    fn page(&self, keys: impl Iterator<Item = Result<String, Error>>) -> Result<KeyPage, Error> {
        let mut page = KeyPage::default();
        let mut bytes = 0;
        for key in keys {
            let key = key?;
            if !key.starts_with(self.prefix.as_str()) {
                break;
            }
            bytes += key.len() as u64;
            let full = page.keys.len() == self.most_keys || bytes > self.most_bytes;
            if full && let Some(last) = page.keys.last() {
                page.next = Some(last.clone());
                break;
            }
            page.keys.push(key);
        }
        Ok(page)
    }

    /// Where the keys begin: bytes, and whether a key equal to them is meant too.
    fn start(&self) -> std::ops::Bound<&[u8]> {
        match self.after {
            Some(after) if after >= self.prefix => std::ops::Bound::Excluded(after.as_bytes()),
            _ => std::ops::Bound::Included(self.prefix.as_bytes()),
        }
    }
}
