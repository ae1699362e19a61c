//! The interface `larder:storage/storage` alone, for a host that offers no other.

use wasmtime::component::{HasData, Linker};

use crate::bindings::storage::{Host, add_to_linker as add_storage};
use crate::bindings::types::{KeyPage, StoreLimits, StoreUsage};
use crate::{Error, StorageView};

/// Adds `larder:storage/storage` to the linker of a host with async support.
///
/// As [`crate::add_to_linker`], for this interface alone: one that is not added is not offered.
///
/// # Errors
///
/// Where the linker has the interface already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> StorageView<'_>,
) -> wasmtime::Result<()> {
    add_storage::<T, HasStorage>(linker, view)
}

struct HasStorage;

impl HasData for HasStorage {
    type Data<'a> = StorageView<'a>;
}

impl Host for StorageView<'_> {
    async fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), Error> {
        Ok(self.ctx.session.set(&key, value).await?)
    }

    async fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.ctx.session.get(&key).await?)
    }

    async fn delete(&mut self, key: String) -> Result<(), Error> {
        Ok(self.ctx.session.delete(&key).await?)
    }

    async fn exists(&mut self, key: String) -> Result<bool, Error> {
        Ok(self.ctx.session.exists(&key).await?)
    }

    async fn keys(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
        Ok(self.ctx.session.keys(&prefix, after.as_deref(), most).await?.into())
    }

    async fn usage(&mut self) -> Result<StoreUsage, Error> {
        Ok(self.ctx.session.usage().await?.into())
    }

    async fn limits(&mut self) -> wasmtime::Result<StoreLimits> {
        Ok(self.ctx.session.limits().into())
    }
}
