//! `wasi:keyvalue`, on the same data.

mod draft;
mod draft2;

use larder_store::Session;
use larder_store::keyvalue::{Bucket, Error, Opened, Told};

use crate::error::tell_fault;
use crate::opened::{Failed, in_session};

/// Opens a bucket.
fn open(identifier: &str) -> Result<Bucket, Told> {
    in_keyvalue(async |session| Bucket::named(identifier, session.grant()))
}

/// Does a call in a bucket.
fn in_bucket<T>(
    bucket: Bucket,
    call: impl AsyncFnOnce(Opened<'_>) -> Result<T, larder_store::Error>,
) -> Result<T, Told> {
    in_keyvalue(async |session| Ok(call(bucket.open_in(session)).await?))
}

fn in_keyvalue<T>(call: impl AsyncFnOnce(&Session) -> Result<T, Error>) -> Result<T, Told> {
    in_session(call).map_err(|failed| match failed {
        Failed::Closed => Told::Other("unavailable: there is no larder".to_owned()),
        Failed::Call(error) => {
            if let Error::Storage(error) = &error {
                tell_fault(error);
            }
            (&error).into()
        }
    })
}
