use std::fmt::Debug;

use crate::bindings::types::{Error, Store, StoreUsage, Version};
use crate::bindings::{atomic, storage};
use crate::case::Checked;
use crate::check::{refused, same};
use crate::store::private;

/// All that can be seen of a store.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    entries: Vec<Known>,
    usage: StoreUsage,
}

/// A key, its value, and what is known of that.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    key: String,
    value: Vec<u8>,
    version: Version,
    expires: bool,
}

impl State {
    /// That of the private store.
    pub fn now() -> Result<Self, Error> {
        Self::of(Store::Private, "")
    }

    /// That of the keys which start with `prefix`.
    pub fn of(store: Store, prefix: &str) -> Result<Self, Error> {
        let mut entries = Vec::new();
        for key in store.all_keys(prefix)? {
            let entry = atomic::get(&store.at(&key))?;
            entries.extend(entry.map(|atomic::Entry { value, version, expires_in_ms }| Known {
                key,
                value,
                version,
                expires: expires_in_ms.is_some(),
            }));
        }
        // What a grant for a prefix does not show is left out.
        let usage = match store.usage() {
            Err(Error::AccessDenied) => StoreUsage { bytes: 0, keys: 0, quota_bytes: 0, quota_keys: 0 },
            usage => usage?,
        };
        Ok(Self { entries, usage })
    }
}

/// A value, a counter and a value that expires, at `value`, `counter` and `expiring`.
pub fn furnish() -> Result<(), Error> {
    storage::set("value", b"as it was")?;
    atomic::increment(&private("counter"), 7)?;
    storage::set_expiring("expiring", b"for a while", crate::lifetime::LONG_MS)
}

/// In a furnished store, the call is refused with exactly this, and nothing is changed by it.
pub fn refused_without_a_trace<T: Debug>(call: impl FnOnce() -> Result<T, Error>, expected: Error) -> Checked {
    without_a_trace(|| refused("the call", call(), expected))
}

/// In a furnished store, nothing is changed by what `check` does.
pub fn without_a_trace(check: impl FnOnce() -> Checked) -> Checked {
    furnish()?;
    let before = State::now()?;
    check()?;
    same("the store afterwards", State::now()?, before)
}
