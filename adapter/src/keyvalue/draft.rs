//! `wasi:keyvalue@0.2.0-draft`, whose cursors are numbers and whose counters know no sign.

use std::cell::RefCell;

use larder_store::keyvalue::{Bucket, Cursors, Told};

use super::{in_bucket, in_keyvalue, open};
use crate::Adapter;
use crate::bindings::draft::store::{BucketBorrow, Error, GuestBucket, KeyResponse};
use crate::bindings::draft::{atomics, batch, store};

thread_local! {
    static CURSORS: RefCell<Cursors> = RefCell::new(Cursors::new());
}

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

    fn list_keys(&self, cursor: Option<u64>) -> Result<KeyResponse, Error> {
        CURSORS.with_borrow_mut(|cursors| {
            let page = in_keyvalue(async |session| {
                let after = cursors.after(self.0, cursor)?;
                Ok(self.0.open_in(session).keys(after).await?)
            })?;
            let cursor = page.next.map(|next| cursors.remember(self.0, next));
            Ok(KeyResponse { keys: page.keys, cursor })
        })
    }
}

impl atomics::Guest for Adapter {
    fn increment(bucket: BucketBorrow<'_>, key: String, by: u64) -> Result<u64, Error> {
        let Opened(bucket) = bucket.get();
        Ok(in_bucket(*bucket, async |bucket| bucket.increment_unsigned(&key, by).await)?)
    }
}

impl batch::Guest for Adapter {
    fn get_many(bucket: BucketBorrow<'_>, keys: Vec<String>) -> Result<Vec<Option<(String, Vec<u8>)>>, Error> {
        let Opened(bucket) = bucket.get();
        let entries = in_bucket(*bucket, async |bucket| bucket.get_many(&keys).await)?;
        Ok(keys.into_iter().zip(entries).map(|(key, entry)| Some((key, entry?.value))).collect())
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
