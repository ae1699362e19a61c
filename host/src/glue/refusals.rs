use larder_store::{Error, Excess, Unit};

use crate::bindings::types;

/// The case and its numbers, without the fault beneath.
impl From<&Error> for types::Error {
    fn from(error: &Error) -> Self {
        match error {
            Error::KeyTooLong(excess) => Self::KeyTooLong(excess.into()),
            Error::ValueTooLarge(excess) => Self::ValueTooLarge(excess.into()),
            Error::BatchTooLarge(excess) => Self::BatchTooLarge(excess.into()),
            Error::QuotaExceeded(excess) => Self::QuotaExceeded(excess.into()),
            Error::TooManyOpen(excess) => Self::TooManyOpen(excess.into()),
            Error::NotACounter => Self::NotACounter,
            Error::AccessDenied => Self::AccessDenied,
            Error::Throttled { after_ms } => Self::Throttled(*after_ms),
            Error::Damaged => Self::Damaged,
            Error::Unavailable(_) => Self::Unavailable,
            Error::OutcomeUnknown(_) => Self::OutcomeUnknown,
            _ => Self::Other("the store failed".to_owned()),
        }
    }
}

impl From<&Excess> for types::Excess {
    fn from(excess: &Excess) -> Self {
        let unit = match excess.unit {
            Unit::Bytes => types::Unit::Bytes,
            Unit::Items => types::Unit::Items,
            Unit::Handles => types::Unit::Handles,
        };
        Self { unit, limit: excess.limit, actual: excess.actual }
    }
}
