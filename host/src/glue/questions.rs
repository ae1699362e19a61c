use larder_store::{Address, Expectation, Store};

use crate::bindings::types;

impl From<types::Store> for Store {
    fn from(store: types::Store) -> Self {
        match store {
            types::Store::Private => Self::Private,
            types::Store::Shared => Self::Shared,
        }
    }
}

impl<'a> From<&'a types::Address> for Address<'a> {
    fn from(at: &'a types::Address) -> Self {
        Self { store: at.store.into(), key: &at.key }
    }
}

impl From<types::Expectation> for Expectation {
    fn from(expect: types::Expectation) -> Self {
        match expect {
            types::Expectation::Absent => Self::Absent,
            types::Expectation::Present => Self::Present,
            types::Expectation::Unchanged(version) => Self::Unchanged(version.into()),
        }
    }
}
