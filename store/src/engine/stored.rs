use std::sync::Arc;

use super::Answer;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::version::Version;

/// What is known of a value without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Which write made it.
    pub version: Version,
    /// When it is gone.
    pub expiry: Expiry,
    /// Its size.
    pub bytes: u64,
}

impl Stamp {
    /// Where nothing is known.
    pub(crate) fn unknown() -> Self {
        Self { version: 0.into(), expiry: Expiry::NEVER, bytes: 0 }
    }
}

/// A value as an engine has it.
#[derive(Clone)]
pub struct Stored {
    /// What is known of it.
    pub stamp: Stamp,
    /// Its bytes, or where they are.
    pub body: Body,
}

/// The bytes of a value, or where they are.
#[derive(Clone)]
pub enum Body {
    /// The bytes.
    Small(Vec<u8>),
    /// A value that stands outside the database.
    Large(Arc<dyn Large>),
}

impl Body {
    /// How large the value is.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Small(bytes) => bytes.len() as u64,
            Self::Large(large) => large.bytes(),
        }
    }

    /// The number that the value is, if it is a counter: eight bytes, little-endian, signed.
    pub(crate) fn counter(&self) -> Option<i64> {
        match self {
            Self::Small(bytes) => bytes.as_slice().try_into().ok().map(i64::from_le_bytes),
            Self::Large(_) => None,
        }
    }
}

/// A large value, to be read piece by piece. As long as somebody has it, it stays as it is.
pub trait Large: Send + Sync {
    /// What the engine knows it by.
    fn name(&self) -> LargeName;

    /// Its size.
    fn bytes(&self) -> u64;

    /// The bytes from `offset` on, checked to be what was written: `most` of them, or as many as there are.
    fn read(&self, offset: u64, most: usize) -> Answer<'_, Result<Vec<u8>, Error>>;
}

/// What an engine knows a large value by: a random number.
pub type LargeName = [u8; 16];

/// A large value that is being written. Dropped before it is finished, nothing is left of it.
pub trait LargeWriter: Send {
    /// Appends.
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Answer<'a, Result<(), Error>>;

    /// Makes the bytes durable. Until a commit refers to the value, it goes with the last who has it.
    fn finish(self: Box<Self>) -> Answer<'static, Result<Arc<dyn Large>, Error>>;
}
