//! The interface `larder:storage/storage` alone, for a host without async support that offers no other.

use pollster::block_on;
use wasmtime::component::{HasData, Linker};

use crate::bindings::sync::storage::{Host, add_to_linker as add_storage};
use crate::bindings::types::{KeyPage, StoreLimits, StoreUsage};
use crate::{Error, StorageView};

/// Adds `larder:storage/storage` to the linker of a host without async support.
///
/// As [`crate::sync::add_to_linker`], for this interface alone: one that is not added is not offered.
///
/// # Errors
///
/// Where the linker has the interface already.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, view: fn(&mut T) -> StorageView<'_>) -> wasmtime::Result<()> {
    add_storage::<T, HasStorage>(linker, view)
}

struct HasStorage;

impl HasData for HasStorage {
    type Data<'a> = StorageView<'a>;
}

impl Host for StorageView<'_> {
    fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), Error> {
        Ok(block_on(self.ctx.session.set(&key, value))?)
    }

    fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Error> {
        Ok(block_on(self.ctx.session.get(&key))?)
    }

    fn delete(&mut self, key: String) -> Result<(), Error> {
        Ok(block_on(self.ctx.session.delete(&key))?)
    }

    fn exists(&mut self, key: String) -> Result<bool, Error> {
        Ok(block_on(self.ctx.session.exists(&key))?)
    }

    fn keys(&mut self, prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
        Ok(block_on(self.ctx.session.keys(&prefix, after.as_deref(), most))?.into())
    }

    fn usage(&mut self) -> Result<StoreUsage, Error> {
        Ok(block_on(self.ctx.session.usage())?.into())
    }

    fn limits(&mut self) -> wasmtime::Result<StoreLimits> {
        Ok(self.ctx.session.limits().into())
    }
}
