use std::fmt;

/// Which of the two stores a session reaches: the plugin's own, or the one its workspace shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Store {
    /// The plugin's own.
    Private,
    /// The workspace's, reached only with a [`Grant`](crate::Grant).
    Shared,
}

/// A key in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address<'a> {
    /// The store.
    pub store: Store,
    /// The key: any string.
    pub key: &'a str,
}

impl<'a> Address<'a> {
    /// A key in the plugin's own store.
    pub fn private(key: &'a str) -> Self {
        Self { store: Store::Private, key }
    }

    /// A key in the store that the workspace shares.
    pub fn shared(key: &'a str) -> Self {
        Self { store: Store::Shared, key }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "private",
            Self::Shared => "shared",
        })
    }
}
