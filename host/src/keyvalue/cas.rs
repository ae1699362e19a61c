use larder_store::{Action, Address, Change, Check, Entry, Error, Expectation, Outcome, Session, Store};

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
    pub(super) async fn new(session: &Session, store: Store, key: String) -> Result<Self, Error> {
        let entry = session.entry(Address { store, key: &key }).await?;
        Ok(Self { store, key, expect: as_it_is(entry.as_ref()) })
    }

    /// The value at the key now.
    pub(super) async fn current(&self, session: &Session) -> Result<Option<Vec<u8>>, Error> {
        session.store(self.store).get(&self.key).await
    }

    /// Puts `value` if the key still is as it was; otherwise gives a handle for the key as it is now.
    pub(super) async fn swap(self, session: &Session, value: Vec<u8>) -> Result<Result<(), Self>, Error> {
        let at = Address { store: self.store, key: &self.key };
        let check = Check { at, expect: self.expect };
        match session.apply(&[check], vec![Change { at, action: Action::Set(value) }]).await? {
            Outcome::Committed(_) => Ok(Ok(())),
            Outcome::Conflict(_) => Ok(Err(Self::new(session, self.store, self.key).await?)),
        }
    }
}

/// That nothing has happened to a key since it was so.
pub(super) fn as_it_is(entry: Option<&Entry>) -> Expectation {
    entry.map_or(Expectation::Absent, |entry| Expectation::Unchanged(entry.version))
}
