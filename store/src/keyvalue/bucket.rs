use super::{Error, Opened};
use crate::address::Store;
use crate::grant::Grant;
use crate::session::Session;

/// A bucket that a plugin has opened: one of the two stores that it can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    store: Store,
}

impl Bucket {
    /// The bucket of this name, for a plugin with this grant.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchStore`] where there is none, [`crate::Error::AccessDenied`] for the shared one without a grant.
    pub fn named(identifier: &str, grant: &Grant) -> Result<Self, Error> {
        match identifier {
            "" | "default" => Ok(Self { store: Store::Private }),
            "shared" if grant.is_none() => Err(crate::Error::AccessDenied.into()),
            "shared" => Ok(Self { store: Store::Shared }),
            _ => Err(Error::NoSuchStore),
        }
    }

    /// What it stands for in the session of its plugin.
    pub fn open_in(self, session: &Session) -> Opened<'_> {
        Opened { session, store: self.store }
    }
}
