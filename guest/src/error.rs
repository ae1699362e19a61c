use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::bindings::larder::storage::types;
use crate::{Excess, Unit};

/// Why a call failed.
///
/// After any error but [`Error::OutcomeUnknown`] the store is as it was before the call.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The key, prefix or position has more bytes than a key may have.
    #[error("the key is too long: {0}")]
    KeyTooLong(Excess),
    /// The value has more bytes than a value may have.
    #[error("the value is too large: {0}")]
    ValueTooLarge(Excess),
    /// The call carries, or its answer would carry, more than is allowed at once.
    #[error("too much for one call: {0}")]
    BatchTooLarge(Excess),
    /// The store would hold more than it may.
    ///
    /// The limit is the store's own quota, or what it holds and what is free in the workspace, whichever is less.
    #[error("the store would be too full: {0}")]
    QuotaExceeded(Excess),
    /// Too many readers and writers are open.
    #[error("too many readers and writers are open: {0}")]
    TooManyOpen(Excess),
    /// The value at this key is not a counter, or the sum leaves a counter's range.
    #[error("the value is not a counter, or the sum leaves its range")]
    NotACounter,
    /// The host has not granted this plugin that access.
    #[error("the host does not allow this plugin that access")]
    AccessDenied,
    /// Too many calls; worth trying again after this time.
    #[error("too many calls: try again in {} ms", .0.as_millis())]
    Throttled(Duration),
    /// The stored value is damaged; reading it would give wrong bytes.
    #[error("the stored value is damaged")]
    Damaged,
    /// The store cannot do this now; worth trying again.
    #[error("the store is unavailable")]
    Unavailable,
    /// The write is wholly there or wholly not, and the store could not find out which; read to find out.
    #[error("the outcome of the write is unknown")]
    OutcomeUnknown,
    /// A reason that this version of the interface has no name for.
    #[error("{0}")]
    Other(String),
    /// Others kept changing what the commit checks, so often: what [`atomic::retry`](crate::atomic::retry) gives in the end.
    #[error("others changed what the commit checks, {tries} times")]
    Conflict {
        /// How often it was tried.
        tries: u32,
    },
    /// A value is not JSON of the type that is asked for, or cannot be made JSON.
    #[cfg(feature = "serde")]
    #[error("not the JSON that is expected: {0}")]
    Json(String),
}

impl From<types::Error> for Error {
    fn from(error: types::Error) -> Self {
        match error {
            types::Error::KeyTooLong(excess) => Self::KeyTooLong(excess),
            types::Error::ValueTooLarge(excess) => Self::ValueTooLarge(excess),
            types::Error::BatchTooLarge(excess) => Self::BatchTooLarge(excess),
            types::Error::QuotaExceeded(excess) => Self::QuotaExceeded(excess),
            types::Error::TooManyOpen(excess) => Self::TooManyOpen(excess),
            types::Error::NotACounter => Self::NotACounter,
            types::Error::AccessDenied => Self::AccessDenied,
            types::Error::Throttled(after_ms) => Self::Throttled(Duration::from_millis(after_ms.into())),
            types::Error::Damaged => Self::Damaged,
            types::Error::Unavailable => Self::Unavailable,
            types::Error::OutcomeUnknown => Self::OutcomeUnknown,
            types::Error::Other(reason) => Self::Other(reason),
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} where {} are allowed", self.actual, self.unit, self.limit)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Items => "items",
            Self::Handles => "handles",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_prints_what_was_asked_and_what_is_allowed() {
        let excess = |unit, limit, actual| Excess { unit, limit, actual };
        let cases = [
            (
                types::Error::ValueTooLarge(excess(Unit::Bytes, 67_108_864, 70_000_000)),
                "the value is too large: 70000000 bytes where 67108864 are allowed",
            ),
            (
                types::Error::QuotaExceeded(excess(Unit::Items, 10, 11)),
                "the store would be too full: 11 items where 10 are allowed",
            ),
            (
                types::Error::TooManyOpen(excess(Unit::Handles, 16, 17)),
                "too many readers and writers are open: 17 handles where 16 are allowed",
            ),
            (types::Error::Throttled(250), "too many calls: try again in 250 ms"),
        ];
        for (error, text) in cases {
            assert_eq!(Error::from(error).to_string(), text);
        }
    }
}
