/// What an [`export`](crate::export) has in it, or what has been written to or read from it so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Stores.
    pub stores: u64,
    /// Keys, in all stores together.
    pub keys: u64,
    /// Bytes of values.
    pub bytes: u64,
}
