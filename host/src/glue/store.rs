use std::time::Duration;

use larder_store::Store;

use crate::bindings::types::{ItemPage, KeyPage, StoreLimits, StoreUsage};
use crate::{Error, StorageView};

/// `storage` and `shared` have the same functions, each for another store.
macro_rules! implement_store {
    ($interface:ident, $store:expr) => {
        mod $interface {
            use super::*;

            implement! {
                use $interface::{Host};

                impl Host {
                    async fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), Error> {
                        let bytes = key.len() + value.len();
                        Ok(self.writing(bytes).await?.store($store).set(&key, value).await?)
                    }

                    async fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Error> {
                        Ok(self.reading(1).await?.store($store).get(&key).await?)
                    }

                    async fn delete(&mut self, key: String) -> Result<(), Error> {
                        Ok(self.writing(key.len()).await?.store($store).delete(&key).await?)
                    }

                    async fn exists(&mut self, key: String) -> Result<bool, Error> {
                        Ok(self.reading(1).await?.store($store).exists(&key).await?)
                    }

                    async fn set_expiring(&mut self, key: String, value: Vec<u8>, expires_in_ms: u64) -> Result<(), Error> {
                        let expires_in = Duration::from_millis(expires_in_ms);
                        let bytes = key.len() + value.len();
                        Ok(self.writing(bytes).await?.store($store).set_expiring(&key, value, expires_in).await?)
                    }

                    async fn keys(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
                        Ok(self.reading(1).await?.store($store).keys(&prefix, after.as_deref(), most).await?.into())
                    }

                    async fn items(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<ItemPage, Error> {
                        Ok(self.reading(1).await?.store($store).items(&prefix, after.as_deref(), most).await?.into())
                    }

                    async fn delete_prefix(&mut self, prefix: String) -> Result<u64, Error> {
                        let removed = self.writing(prefix.len()).await?.store($store).delete_prefix(&prefix).await?;
                        if !prefix.is_empty() {
                            // Removing ten is about as much work as writing one. A store is emptied at once.
                            self.owe_writes(removed / 10);
                        }
                        Ok(removed)
                    }

                    async fn usage(&mut self) -> Result<StoreUsage, Error> {
                        Ok(self.reading(1).await?.store($store).usage().await?.into())
                    }

                    async fn limits(&mut self) -> wasmtime::Result<StoreLimits> {
                        Ok(self.ctx.session.limits().into())
                    }
                }
            }
        }
    };
}

implement_store!(storage, Store::Private);
implement_store!(shared, Store::Shared);
