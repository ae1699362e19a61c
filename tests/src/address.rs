use crate::types::{Address, Store};

/// A key in the plugin's own store, as a plugin names it.
pub fn private(key: &str) -> Address {
    Address { store: Store::Private, key: key.to_owned() }
}

/// A key in the store that the workspace shares, as a plugin names it.
pub fn shared(key: &str) -> Address {
    Address { store: Store::Shared, key: key.to_owned() }
}
