use larder_store::{Error as StoreError, Grant, Store};

use super::Error;

/// A bucket that a plugin has opened: one of the two stores that it can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub(super) store: Store,
}

impl Bucket {
    /// The bucket of this name, for a plugin with this grant.
    pub(super) fn named(identifier: &str, grant: &Grant) -> Result<Self, Error> {
        match identifier {
            "" | "default" => Ok(Self { store: Store::Private }),
            "shared" if grant.is_none() => Err(StoreError::AccessDenied.into()),
            "shared" => Ok(Self { store: Store::Shared }),
            _ => Err(Error::NO_SUCH_STORE),
        }
    }
}
