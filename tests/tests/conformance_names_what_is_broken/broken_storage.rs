//! The two stores, with what can be wrong with them.

use std::time::Duration;

use larder_host::Error;
use larder_host::bindings::shared::Host as Shared;
use larder_host::bindings::storage::Host as Storage;
use larder_host::bindings::types::{Item, ItemPage, KeyPage, StoreLimits, StoreUsage};
use larder_store::{Address, Error as StoreError, Limits, Session};

use crate::broken_host::{BrokenView, limits};
use crate::fault::Fault;

impl Storage for BrokenView<'_> {
    async fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), Error> {
        let key = self.taken_for(key);
        self.0.mortal.remove(&key);
        self.0.missing.remove(&key);
        match self.0.fault {
            Fault::RefusedDataStays => {
                let answer = self.0.session().set(&key, value.clone()).await;
                if let Err(StoreError::QuotaExceeded(_)) = answer {
                    let unlimited = Limits { store_bytes: u64::MAX, store_keys: u64::MAX, ..limits() };
                    self.0.session_within(unlimited).set(&key, value).await?;
                }
                Ok(answer?)
            }
            Fault::LimitsAreNotEnforced => {
                let unlimited = Limits { key_bytes: u32::MAX, value_bytes: u64::MAX, ..limits() };
                Ok(self.0.session_within(unlimited).set(&key, value).await?)
            }
            Fault::SetKeepsExpiry => {
                let session = self.0.session();
                match session.entry(Address::private(&key)).await?.and_then(|entry| entry.expires_in) {
                    Some(left) => Ok(session.private().set_expiring(&key, value, left).await?),
                    None => Ok(session.set(&key, value).await?),
                }
            }
            _ => Storage::set(&mut self.0.whole(), key, value).await,
        }
    }

    async fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Error> {
        let key = self.taken_for(key);
        if self.0.missing.contains(&key) {
            return Ok(None);
        }
        let value = Storage::get(&mut self.0.whole(), key.clone()).await?;
        match self.0.fault {
            Fault::MissingKeyFails => Ok(Some(value.ok_or(StoreError::Damaged)?)),
            Fault::EmptyValueIsNone => Ok(value.filter(|value| !value.is_empty())),
            Fault::ExpiredCanBeRead => Ok(value.or_else(|| self.0.mortal.get(&key).cloned())),
            Fault::MissingKeyIsRemembered => {
                if value.is_none() {
                    self.0.missing.insert(key);
                }
                Ok(value)
            }
            _ => Ok(value),
        }
    }

    async fn delete(&mut self, key: String) -> Result<(), Error> {
        let key = self.taken_for(key);
        self.0.mortal.remove(&key);
        if self.0.fault == Fault::DeletingNothingFails && !self.0.session().private().exists(&key).await? {
            return Err(StoreError::Damaged.into());
        }
        Storage::delete(&mut self.0.whole(), key).await
    }

    async fn exists(&mut self, key: String) -> Result<bool, Error> {
        let key = self.taken_for(key);
        Storage::exists(&mut self.0.whole(), key).await
    }

    async fn set_expiring(&mut self, key: String, value: Vec<u8>, expires_in_ms: u64) -> Result<(), Error> {
        let key = self.taken_for(key);
        self.0.missing.remove(&key);
        Storage::set_expiring(&mut self.0.whole(), key.clone(), value.clone(), expires_in_ms).await?;
        self.0.mortal.insert(key, value);
        Ok(())
    }

    async fn keys(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
        let most_keys = most.clamp(1, limits().batch_items) as usize;
        let page = Storage::keys(&mut self.0.whole(), prefix.clone(), after.clone(), most).await?;
        let after_key = |key: &String| after.as_ref().is_none_or(|after| key > after);
        match self.0.fault {
            Fault::PrefixIsAPattern => {
                let keys = all_keys(self.0.session(), "").await?.into_iter();
                Ok(first(most_keys, keys.filter(|key| is_like(key, &prefix) && after_key(key)).collect()))
            }
            Fault::ListingIsNotInOrder => {
                let mut keys = all_keys(self.0.session(), &prefix).await?;
                keys.sort_by_key(|key| (key.len(), key.clone()));
                keys.retain(|key| after.as_ref().is_none_or(|after| (key.len(), key) > (after.len(), after)));
                Ok(first(most_keys, keys))
            }
            Fault::PositionIsANumber => {
                let passed = after.and_then(|after| after.parse::<usize>().ok()).unwrap_or(0);
                let keys = all_keys(self.0.session(), &prefix).await?;
                let page = first(most_keys, keys.into_iter().skip(passed).collect());
                let next = page.next.map(|_| (passed + page.keys.len()).to_string());
                Ok(KeyPage { keys: page.keys, next })
            }
            Fault::ExpiredIsListed => {
                let mut keys: Vec<String> =
                    self.0.mortal.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
                keys.retain(after_key);
                keys.extend(page.keys);
                keys.sort_unstable();
                keys.dedup();
                let next = page.next.or_else(|| (keys.len() > most_keys).then(|| keys[most_keys - 1].clone()));
                keys.truncate(most_keys);
                Ok(KeyPage { keys, next })
            }
            _ => Ok(page),
        }
    }

    async fn items(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<ItemPage, Error> {
        Storage::items(&mut self.0.whole(), prefix, after, most).await
    }

    async fn delete_prefix(&mut self, prefix: String) -> Result<u64, Error> {
        self.0.mortal.retain(|key, _| !key.starts_with(&prefix));
        self.0.missing.retain(|key| !key.starts_with(&prefix));
        let count = Storage::delete_prefix(&mut self.0.whole(), prefix).await?;
        Ok(if self.0.fault == Fault::DeletePrefixDoesNotCount { 0 } else { count })
    }

    async fn usage(&mut self) -> Result<StoreUsage, Error> {
        let usage = Storage::usage(&mut self.0.whole()).await?;
        let keys_left_out = if self.0.fault == Fault::UsageLeavesKeysOut { 64 * usage.keys } else { 0 };
        Ok(StoreUsage { bytes: usage.bytes - keys_left_out, ..usage })
    }

    async fn limits(&mut self) -> wasmtime::Result<StoreLimits> {
        Storage::limits(&mut self.0.whole()).await
    }
}

impl BrokenView<'_> {
    /// The key that is used in place of another.
    fn taken_for(&self, key: String) -> String {
        match self.0.fault {
            Fault::SlashesCollapse => {
                let parts: Vec<&str> = key.split('/').filter(|part| !part.is_empty()).collect();
                parts.join("/")
            }
            Fault::LetterCaseIsFolded => key.to_lowercase(),
            _ => key,
        }
    }
}

async fn all_keys(session: &Session, prefix: &str) -> Result<Vec<String>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = session.private().keys(prefix, after.as_deref(), u32::MAX).await?;
        all.extend(page.keys);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

/// A page of them: so many, or as many as have room in one.
fn first(most_keys: usize, mut keys: Vec<String>) -> KeyPage {
    let mut held = 0;
    let fit = keys.iter().take_while(|key| {
        held += key.len() as u64;
        held <= limits().batch_bytes
    });
    let page_keys = fit.count().clamp(1, most_keys);
    let next = (keys.len() > page_keys).then(|| keys[page_keys - 1].clone());
    keys.truncate(page_keys);
    KeyPage { keys, next }
}

/// Whether the key begins like the pattern, in which `%` is any characters and `_` is one; letter case does not matter.
fn is_like(key: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => true,
        Some('%') => key.char_indices().map(|(at, _)| &key[at..]).chain([""]).any(|key| is_like(key, rest.as_str())),
        Some(wanted) => {
            let mut key = key.chars();
            let found = key.next().is_some_and(|found| wanted == '_' || found.eq_ignore_ascii_case(&wanted));
            found && is_like(key.as_str(), rest.as_str())
        }
    }
}

/// All that can be wrong with it is that it is there.
impl Shared for BrokenView<'_> {
    async fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), Error> {
        Ok(self.open_to_all().shared().set(&key, value).await?)
    }

    async fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.open_to_all().shared().get(&key).await?)
    }

    async fn delete(&mut self, key: String) -> Result<(), Error> {
        Ok(self.open_to_all().shared().delete(&key).await?)
    }

    async fn exists(&mut self, key: String) -> Result<bool, Error> {
        Ok(self.open_to_all().shared().exists(&key).await?)
    }

    async fn set_expiring(&mut self, key: String, value: Vec<u8>, expires_in_ms: u64) -> Result<(), Error> {
        let expires_in = Duration::from_millis(expires_in_ms);
        Ok(self.open_to_all().shared().set_expiring(&key, value, expires_in).await?)
    }

    async fn keys(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
        let page = self.open_to_all().shared().keys(&prefix, after.as_deref(), most).await?;
        Ok(KeyPage { keys: page.keys, next: page.next })
    }

    async fn items(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<ItemPage, Error> {
        let page = self.open_to_all().shared().items(&prefix, after.as_deref(), most).await?;
        let items = page.items.into_iter().map(|item| Item { key: item.key, value: item.value }).collect();
        Ok(ItemPage { items, next: page.next })
    }

    async fn delete_prefix(&mut self, prefix: String) -> Result<u64, Error> {
        Ok(self.open_to_all().shared().delete_prefix(&prefix).await?)
    }

    async fn usage(&mut self) -> Result<StoreUsage, Error> {
        let larder_store::StoreUsage { bytes, keys, quota_bytes, quota_keys } =
            self.open_to_all().shared().usage().await?;
        Ok(StoreUsage { bytes, keys, quota_bytes, quota_keys })
    }

    async fn limits(&mut self) -> wasmtime::Result<StoreLimits> {
        Shared::limits(&mut self.0.whole()).await
    }
}

impl BrokenView<'_> {
    /// A session with every grant: that of a plugin that was given it, save where the fault is that all have it.
    fn open_to_all(&self) -> Session {
        self.0.session_within(limits())
    }
}
