//! `wasi:keyvalue@0.2.0-draft2`, whose cursors are keys, and which can compare and swap.

use larder_store::keyvalue::Told;
use wasmtime::component::{Linker, Resource};

use super::{Bucket, Cas, Error};
use crate::StorageView;
use crate::glue::implement::implement;
use crate::linker::{HasStorage, alone};

alone!([store atomics batch] of "wasi:keyvalue@0.2.0-draft2" in [bindings::keyvalue::draft2], T: [Send + 'static]);

/// Adds `wasi:keyvalue@0.2.0-draft2` to the linker of a host with async support.
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

/// What the author of a plugin should know whose import of this name does not fit.
pub(crate) fn advice(import: &str) -> Option<&'static str> {
    (import == "wasi:keyvalue/batch@0.2.0-draft2#get-many").then_some(
        "the standard changed it in August 2026 without a new version, so build the plugin against the newer form, or against \
         0.2.0-draft",
    )
}

implement! {
    use keyvalue::draft2::{store, atomics, batch};

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
            cursor: Option<String>
        ) -> Result<store::KeyResponse, Error> {
            let page = self.reading_in(&bucket, 1).await?.keys(cursor.as_deref()).await?;
            Ok(store::KeyResponse { keys: page.keys, cursor: page.next })
        }

        async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
            self.ctx.table.delete(bucket)?;
            Ok(())
        }
    }

    impl atomics::Host {
        async fn increment(&mut self, bucket: Resource<Bucket>, key: String, by: i64) -> Result<i64, Error> {
            Ok(self.writing_in(&bucket, 1, key.len()).await?.increment(&key, by).await?)
        }

        async fn swap(&mut self, cas: Resource<Cas>, value: Vec<u8>) -> wasmtime::Result<Result<(), atomics::CasError>> {
            let cas = self.ctx.table.delete(cas)?;
            let swapped = match self.writing(value.len()).await {
                Ok(session) => cas.swap(session, value).await,
                Err(error) => Err(error),
            };
            Ok(match swapped {
                Ok(Ok(())) => Ok(()),
                Ok(Err(newer)) => Err(atomics::CasError::CasFailed(self.ctx.table.push(newer)?)),
                Err(error) => Err(atomics::CasError::StoreError(self.tell(error.into())?.into())),
            })
        }
    }

    impl atomics::HostCas {
        async fn new(&mut self, bucket: Resource<Bucket>, key: String) -> Result<Resource<Cas>, Error> {
            let cas = Cas::new(self.reading_in(&bucket, 1).await?, key).await?;
            Ok(self.ctx.table.push(cas)?)
        }

        async fn current(&mut self, cas: Resource<Cas>) -> Result<Option<Vec<u8>>, Error> {
            let session = self.reading(1).await?;
            Ok(self.ctx.table.get(&cas)?.current(session).await?)
        }

        async fn drop(&mut self, cas: Resource<Cas>) -> wasmtime::Result<()> {
            self.ctx.table.delete(cas)?;
            Ok(())
        }
    }

    impl batch::Host {
        async fn get_many(
            &mut self,
            bucket: Resource<Bucket>,
            keys: Vec<String>
        ) -> Result<Vec<(String, Option<Vec<u8>>)>, Error> {
            let entries = self.reading_in(&bucket, keys.len()).await?.get_many(&keys).await?;
            Ok(keys.into_iter().zip(entries).map(|(key, entry)| (key, entry.map(|entry| entry.value))).collect())
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
