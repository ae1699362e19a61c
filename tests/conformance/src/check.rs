//! What cases say of answers.

use std::fmt::Debug;

use crate::bindings::types::{Error, Excess, Unit};
use crate::case::{Checked, Stop};

/// `found` is `expected`.
pub fn same<T: Debug + PartialEq>(what: &str, found: T, expected: T) -> Checked {
    if found == expected { Ok(()) } else { failed(format!("{what}: {found:?} where {expected:?} was expected")) }
}

/// `found` is anything but `other`.
pub fn differ<T: Debug + PartialEq>(what: &str, found: T, other: T) -> Checked {
    if found == other { failed(format!("{what}: both are {found:?}")) } else { Ok(()) }
}

/// `what` is so.
pub fn holds(what: impl Into<String>, is_so: bool) -> Checked {
    if is_so { Ok(()) } else { failed(format!("it does not hold that {}", what.into())) }
}

/// The value is there, byte for byte.
pub fn same_bytes(what: &str, found: &[u8], expected: &[u8]) -> Checked {
    if found.len() != expected.len() {
        return failed(format!("{what}: {} bytes where {} were expected", found.len(), expected.len()));
    }
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        Some(at) => failed(format!("{what}: of {} bytes, the one at {at} is another", found.len())),
        None => Ok(()),
    }
}

/// The call is refused with exactly this.
pub fn refused<T: Debug>(what: &str, answer: Result<T, Error>, expected: Error) -> Checked {
    match answer {
        Err(error) if error == expected => Ok(()),
        Err(error) => failed(format!("{what}: refused with {error:?} where {expected:?} was expected")),
        Ok(answer) => failed(format!("{what}: {answer:?} where {expected:?} was expected")),
    }
}

/// The call is refused with the case of the error that `pick` picks, for this limit of this unit, and more than that.
pub fn refused_above<T: Debug>(
    what: &str,
    answer: Result<T, Error>,
    pick: fn(&Error) -> Option<Excess>,
    (unit, limit): (Unit, u64),
) -> Checked {
    let error = match answer {
        Err(error) => error,
        Ok(answer) => return failed(format!("{what}: {answer:?} where more than {limit} were asked for")),
    };
    match pick(&error) {
        Some(excess) if excess.unit == unit && excess.limit == limit && excess.actual > limit => Ok(()),
        _ => failed(format!("{what}: {error:?}, for a limit of {limit} {unit:?}")),
    }
}

/// The excess of `key-too-long`.
pub fn key_too_long(limit: u32, actual: usize) -> Error {
    Error::KeyTooLong(Excess { unit: Unit::Bytes, limit: limit.into(), actual: actual as u64 })
}

/// The excess of `batch-too-large`, if it is that.
pub fn batch_too_large(error: &Error) -> Option<Excess> {
    match error {
        Error::BatchTooLarge(excess) => Some(*excess),
        _ => None,
    }
}

/// What there has to be.
pub fn some<T>(what: &str, found: Option<T>) -> Result<T, Stop> {
    found.ok_or_else(|| Stop::Failed(format!("{what}: none where there has to be one")))
}

/// There is no more to say than `reason`.
pub fn failed<T>(reason: String) -> Result<T, Stop> {
    Err(Stop::Failed(reason))
}

/// Nothing can be checked, for `reason`.
pub fn skipped<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skipped(reason.into()))
}
