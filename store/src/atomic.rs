//! What is checked and changed in one commit.

use std::time::Duration;

use crate::address::Address;
use crate::version::Version;

/// A value with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The value.
    pub value: Vec<u8>,
    /// Which write made it.
    pub version: Version,
    /// How long it has still to live; none where it does not expire.
    pub expires_in: Option<Duration>,
}

/// What must be true of a key for a commit to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// There is no value.
    Absent,
    /// There is a value.
    Present,
    /// There is a value, made by this write.
    Unchanged(Version),
}

/// A condition of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'a> {
    /// Of which key.
    pub at: Address<'a>,
    /// What must be true of it before the commit.
    pub expect: Expectation,
}

/// A change that a commit makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// To which key.
    pub at: Address<'a>,
    /// What is done.
    pub action: Action,
}

/// What is done to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Puts a value, which does not expire.
    Set(Vec<u8>),
    /// Puts a value that is gone so long from now; zero is at once, past the end of time is never.
    SetExpiring {
        /// The value.
        value: Vec<u8>,
        /// How long it is there, rounded down to milliseconds.
        expires_in: Duration,
    },
    /// Removes the value, if there is one.
    Delete,
    /// Adds to the counter; counts an absent key as zero and keeps an expiry.
    Add(i64),
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made; all the values written have this version. Where nothing was written, no value has it.
    Committed(Version),
    /// It was not made: the check of this number, counted from 0, is the first that did not hold.
    Conflict(u32),
}
