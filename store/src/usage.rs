/// What one store holds and may hold.
///
/// Counted against a quota are the bytes of each key and its value, and 64 bytes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreUsage {
    /// Bytes held.
    pub bytes: u64,
    /// Keys held.
    pub keys: u64,
    /// Bytes that the store may hold by its own quota.
    pub quota_bytes: u64,
    /// Keys that the store may hold.
    pub quota_keys: u64,
}

/// What is held, by a store or by all stores of a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Bytes held, counted as in [`StoreUsage`].
    pub bytes: u64,
    /// Keys held.
    pub keys: u64,
}
