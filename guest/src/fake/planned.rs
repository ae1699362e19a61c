use crate::Error;
use crate::bindings::larder::storage::types;

/// The error of a host that the plugin will see as this one.
impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::KeyTooLong(excess) => Self::KeyTooLong(excess),
            Error::ValueTooLarge(excess) => Self::ValueTooLarge(excess),
            Error::BatchTooLarge(excess) => Self::BatchTooLarge(excess),
            Error::QuotaExceeded(excess) => Self::QuotaExceeded(excess),
            Error::TooManyOpen(excess) => Self::TooManyOpen(excess),
            Error::NotACounter => Self::NotACounter,
            Error::AccessDenied => Self::AccessDenied,
            Error::Throttled(after) => Self::Throttled(u32::try_from(after.as_millis()).unwrap_or(u32::MAX)),
            Error::Damaged => Self::Damaged,
            Error::Unavailable => Self::Unavailable,
            Error::OutcomeUnknown => Self::OutcomeUnknown,
            Error::Other(reason) => Self::Other(reason),
            not_of_a_host => Self::Other(not_of_a_host.to_string()),
        }
    }
}
