use std::time::Duration;

use crate::address::{Address, Store};
use crate::engine::{BatchOutcome, Change, Page, Put, Range, Row, Wanted};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::page::{Item, ItemPage, KeyPage};
use crate::scope::{Need, Room, Scope, Writes};
use crate::usage::StoreUsage;

/// One of the two stores of a session.
///
/// Of the shared one, what the session's [`Grant`](crate::Grant) does not cover is [`Error::AccessDenied`], for each call.
#[derive(Clone, Copy)]
pub struct StoreView<'a> {
    scope: &'a Scope,
    store: Store,
}

impl<'a> StoreView<'a> {
    pub(crate) fn new(scope: &'a Scope, store: Store) -> Self {
        Self { scope, store }
    }

    /// Stores `value` at `key`, replacing what was there, its expiry included.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`], [`Error::ValueTooLarge`], [`Error::QuotaExceeded`]; [`Error::BatchTooLarge`] where a whole call
    /// would hold more than [`Limits::whole_call_bytes`](crate::Limits::whole_call_bytes); [`Error::AccessDenied`] also in a
    /// larder that was opened for reading; [`Error::Unavailable`], [`Error::OutcomeUnknown`].
    pub async fn set(&self, key: &str, value: impl Into<Vec<u8>>) -> Result<(), Error> {
        self.put(key, value.into(), Expiry::NEVER).await
    }

    /// As [`StoreView::set`], but the value is gone so long from now; zero is at once, past the end of time is never.
    ///
    /// Time is counted in milliseconds.
    ///
    /// # Errors
    ///
    /// As [`StoreView::set`] has them.
    pub async fn set_expiring(&self, key: &str, value: impl Into<Vec<u8>>, expires_in: Duration) -> Result<(), Error> {
        let expiry = Expiry::after(self.scope.workspace.time().await?.now_ms(), expires_in);
        self.put(key, value.into(), expiry).await
    }

    /// The value at `key`, or none.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`], [`Error::Damaged`], [`Error::Unavailable`].
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let store = self.scope.store(self.store, key, Need::Read)?;
        self.scope.get_bytes(store, &self.scope.key(key)?).await
    }

    /// Removes `key` and its value; succeeds where there is none.
    ///
    /// # Errors
    ///
    /// As [`StoreView::set`], save for those of the value and the quota.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let at = self.scope.place(self.address(key), Need::Write)?;
        self.make(Writes { changes: vec![Change::Delete { at }], reservations: Vec::new() }).await
    }

    /// Whether `key` has a value.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`], [`Error::Damaged`], [`Error::Unavailable`].
    pub async fn exists(&self, key: &str) -> Result<bool, Error> {
        let store = self.scope.store(self.store, key, Need::Read)?;
        Ok(self.scope.look(store, &self.scope.key(key)?).await?.is_some())
    }

    /// Keys that start with `prefix` and come after `after`, in byte order.
    ///
    /// At most `most` of them (0 means 1), and no more than [`Limits::batch_items`](crate::Limits::batch_items) keys and
    /// [`Limits::batch_bytes`](crate::Limits::batch_bytes) bytes of keys; but at least one if any is left.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`] for the prefix or the position, [`Error::Unavailable`].
    pub async fn keys(&self, prefix: &str, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
        let Page { rows, next, .. } = self.page(prefix, after, most, Wanted::Keys).await?;
        Ok(KeyPage { keys: rows.into_iter().map(|row| row.key).collect(), next })
    }

    /// As [`StoreView::keys`], with the values, whose bytes count too.
    ///
    /// # Errors
    ///
    /// As [`StoreView::keys`]; [`Error::Damaged`] where a value of the page is.
    pub async fn items(&self, prefix: &str, after: Option<&str>, most: u32) -> Result<ItemPage, Error> {
        let Page { rows, next, .. } = self.page(prefix, after, most, Wanted::Values).await?;
        let mut items = Vec::with_capacity(rows.len());
        for Row { key, value, .. } in rows {
            let stored = value.expect("the page was asked for with its values");
            items.push(Item { key, value: self.scope.bytes_of(stored.body).await? });
        }
        Ok(ItemPage { items, next })
    }

    /// Removes every key that starts with `prefix`, all or none, and says how many there were.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`] for the prefix; [`Error::BatchTooLarge`] with the count where there are more than
    /// [`Limits::delete_prefix_keys`](crate::Limits::delete_prefix_keys), unless the prefix is empty; and as
    /// [`StoreView::delete`].
    pub async fn delete_prefix(&self, prefix: &str) -> Result<u64, Error> {
        let store = self.scope.store(self.store, prefix, Need::Write)?;
        self.scope.delete_prefix(store, &self.scope.key(prefix)?).await
    }

    /// What the store holds and may hold.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`] also where the grant is for a prefix, [`Error::Unavailable`].
    pub async fn usage(&self) -> Result<StoreUsage, Error> {
        let store = self.scope.store(self.store, "", Need::Read)?;
        let held = self.scope.held(store).await?;
        let limits = &self.scope.limits;
        let quota_bytes = match self.store {
            Store::Private => limits.store_bytes,
            Store::Shared => limits.workspace_bytes,
        };
        Ok(StoreUsage { bytes: held.bytes, keys: held.keys, quota_bytes, quota_keys: limits.store_keys })
    }

    async fn put(&self, key: &str, value: Vec<u8>, expiry: Expiry) -> Result<(), Error> {
        let at = self.scope.place(self.address(key), Need::Write)?;
        self.scope.check_value(value.len() as u64)?;
        if self.scope.workspace.now().has_passed(expiry) {
            return self.make(Writes { changes: vec![Change::Delete { at }], reservations: Vec::new() }).await;
        }
        let _admission = self.scope.workspace.admit(value.len() as u64).await;
        let mut reservations = Vec::new();
        let body = self.scope.body(&at, value, Room::There, &mut reservations).await?;
        let change = Change::Put { at, put: Put { body, expiry, version: None } };
        self.make(Writes { changes: vec![change], reservations }).await
    }

    async fn make(&self, writes: Writes) -> Result<(), Error> {
        match self.scope.make(Vec::new(), writes).await? {
            BatchOutcome::Committed(_) => Ok(()),
            BatchOutcome::Conflict(_) => unreachable!("nothing was checked"),
        }
    }

    async fn page(&self, prefix: &str, after: Option<&str>, most: u32, wanted: Wanted) -> Result<Page, Error> {
        let store = self.scope.store(self.store, prefix, Need::Read)?;
        let prefix = self.scope.key(prefix)?;
        let after = after.map(|after| self.scope.key(after)).transpose()?;
        let limits = &self.scope.limits;
        let range = Range {
            prefix: &prefix,
            after: after.as_ref(),
            most_keys: most.min(limits.batch_items).max(1) as usize,
            most_bytes: limits.batch_bytes,
            wanted,
        };
        self.scope.page(store, range).await
    }

    fn address<'k>(&self, key: &'k str) -> Address<'k> {
        Address { store: self.store, key }
    }
}
