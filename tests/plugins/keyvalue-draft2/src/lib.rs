//! Imports `wasi:keyvalue@0.2.0-draft2` through the bindings that Spin publishes for its own plugins, and exports the same.

use exports::wasi::keyvalue::{atomics, batch, store};
use spin_sdk::experimental::wasi::keyvalue as host;

wit_bindgen::generate!({
    path: ["../../../wit/wasi-keyvalue/0.2.0-draft2", "wit"],
    world: "tests:keyvalue-draft2/plugin",
    generate_all,
});

struct Plugin;

export!(Plugin);

struct Bucket(host::store::Bucket);

struct Cas(host::atomics::Cas);

impl store::Guest for Plugin {
    type Bucket = Bucket;

    fn open(identifier: String) -> Result<store::Bucket, store::Error> {
        Ok(store::Bucket::new(Bucket(host::store::open(&identifier)?)))
    }
}

impl store::GuestBucket for Bucket {
    fn get(&self, key: String) -> Result<Option<Vec<u8>>, store::Error> {
        Ok(self.0.get(&key)?)
    }

    fn set(&self, key: String, value: Vec<u8>) -> Result<(), store::Error> {
        Ok(self.0.set(&key, &value)?)
    }

    fn delete(&self, key: String) -> Result<(), store::Error> {
        Ok(self.0.delete(&key)?)
    }

    fn exists(&self, key: String) -> Result<bool, store::Error> {
        Ok(self.0.exists(&key)?)
    }

    fn list_keys(&self, cursor: Option<String>) -> Result<store::KeyResponse, store::Error> {
        let host::store::KeyResponse { keys, cursor } = self.0.list_keys(cursor.as_deref())?;
        Ok(store::KeyResponse { keys, cursor })
    }
}

impl atomics::Guest for Plugin {
    type Cas = Cas;

    fn increment(bucket: store::BucketBorrow, key: String, delta: i64) -> Result<i64, store::Error> {
        Ok(host::atomics::increment(&bucket.get::<Bucket>().0, &key, delta)?)
    }

    fn swap(cas: atomics::Cas, value: Vec<u8>) -> Result<(), atomics::CasError> {
        host::atomics::swap(cas.into_inner::<Cas>().0, &value).map_err(|error| match error {
            host::atomics::CasError::StoreError(error) => atomics::CasError::StoreError(error.into()),
            host::atomics::CasError::CasFailed(cas) => atomics::CasError::CasFailed(atomics::Cas::new(Cas(cas))),
        })
    }
}

impl atomics::GuestCas for Cas {
    fn new(bucket: store::BucketBorrow, key: String) -> Result<atomics::Cas, store::Error> {
        let cas = host::atomics::Cas::new(&bucket.get::<Bucket>().0, &key)?;
        Ok(atomics::Cas::new(Cas(cas)))
    }

    fn current(&self) -> Result<Option<Vec<u8>>, store::Error> {
        Ok(self.0.current()?)
    }
}

impl batch::Guest for Plugin {
    fn get_many(
        bucket: store::BucketBorrow,
        keys: Vec<String>,
    ) -> Result<Vec<(String, Option<Vec<u8>>)>, store::Error> {
        Ok(host::batch::get_many(&bucket.get::<Bucket>().0, &keys)?)
    }

    fn set_many(bucket: store::BucketBorrow, items: Vec<(String, Vec<u8>)>) -> Result<(), store::Error> {
        Ok(host::batch::set_many(&bucket.get::<Bucket>().0, &items)?)
    }

    fn delete_many(bucket: store::BucketBorrow, keys: Vec<String>) -> Result<(), store::Error> {
        Ok(host::batch::delete_many(&bucket.get::<Bucket>().0, &keys)?)
    }
}

impl From<host::store::Error> for store::Error {
    fn from(error: host::store::Error) -> Self {
        match error {
            host::store::Error::NoSuchStore => Self::NoSuchStore,
            host::store::Error::AccessDenied => Self::AccessDenied,
            host::store::Error::Other(text) => Self::Other(text),
        }
    }
}
