use super::Opened;
use crate::address::{Address, Store};
use crate::atomic::{Action, Change, Check, Entry, Expectation, Outcome};
use crate::error::Error;
use crate::session::Session;

/// A key as it was when a plugin made this handle, to be replaced only if it still is so.
///
/// It stays at what it was made with, whatever is read through it meanwhile. And it holds no value, so that a plugin with
/// many handles fills no memory of the host.
#[derive(Debug)]
pub struct Cas {
    store: Store,
    key: String,
    expect: Expectation,
}

impl Cas {
    /// The key as it is now.
    ///
    /// # Errors
    ///
    /// As [`Session::entry`] has them.
    pub async fn new(Opened { session, store }: Opened<'_>, key: String) -> Result<Self, Error> {
        let entry = session.entry(Address { store, key: &key }).await?;
        Ok(Self { store, key, expect: as_it_is(entry.as_ref()) })
    }

    /// The value at the key now.
    ///
    /// # Errors
    ///
    /// As [`StoreView::get`](crate::StoreView::get) has them.
    pub async fn current(&self, session: &Session) -> Result<Option<Vec<u8>>, Error> {
        session.store(self.store).get(&self.key).await
    }

    /// Puts `value` if the key still is as it was; otherwise gives a handle for the key as it is now.
    ///
    /// # Errors
    ///
    /// As [`Session::apply`] has them.
    pub async fn swap(self, session: &Session, value: Vec<u8>) -> Result<Result<(), Self>, Error> {
        let at = Address { store: self.store, key: &self.key };
        let check = Check { at, expect: self.expect };
        match session.apply(&[check], vec![Change { at, action: Action::Set(value) }]).await? {
            Outcome::Committed(_) => Ok(Ok(())),
            Outcome::Conflict(_) => Ok(Err(Self::new(Opened { session, store: self.store }, self.key).await?)),
        }
    }
}

/// That nothing has happened to a key since it was so.
pub(super) fn as_it_is(entry: Option<&Entry>) -> Expectation {
    entry.map_or(Expectation::Absent, |entry| Expectation::Unchanged(entry.version))
}
