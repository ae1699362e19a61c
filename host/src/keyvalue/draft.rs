//! `wasi:keyvalue@0.2.0-draft`, whose cursors are numbers and whose counters know no sign.

use larder_store::keyvalue::Told;
use wasmtime::component::{Linker, Resource};

use super::{Bucket, Error};
use crate::StorageView;
use crate::glue::implement::implement;
use crate::linker::{HasStorage, alone};

alone!([store atomics batch] of "wasi:keyvalue@0.2.0-draft" in [bindings::keyvalue::draft], T: [Send + 'static]);

/// Adds `wasi:keyvalue@0.2.0-draft` to the linker of a host with async support.
///
/// As [`keyvalue::add_to_linker`](super::add_to_linker), for this draft alone.
///
/// # Errors
///
/// Where the linker has one of the interfaces already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> StorageView<'_>,
) -> wasmtime::Result<()> {
    store::add_to_linker(linker, view)?;
    atomics::add_to_linker(linker, view)?;
    batch::add_to_linker(linker, view)
}

implement! {
    use keyvalue::draft::{store, atomics, batch};

    impl store::Host {
        async fn open(&mut self, identifier: String) -> Result<Resource<Bucket>, Error> {
            self.open_bucket(&identifier)
        }

        as_is {
            fn convert_error(&mut self, error: Error) -> wasmtime::Result<store::Error> {
                Ok(self.tell(error)?.into())
            }
        }
    }

    impl store::HostBucket {
        async fn get(&mut self, bucket: Resource<Bucket>, key: String) -> Result<Option<Vec<u8>>, Error> {
            Ok(self.reading_in(&bucket, 1).await?.view().get(&key).await?)
        }

        async fn set(&mut self, bucket: Resource<Bucket>, key: String, value: Vec<u8>) -> Result<(), Error> {
            let bytes = key.len() + value.len();
            Ok(self.writing_in(&bucket, 1, bytes).await?.view().set(&key, value).await?)
        }

        async fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Result<(), Error> {
            Ok(self.writing_in(&bucket, 1, key.len()).await?.view().delete(&key).await?)
        }

        async fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> Result<bool, Error> {
            Ok(self.reading_in(&bucket, 1).await?.view().exists(&key).await?)
        }

        async fn list_keys(
            &mut self,
            bucket: Resource<Bucket>,
            cursor: Option<u64>
        ) -> Result<store::KeyResponse, Error> {
            let bucket = *self.ctx.table.get(&bucket)?;
            let after = self.ctx.cursors.after(bucket, cursor)?;
            let page = bucket.open_in(self.reading(1).await?).keys(after).await?;
            let cursor = page.next.map(|next| self.ctx.cursors.remember(bucket, next));
            Ok(store::KeyResponse { keys: page.keys, cursor })
        }

        async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
            self.ctx.table.delete(bucket)?;
            Ok(())
        }
    }

    impl atomics::Host {
        async fn increment(&mut self, bucket: Resource<Bucket>, key: String, by: u64) -> Result<u64, Error> {
            Ok(self.writing_in(&bucket, 1, key.len()).await?.increment_unsigned(&key, by).await?)
        }
    }

    impl batch::Host {
        async fn get_many(
            &mut self,
            bucket: Resource<Bucket>,
            keys: Vec<String>
        ) -> Result<Vec<Option<(String, Vec<u8>)>>, Error> {
            let entries = self.reading_in(&bucket, keys.len()).await?.get_many(&keys).await?;
            Ok(keys.into_iter().zip(entries).map(|(key, entry)| Some((key, entry?.value))).collect())
        }

        async fn set_many(&mut self, bucket: Resource<Bucket>, items: Vec<(String, Vec<u8>)>) -> Result<(), Error> {
            let bytes = items.iter().map(|(key, value)| key.len() + value.len()).sum();
            Ok(self.writing_in(&bucket, items.len(), bytes).await?.set_many(items).await?)
        }

        async fn delete_many(&mut self, bucket: Resource<Bucket>, keys: Vec<String>) -> Result<(), Error> {
            let bytes = keys.iter().map(String::len).sum();
            Ok(self.writing_in(&bucket, keys.len(), bytes).await?.delete_many(keys).await?)
        }
    }

    conversions {
        impl From<Told> for store::Error {
            fn from(told: Told) -> Self {
                match told {
                    Told::NoSuchStore => Self::NoSuchStore,
                    Told::AccessDenied => Self::AccessDenied,
                    Told::Other(text) => Self::Other(text),
                }
            }
        }
    }
}
