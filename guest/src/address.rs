use crate::{Address, Store};

impl Address {
    /// A key in the plugin's own store.
    pub fn private(key: impl Into<String>) -> Self {
        Self { store: Store::Private, key: key.into() }
    }

    /// A key in the store that the plugins of a workspace share.
    pub fn shared(key: impl Into<String>) -> Self {
        Self { store: Store::Shared, key: key.into() }
    }
}

/// A key alone is one in the plugin's own store.
impl From<&str> for Address {
    fn from(key: &str) -> Self {
        Self::private(key)
    }
}

/// A key alone is one in the plugin's own store.
impl From<&String> for Address {
    fn from(key: &String) -> Self {
        Self::private(key)
    }
}

/// A key alone is one in the plugin's own store.
impl From<String> for Address {
    fn from(key: String) -> Self {
        Self::private(key)
    }
}

impl From<&Address> for Address {
    fn from(address: &Address) -> Self {
        address.clone()
    }
}
