//! What the generated bindings offer in a plugin, call by call.

macro_rules! store {
    ($name:ident, $store:expr) => {
        pub mod $name {
            use crate::bindings::larder::storage::types::{Error, ItemPage, KeyPage, Store, StoreLimits, StoreUsage};
            use crate::fake::workspace::{call, with};

            const STORE: Store = $store;

            pub fn set(key: &str, value: &[u8]) -> Result<(), Error> {
                call(|workspace| workspace.set(STORE, key, value))
            }

            pub fn set_expiring(key: &str, value: &[u8], expires_in_ms: u64) -> Result<(), Error> {
                call(|workspace| workspace.set_expiring(STORE, key, value, expires_in_ms))
            }

            pub fn get(key: &str) -> Result<Option<Vec<u8>>, Error> {
                call(|workspace| workspace.get(STORE, key))
            }

            pub fn delete(key: &str) -> Result<(), Error> {
                call(|workspace| workspace.delete(STORE, key))
            }

            pub fn exists(key: &str) -> Result<bool, Error> {
                call(|workspace| workspace.exists(STORE, key))
            }

            pub fn keys(prefix: &str, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
                call(|workspace| workspace.keys(STORE, prefix, after, most))
            }

            pub fn items(prefix: &str, after: Option<&str>, most: u32) -> Result<ItemPage, Error> {
                call(|workspace| workspace.items(STORE, prefix, after, most))
            }

            pub fn delete_prefix(prefix: &str) -> Result<u64, Error> {
                call(|workspace| workspace.delete_prefix(STORE, prefix))
            }

            pub fn usage() -> Result<StoreUsage, Error> {
                call(|workspace| workspace.allowed_usage(STORE))
            }

            pub fn limits() -> StoreLimits {
                with(|workspace| workspace.store_limits())
            }
        }
    };
}

store!(storage, Store::Private);
store!(shared, Store::Shared);

pub mod atomic {
    use crate::bindings::larder::storage::atomic::{Change, Check, Entry, Outcome};
    use crate::bindings::larder::storage::types::{Address, Error};
    use crate::fake::workspace::{call, committing_call};

    pub fn get(at: &Address) -> Result<Option<Entry>, Error> {
        call(|workspace| workspace.entry(at))
    }

    pub fn get_many(at: &[Address]) -> Result<Vec<Option<Entry>>, Error> {
        call(|workspace| workspace.entries(at))
    }

    pub fn commit(checks: &[Check], changes: &[Change]) -> Result<Outcome, Error> {
        committing_call(|workspace| workspace.commit(checks, changes))
    }

    pub fn increment(at: &Address, by: i64) -> Result<i64, Error> {
        committing_call(|workspace| workspace.increment(at, by))
    }
}

pub mod streams {
    pub use crate::fake::streams::{Reader, Writer, create, open};
}
