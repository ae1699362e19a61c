use std::time::Duration;

use larder_store::Store;

use crate::Adapter;
use crate::bindings::types::{Error, ItemPage, KeyPage, StoreLimits, StoreUsage};
use crate::opened::in_session;

/// `storage` and `shared` have the same functions, each for another store.
macro_rules! implement {
    ($interface:ident, $store:expr) => {
        impl crate::bindings::$interface::Guest for Adapter {
            fn set(key: String, value: Vec<u8>) -> Result<(), Error> {
                Ok(in_session(async |session| session.store($store).set(&key, value).await)?)
            }

            fn get(key: String) -> Result<Option<Vec<u8>>, Error> {
                Ok(in_session(async |session| session.store($store).get(&key).await)?)
            }

            fn delete(key: String) -> Result<(), Error> {
                Ok(in_session(async |session| session.store($store).delete(&key).await)?)
            }

            fn exists(key: String) -> Result<bool, Error> {
                Ok(in_session(async |session| session.store($store).exists(&key).await)?)
            }

            fn set_expiring(key: String, value: Vec<u8>, expires_in_ms: u64) -> Result<(), Error> {
                let expires_in = Duration::from_millis(expires_in_ms);
                Ok(in_session(async |session| session.store($store).set_expiring(&key, value, expires_in).await)?)
            }

            fn keys(prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
                let after = after.as_deref();
                Ok(in_session(async |session| session.store($store).keys(&prefix, after, most).await)?.into())
            }

            fn items(prefix: String, after: Option<String>, most: u32) -> Result<ItemPage, Error> {
                let after = after.as_deref();
                Ok(in_session(async |session| session.store($store).items(&prefix, after, most).await)?.into())
            }

            fn delete_prefix(prefix: String) -> Result<u64, Error> {
                Ok(in_session(async |session| session.store($store).delete_prefix(&prefix).await)?)
            }

            fn usage() -> Result<StoreUsage, Error> {
                Ok(in_session(async |session| session.store($store).usage().await)?.into())
            }

            fn limits() -> StoreLimits {
                limits()
            }
        }
    };
}

implement!(storage, Store::Private);
implement!(shared, Store::Shared);

/// Of a larder that cannot be opened, those that hold unless something else is said.
fn limits() -> StoreLimits {
    let limits = in_session(async |session| Ok::<_, larder_store::Error>(session.limits().clone()));
    (&limits.unwrap_or_default()).into()
}
