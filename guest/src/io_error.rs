use std::io::{self, ErrorKind};

use crate::Error;

/// With the [`Error`] inside, and the kind that comes nearest.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::KeyTooLong(_) | Error::BatchTooLarge(_) => ErrorKind::InvalidInput,
            Error::ValueTooLarge(_) => ErrorKind::FileTooLarge,
            Error::QuotaExceeded(_) => ErrorKind::QuotaExceeded,
            Error::AccessDenied => ErrorKind::PermissionDenied,
            Error::TooManyOpen(_) | Error::Throttled(_) | Error::Unavailable => ErrorKind::ResourceBusy,
            Error::NotACounter | Error::Damaged => ErrorKind::InvalidData,
            #[cfg(feature = "serde")]
            Error::Json(_) => ErrorKind::InvalidData,
            Error::OutcomeUnknown | Error::Other(_) | Error::Conflict { .. } => ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// The [`Error`] that is inside; of any other only the text is kept.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(|other| Self::Other(other.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Excess, Unit};

    #[test]
    fn an_error_comes_back_from_an_io_error_as_it_was() {
        let errors = [
            Error::ValueTooLarge(Excess { unit: Unit::Bytes, limit: 1, actual: 2 }),
            Error::Unavailable,
            Error::Other("no".to_owned()),
            Error::Conflict { tries: 3 },
        ];
        for error in errors {
            assert_eq!(Error::from(io::Error::from(error.clone())), error);
        }
        assert_eq!(Error::from(io::Error::from(ErrorKind::NotFound)), Error::Other("entity not found".to_owned()));
    }

    #[test]
    fn no_error_has_readers_and_writers_try_again_by_themselves() {
        for error in [Error::Throttled(std::time::Duration::ZERO), Error::Unavailable, Error::OutcomeUnknown] {
            assert_ne!(io::Error::from(error).kind(), ErrorKind::Interrupted);
        }
    }
}
