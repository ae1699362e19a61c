//! `wasi:keyvalue@0.2.0-draft2`, whose cursors are keys, and which can compare and swap.

use larder_store::keyvalue::{self, Bucket, Told};

use super::{in_bucket, in_keyvalue, open};
use crate::Adapter;
use crate::bindings::draft2::atomics::{CasError, GuestCas};
use crate::bindings::draft2::store::{BucketBorrow, Error, GuestBucket, KeyResponse};
use crate::bindings::draft2::{atomics, batch, store};

/// A bucket that the plugin has opened.
pub struct Opened(Bucket);

impl store::Guest for Adapter {
    type Bucket = Opened;

    fn open(identifier: String) -> Result<store::Bucket, Error> {
        Ok(store::Bucket::new(Opened(open(&identifier)?)))
    }
}

impl GuestBucket for Opened {
    fn get(&self, key: String) -> Result<Option<Vec<u8>>, Error> {
        Ok(in_bucket(self.0, async |bucket| bucket.view().get(&key).await)?)
    }

    fn set(&self, key: String, value: Vec<u8>) -> Result<(), Error> {
        Ok(in_bucket(self.0, async |bucket| bucket.view().set(&key, value).await)?)
    }

    fn delete(&self, key: String) -> Result<(), Error> {
        Ok(in_bucket(self.0, async |bucket| bucket.view().delete(&key).await)?)
    }

    fn exists(&self, key: String) -> Result<bool, Error> {
        Ok(in_bucket(self.0, async |bucket| bucket.view().exists(&key).await)?)
    }

    fn list_keys(&self, cursor: Option<String>) -> Result<KeyResponse, Error> {
        let page = in_bucket(self.0, async |bucket| bucket.keys(cursor.as_deref()).await)?;
        Ok(KeyResponse { keys: page.keys, cursor: page.next })
    }
}

/// A key to be replaced only if it is as it was.
pub struct Cas(keyvalue::Cas);

impl atomics::Guest for Adapter {
    type Cas = Cas;

    fn increment(bucket: BucketBorrow<'_>, key: String, by: i64) -> Result<i64, Error> {
        let Opened(bucket) = bucket.get();
        Ok(in_bucket(*bucket, async |bucket| bucket.increment(&key, by).await)?)
    }

    fn swap(cas: atomics::Cas, value: Vec<u8>) -> Result<(), CasError> {
        let Cas(cas) = cas.into_inner();
        match in_keyvalue(async |session| Ok(cas.swap(session, value).await?)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(newer)) => Err(CasError::CasFailed(atomics::Cas::new(Cas(newer)))),
            Err(told) => Err(CasError::StoreError(told.into())),
        }
    }
}

impl GuestCas for Cas {
    fn new(bucket: BucketBorrow<'_>, key: String) -> Result<atomics::Cas, Error> {
        let Opened(bucket) = bucket.get();
        let cas = in_bucket(*bucket, async |bucket| keyvalue::Cas::new(bucket, key).await)?;
        Ok(atomics::Cas::new(Self(cas)))
    }

    fn current(&self) -> Result<Option<Vec<u8>>, Error> {
        Ok(in_keyvalue(async |session| Ok(self.0.current(session).await?))?)
    }
}

impl batch::Guest for Adapter {
    fn get_many(bucket: BucketBorrow<'_>, keys: Vec<String>) -> Result<Vec<(String, Option<Vec<u8>>)>, Error> {
        let Opened(bucket) = bucket.get();
        let entries = in_bucket(*bucket, async |bucket| bucket.get_many(&keys).await)?;
        Ok(keys.into_iter().zip(entries).map(|(key, entry)| (key, entry.map(|entry| entry.value))).collect())
    }

    fn set_many(bucket: BucketBorrow<'_>, items: Vec<(String, Vec<u8>)>) -> Result<(), Error> {
        let Opened(bucket) = bucket.get();
        Ok(in_bucket(*bucket, async |bucket| bucket.set_many(items).await)?)
    }

    fn delete_many(bucket: BucketBorrow<'_>, keys: Vec<String>) -> Result<(), Error> {
        let Opened(bucket) = bucket.get();
        Ok(in_bucket(*bucket, async |bucket| bucket.delete_many(keys).await)?)
    }
}

impl From<Told> for Error {
    fn from(told: Told) -> Self {
        match told {
            Told::NoSuchStore => Self::NoSuchStore,
            Told::AccessDenied => Self::AccessDenied,
            Told::Other(text) => Self::Other(text),
        }
    }
}
