/// What a plugin may store and ask for at once.
///
/// The host chooses; the defaults are those of [`Limits::default`]. Every limit is inclusive: a value of exactly
/// `value_bytes` is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in a key, a prefix or a position. Default 1,024.
    pub key_bytes: u32,
    /// Bytes in a value. Default 64 MiB.
    pub value_bytes: u64,
    /// Items in one call or one answer. Default 1,000.
    pub batch_items: u32,
    /// Bytes in one call or one answer of many. Default 4 MiB.
    pub batch_bytes: u64,
    /// Bytes in one chunk of a stream. Default 1 MiB.
    pub chunk_bytes: u32,
    /// Readers and writers open in one session. Default 16.
    pub open_handles: u32,
    /// Bytes that the plugin's store may hold: keys, values and 64 bytes a key. Default 100 MiB.
    pub store_bytes: u64,
    /// Keys that the plugin's store may hold. Default 1,000,000.
    pub store_keys: u64,
    /// Bytes that all stores of the workspace may hold together, counted alike. Default 1 GiB.
    pub workspace_bytes: u64,
    /// Keys that one `delete_prefix` may remove, unless it empties the store. Default 100,000.
    pub delete_prefix_keys: u64,
    /// Bytes that what a whole call has written may have in memory, counted as a quota counts, also for keys that it
    /// deletes; large values are not among them, as they go to files at once. Default 16 MiB.
    pub whole_call_bytes: u64,
}

const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            key_bytes: 1024,
            value_bytes: 64 * MIB,
            batch_items: 1000,
            batch_bytes: 4 * MIB,
            chunk_bytes: 1024 * 1024,
            open_handles: 16,
            store_bytes: 100 * MIB,
            store_keys: 1_000_000,
            workspace_bytes: 1024 * MIB,
            delete_prefix_keys: 100_000,
            whole_call_bytes: 16 * MIB,
        }
    }
}
