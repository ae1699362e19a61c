use std::time::Duration;

use crate::bindings::larder::storage::atomic as wire;
use crate::{Error, Version};

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

impl Entry {
    /// The value as a counter.
    ///
    /// # Errors
    ///
    /// [`Error::NotACounter`] where it is not one: eight bytes, little-endian, signed.
    pub fn counter(&self) -> Result<i64, Error> {
        let bytes = self.value.as_slice().try_into().map_err(|_| Error::NotACounter)?;
        Ok(i64::from_le_bytes(bytes))
    }
}

impl From<wire::Entry> for Entry {
    fn from(entry: wire::Entry) -> Self {
        Self {
            value: entry.value,
            version: entry.version.into(),
            expires_in: entry.expires_in_ms.map(Duration::from_millis),
        }
    }
}
