use crate::error::Excess;

/// Why a call of `wasi:keyvalue` failed.
#[derive(Debug)]
pub enum Error {
    /// There is no bucket of that name.
    NoSuchStore,
    /// A listing cannot go on there.
    UnknownCursor,
    /// As in any other call.
    Storage(crate::Error),
}

/// What a plugin is told, in the cases that both drafts have.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// There is no bucket of that name.
    NoSuchStore,
    /// The host does not allow it.
    AccessDenied,
    /// Another reason, in words.
    Other(String),
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<&Error> for Told {
    fn from(error: &Error) -> Self {
        match error {
            Error::NoSuchStore => Self::NoSuchStore,
            Error::UnknownCursor => Self::Other("unknown-cursor: begin the listing again".to_owned()),
            Error::Storage(error) => error.into(),
        }
    }
}

/// The names and numbers of `larder:storage`, in words; of a fault nothing.
impl From<&crate::Error> for Told {
    fn from(error: &crate::Error) -> Self {
        Self::Other(match error {
            crate::Error::AccessDenied => return Self::AccessDenied,
            crate::Error::KeyTooLong(excess) => above("key-too-long", excess),
            crate::Error::ValueTooLarge(excess) => above("value-too-large", excess),
            crate::Error::BatchTooLarge(excess) => above("batch-too-large", excess),
            crate::Error::QuotaExceeded(excess) => above("quota-exceeded", excess),
            crate::Error::TooManyOpen(excess) => above("too-many-open", excess),
            crate::Error::NotACounter => "not-a-counter: eight bytes, little-endian, or out of range".to_owned(),
            crate::Error::Throttled { after_ms } => format!("throttled: try again in {after_ms} ms"),
            crate::Error::Damaged => "damaged".to_owned(),
            crate::Error::Unavailable(_) => "unavailable: try again later".to_owned(),
            crate::Error::OutcomeUnknown(_) => "outcome-unknown: read to find out".to_owned(),
            _ => "the store failed".to_owned(),
        })
    }
}

fn above(case: &str, Excess { unit, limit, actual }: &Excess) -> String {
    format!("{case}: {actual} {unit} where {limit} are allowed")
}

#[cfg(test)]
mod tests {
    use crate::error::{Fault, Unit};

    use super::*;

    #[test]
    fn a_limit_is_told_with_its_unit_and_both_numbers() {
        use crate::Error;
        let excess = Excess { unit: Unit::Items, limit: 3, actual: 4 };
        for (error, case) in [
            (Error::KeyTooLong(excess), "key-too-long"),
            (Error::ValueTooLarge(excess), "value-too-large"),
            (Error::BatchTooLarge(excess), "batch-too-large"),
            (Error::QuotaExceeded(excess), "quota-exceeded"),
            (Error::TooManyOpen(excess), "too-many-open"),
        ] {
            assert_eq!(Told::from(&error), Told::Other(format!("{case}: 4 items where 3 are allowed")));
        }
    }

    #[test]
    fn a_fault_is_not_told() {
        let fault = || Fault::Held { workspace: "tenant-7".into(), holder: "process 4711".into(), component: false };
        for error in [crate::Error::Unavailable(fault()), crate::Error::OutcomeUnknown(fault())] {
            let Told::Other(text) = Told::from(&error) else { panic!("another case") };
            assert!(!text.contains("tenant-7") && !text.contains("4711"), "{text}");
        }
    }
}
