//! The calls of a store and those of `atomic`, once the workspace is at hand.

use super::commit::counter;
use super::grant::Access;
use super::value::Value;
use super::workspace::{Workspace, within};
use crate::bindings::larder::storage::atomic::{Action, Change, Entry, Expiring};
use crate::bindings::larder::storage::types::{Address, Error, Item, ItemPage, KeyPage, Store, StoreUsage, Unit};

impl Workspace {
    pub fn set(&mut self, store: Store, key: &str, value: &[u8]) -> Result<(), Error> {
        self.change(store, key, Action::Set(value.to_owned()))
    }

    pub fn set_expiring(&mut self, store: Store, key: &str, value: &[u8], expires_in_ms: u64) -> Result<(), Error> {
        self.change(store, key, Action::SetExpiring(Expiring { value: value.to_owned(), expires_in_ms }))
    }

    pub fn delete(&mut self, store: Store, key: &str) -> Result<(), Error> {
        self.change(store, key, Action::Delete)
    }

    fn change(&mut self, store: Store, key: &str, action: Action) -> Result<(), Error> {
        self.make(&[], &[Change { at: Address { store, key: key.to_owned() }, action }]).map(drop)
    }

    pub fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.value(store, key)?.map(|value| value.bytes.to_vec()))
    }

    pub fn exists(&self, store: Store, key: &str) -> Result<bool, Error> {
        Ok(self.value(store, key)?.is_some())
    }

    pub fn value(&self, store: Store, key: &str) -> Result<Option<&Value>, Error> {
        self.allow(Access::Read, store, key)?;
        Ok(self.contents(store).get(key))
    }

    pub fn keys(&self, store: Store, prefix: &str, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
        self.allow_listing(store, prefix, after)?;
        let keys = self.contents(store).range(prefix, after).map(|(key, _)| key.to_owned());
        let (keys, more) = self.page_limits(most).cut(keys, String::len);
        let next = keys.last().filter(|_| more).cloned();
        Ok(KeyPage { keys, next })
    }

    pub fn items(&self, store: Store, prefix: &str, after: Option<&str>, most: u32) -> Result<ItemPage, Error> {
        self.allow_listing(store, prefix, after)?;
        let found = self.contents(store).range(prefix, after);
        let (found, more) = self.page_limits(most).cut(found, |(key, value)| key.len() + value.bytes.len());
        let items = found.into_iter().map(|(key, value)| Item { key: key.to_owned(), value: value.bytes.to_vec() });
        let items: Vec<_> = items.collect();
        let next = items.last().filter(|_| more).map(|item| item.key.clone());
        Ok(ItemPage { items, next })
    }

    fn allow_listing(&self, store: Store, prefix: &str, after: Option<&str>) -> Result<(), Error> {
        self.allow(Access::Read, store, prefix)?;
        after.map_or(Ok(()), |after| self.check_length(after))
    }

    pub fn delete_prefix(&mut self, store: Store, prefix: &str) -> Result<u64, Error> {
        self.allow(Access::Write, store, prefix)?;
        let keys: Vec<_> = self.contents(store).range(prefix, None).map(|(key, _)| key.to_owned()).collect();
        let count = keys.len() as u64;
        if !prefix.is_empty() {
            within(Unit::Items, self.limits.delete_prefix_keys, count).map_err(Error::BatchTooLarge)?;
        }
        for key in keys {
            self.contents_mut(store).put(&key, None);
        }
        Ok(count)
    }

    pub fn allowed_usage(&self, store: Store) -> Result<StoreUsage, Error> {
        self.allow(Access::Read, store, "")?;
        Ok(self.usage(store))
    }

    pub fn entry(&self, at: &Address) -> Result<Option<Entry>, Error> {
        let value = self.value(at.store, &at.key)?;
        Ok(value.map(|value| Entry {
            value: value.bytes.to_vec(),
            version: value.version,
            expires_in_ms: value.expires_at_ms.map(|at_ms| at_ms - self.now_ms),
        }))
    }

    pub fn entries(&self, at: &[Address]) -> Result<Vec<Option<Entry>>, Error> {
        within(Unit::Items, self.limits.batch_items.into(), at.len() as u64).map_err(Error::BatchTooLarge)?;
        let entries: Vec<_> = at.iter().map(|at| self.entry(at)).collect::<Result<_, _>>()?;
        if entries.len() > 1 {
            let bytes: usize = entries.iter().flatten().map(|entry| entry.value.len()).sum();
            within(Unit::Bytes, self.limits.batch_bytes, bytes as u64).map_err(Error::BatchTooLarge)?;
        }
        Ok(entries)
    }

    pub fn increment(&mut self, at: &Address, by: i64) -> Result<i64, Error> {
        self.make(&[], &[Change { at: at.clone(), action: Action::Add(by) }])?;
        let sum = self.contents(at.store).get(&at.key).map(|value| counter(&value.bytes));
        sum.unwrap_or(Ok(0))
    }
}
