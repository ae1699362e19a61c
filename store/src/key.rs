use std::borrow::Cow;

use crate::error::{Error, Excess, Unit};
use crate::limits::Limits;

/// A key within the limits: any string, opaque, compared as bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key<'a>(Cow<'a, str>);

impl<'a> Key<'a> {
    /// Takes `text` for a key, a prefix or a position.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`] above [`Limits::key_bytes`].
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Self, Error> {
        let (limit, actual) = (u64::from(limits.key_bytes), text.len() as u64);
        if actual > limit {
            return Err(Error::KeyTooLong(Excess { unit: Unit::Bytes, limit, actual }));
        }
        Ok(Self(Cow::Borrowed(text)))
    }

    /// Takes for a key what was one when it was stored.
    pub(crate) fn trusted(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The key, independent of the text that it was taken from.
    pub fn into_owned(self) -> Key<'static> {
        Key(Cow::Owned(self.0.into_owned()))
    }
}
