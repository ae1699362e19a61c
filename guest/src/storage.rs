//! The plugin's own store in the workspace that it runs for.
//!
//! Any string is a key, compared by its bytes: `a//b`, `../b` and the empty string are three different keys.

use crate::bindings::larder::storage::storage;
use crate::{Error, KeyList, KeyPage, StoreLimits, StoreUsage};

/// Stores `value` at `key`, replacing what was there.
///
/// When it returns, the value is durable.
///
/// # Errors
///
/// [`Error::KeyTooLong`], [`Error::ValueTooLarge`] and [`Error::QuotaExceeded`] where a limit stands against it;
/// [`Error::Unavailable`] and [`Error::OutcomeUnknown`] where the store fails.
///
/// ```no_run
/// # use larder::storage;
/// storage::set("greeting", "hello")?;
/// storage::set("image", [0x89, b'P', b'N', b'G'])?;
/// # Ok::<(), larder::Error>(())
/// ```
pub fn set(key: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), Error> {
    Ok(storage::set(key.as_ref(), value.as_ref())?)
}

/// The value at `key`, or none.
///
/// # Errors
///
/// [`Error::KeyTooLong`]; [`Error::Damaged`] and [`Error::Unavailable`] where the store fails.
pub fn get(key: impl AsRef<str>) -> Result<Option<Vec<u8>>, Error> {
    Ok(storage::get(key.as_ref())?)
}

/// Removes `key` and its value; succeeds where there is none.
///
/// # Errors
///
/// [`Error::KeyTooLong`]; [`Error::Unavailable`] and [`Error::OutcomeUnknown`] where the store fails.
pub fn delete(key: impl AsRef<str>) -> Result<(), Error> {
    Ok(storage::delete(key.as_ref())?)
}

/// Whether `key` has a value.
///
/// # Errors
///
/// [`Error::KeyTooLong`]; [`Error::Unavailable`] where the store fails.
pub fn exists(key: impl AsRef<str>) -> Result<bool, Error> {
    Ok(storage::exists(key.as_ref())?)
}

/// One page of the keys that start with `prefix` and come after `after`, in byte order.
///
/// It has at most `most` keys, cut to what [`limits`] allows; 0 means 1. What it gives as `next` is what to pass as
/// `after` for the page that follows. [`list`] does that by itself.
///
/// # Errors
///
/// [`Error::KeyTooLong`]; [`Error::Unavailable`] where the store fails.
pub fn keys(prefix: impl AsRef<str>, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
    Ok(storage::keys(prefix.as_ref(), after, most)?)
}

/// All keys that start with `prefix`, in byte order, fetched a page at a time.
///
/// Every key that is there from the first to the last step is met once; one that comes or goes meanwhile may or may not be.
///
/// ```no_run
/// # use larder::storage;
/// for key in storage::list("notes/") {
///     println!("{}", key?);
/// }
/// # Ok::<(), larder::Error>(())
/// ```
pub fn list(prefix: impl Into<String>) -> KeyList {
    KeyList::new(prefix.into())
}

/// What the store holds, and what it may hold by its own quota.
///
/// Counted are the bytes of each key and its value, and 64 bytes a key.
///
/// # Errors
///
/// [`Error::Unavailable`] where the store fails.
pub fn usage() -> Result<StoreUsage, Error> {
    Ok(storage::usage()?)
}

/// What one call may carry.
pub fn limits() -> StoreLimits {
    storage::limits()
}
