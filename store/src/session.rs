use std::sync::Arc;

use crate::engine::{Absent, Batch, Change, EngineWorkspace, Quota, Range};
use crate::error::{Error, Excess, Unit};
use crate::key::Key;
use crate::larder::Larder;
use crate::limits::Limits;
use crate::page::KeyPage;
use crate::plugin_id::PluginId;
use crate::usage::{Held, StoreUsage};
use crate::workspace::Workspace;

/// One view of storage for one plugin in one workspace, usually for one plugin call.
///
/// Reads see what was last committed. When a write returns, a power cut does not undo it.
pub struct Session {
    // Kept so that the larder stays open.
    _larder: Larder,
    workspace: Arc<Workspace>,
    plugin: PluginId,
    limits: Limits,
}

impl Session {
    pub(crate) fn new(larder: Larder, workspace: Arc<Workspace>, plugin: PluginId, limits: Limits) -> Self {
        Self { _larder: larder, workspace, plugin, limits }
    }

    /// What the plugin may store and ask for at once.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Stores `value` at `key`, replacing what was there.
    ///
    /// A future that is dropped before it is done may still store the value, whole.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`], [`Error::ValueTooLarge`], [`Error::QuotaExceeded`]; [`Error::AccessDenied`] in a larder that
    /// was opened for reading; [`Error::Unavailable`], [`Error::OutcomeUnknown`].
    pub async fn set(&self, key: &str, value: impl Into<Vec<u8>>) -> Result<(), Error> {
        let key = self.key(key)?.into_owned();
        let value = value.into();
        let (limit, actual) = (self.limits.value_bytes, value.len() as u64);
        if actual > limit {
            return Err(Error::ValueTooLarge(Excess { unit: Unit::Bytes, limit, actual }));
        }
        self.commit(Change::Set { key, value }).await
    }

    /// The value at `key`, or none.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`], [`Error::Damaged`], [`Error::Unavailable`].
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let key = self.key(key)?;
        match self.opened().await? {
            Some(open) => open.get(&self.plugin, &key).await,
            None => Ok(None),
        }
    }

    /// Removes `key` and its value; succeeds where there is none.
    ///
    /// # Errors
    ///
    /// As [`Session::set`], save for those of the value and the quota.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let key = self.key(key)?.into_owned();
        self.commit(Change::Delete { key }).await
    }

    /// Whether `key` has a value.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`], [`Error::Unavailable`].
    pub async fn exists(&self, key: &str) -> Result<bool, Error> {
        let key = self.key(key)?;
        match self.opened().await? {
            Some(open) => open.exists(&self.plugin, &key).await,
            None => Ok(false),
        }
    }

    /// Keys that start with `prefix` and come after `after`, in byte order.
    ///
    /// At most `most` of them (0 means 1), and no more than [`Limits::batch_items`] keys and [`Limits::batch_bytes`] bytes
    /// of keys; but at least one if any is left.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`] for the prefix or the position, [`Error::Unavailable`].
    pub async fn keys(&self, prefix: &str, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
        let prefix = self.key(prefix)?;
        let after = after.map(|after| self.key(after)).transpose()?;
        let Some(open) = self.opened().await? else { return Ok(KeyPage::default()) };
        let range = Range {
            prefix: &prefix,
            after: after.as_ref(),
            most_keys: most.min(self.limits.batch_items).max(1) as usize,
            most_bytes: self.limits.batch_bytes,
        };
        open.keys(&self.plugin, range).await
    }

    /// What the store holds and may hold.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`].
    pub async fn usage(&self) -> Result<StoreUsage, Error> {
        let held = match self.opened().await? {
            Some(open) => open.held(&self.plugin).await?,
            None => Held::default(),
        };
        Ok(StoreUsage {
            bytes: held.bytes,
            keys: held.keys,
            quota_bytes: self.limits.store_bytes,
            quota_keys: self.limits.store_keys,
        })
    }

    fn key<'a>(&self, text: &'a str) -> Result<Key<'a>, Error> {
        Key::parse(text, &self.limits)
    }

    async fn opened(&self) -> Result<Option<Arc<dyn EngineWorkspace>>, Error> {
        self.workspace.opened(Absent::Leave).await
    }

    async fn commit(&self, change: Change) -> Result<(), Error> {
        let quota = Quota {
            store_bytes: self.limits.store_bytes,
            store_keys: self.limits.store_keys,
            workspace_bytes: self.limits.workspace_bytes,
        };
        self.workspace.commit(Batch { plugin: self.plugin.clone(), changes: vec![change], quota }).await
    }
}
