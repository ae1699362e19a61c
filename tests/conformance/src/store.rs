use crate::bindings::types::{Address, Error, ItemPage, KeyPage, Store, StoreUsage};
use crate::bindings::{shared, storage};

/// The functions of both stores, for cases that are about either.
impl Store {
    pub fn at(self, key: &str) -> Address {
        Address { store: self, key: key.to_owned() }
    }

    pub fn set(self, key: &str, value: &[u8]) -> Result<(), Error> {
        match self {
            Self::Private => storage::set(key, value),
            Self::Shared => shared::set(key, value),
        }
    }

    pub fn get(self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Private => storage::get(key),
            Self::Shared => shared::get(key),
        }
    }

    pub fn delete(self, key: &str) -> Result<(), Error> {
        match self {
            Self::Private => storage::delete(key),
            Self::Shared => shared::delete(key),
        }
    }

    pub fn exists(self, key: &str) -> Result<bool, Error> {
        match self {
            Self::Private => storage::exists(key),
            Self::Shared => shared::exists(key),
        }
    }

    pub fn set_expiring(self, key: &str, value: &[u8], expires_in_ms: u64) -> Result<(), Error> {
        match self {
            Self::Private => storage::set_expiring(key, value, expires_in_ms),
            Self::Shared => shared::set_expiring(key, value, expires_in_ms),
        }
    }

    pub fn keys(self, prefix: &str, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
        match self {
            Self::Private => storage::keys(prefix, after, most),
            Self::Shared => shared::keys(prefix, after, most),
        }
    }

    pub fn items(self, prefix: &str, after: Option<&str>, most: u32) -> Result<ItemPage, Error> {
        match self {
            Self::Private => storage::items(prefix, after, most),
            Self::Shared => shared::items(prefix, after, most),
        }
    }

    pub fn delete_prefix(self, prefix: &str) -> Result<u64, Error> {
        match self {
            Self::Private => storage::delete_prefix(prefix),
            Self::Shared => shared::delete_prefix(prefix),
        }
    }

    pub fn usage(self) -> Result<StoreUsage, Error> {
        match self {
            Self::Private => storage::usage(),
            Self::Shared => shared::usage(),
        }
    }

    /// Every key that starts with `prefix`, page by page.
    pub fn all_keys(self, prefix: &str) -> Result<Vec<String>, Error> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.keys(prefix, after.as_deref(), u32::MAX)?;
            all.extend(page.keys);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(all),
            }
        }
    }
}

/// A key in the plugin's own store.
pub fn private(key: &str) -> Address {
    Store::Private.at(key)
}
