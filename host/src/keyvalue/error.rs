use wasmtime::component::ResourceTableError;

use crate::StorageView;
use crate::bindings::types::{self, Excess, Host, Unit};

/// What an implementation of `wasi:keyvalue` fails with: a value for the plugin, save where [`crate::Error`] is none.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    NoSuchStore,
    UnknownCursor,
    TooManyHandles,
    Storage(crate::Error),
}

/// What a plugin is told, in the cases that both drafts have.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    NoSuchStore,
    AccessDenied,
    Other(String),
}

impl Error {
    pub(super) const NO_SUCH_STORE: Self = Self(Kind::NoSuchStore);
    pub(super) const UNKNOWN_CURSOR: Self = Self(Kind::UnknownCursor);
}

impl From<larder_store::Error> for Error {
    fn from(error: larder_store::Error) -> Self {
        Self(Kind::Storage(error.into()))
    }
}

impl From<ResourceTableError> for Error {
    fn from(error: ResourceTableError) -> Self {
        match error {
            ResourceTableError::Full => Self(Kind::TooManyHandles),
            other => Self(Kind::Storage(other.into())),
        }
    }
}

impl StorageView<'_> {
    pub(super) fn tell(&mut self, Error(kind): Error) -> wasmtime::Result<Told> {
        let other = |text: &str| Ok(Told::Other(text.to_owned()));
        match kind {
            Kind::NoSuchStore => Ok(Told::NoSuchStore),
            Kind::UnknownCursor => other("unknown-cursor: begin the listing again"),
            Kind::TooManyHandles => other("too-many-open: buckets and handles to compare and swap"),
            Kind::Storage(error) => Ok(self.convert_error(error)?.into()),
        }
    }
}

/// The names and numbers of `larder:storage`, in words.
impl From<types::Error> for Told {
    fn from(error: types::Error) -> Self {
        Self::Other(match error {
            types::Error::AccessDenied => return Self::AccessDenied,
            types::Error::KeyTooLong(excess) => above("key-too-long", excess),
            types::Error::ValueTooLarge(excess) => above("value-too-large", excess),
            types::Error::BatchTooLarge(excess) => above("batch-too-large", excess),
            types::Error::QuotaExceeded(excess) => above("quota-exceeded", excess),
            types::Error::TooManyOpen(excess) => above("too-many-open", excess),
            types::Error::NotACounter => "not-a-counter: eight bytes, little-endian, or out of range".to_owned(),
            types::Error::Throttled(after_ms) => format!("throttled: try again after {after_ms} ms"),
            types::Error::Damaged => "damaged".to_owned(),
            types::Error::Unavailable => "unavailable: try again later".to_owned(),
            types::Error::OutcomeUnknown => "outcome-unknown: read to find out".to_owned(),
            types::Error::Other(text) => text,
        })
    }
}

fn above(case: &str, Excess { unit, limit, actual }: Excess) -> String {
    let unit = match unit {
        Unit::Bytes => "bytes",
        Unit::Items => "items",
        Unit::Handles => "handles",
    };
    format!("{case}: {actual} {unit} where {limit} are allowed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_with_its_unit_and_both_numbers() {
        let excess = Excess { unit: Unit::Items, limit: 3, actual: 4 };
        let told = Told::from(types::Error::QuotaExceeded(excess));
        assert_eq!(told, Told::Other("quota-exceeded: 4 items where 3 are allowed".to_owned()));
    }
}
