use crate::bindings::larder::storage::types as wire;
use crate::{Entry, Version};

/// What must be true of a key for a write to be made.
///
/// It can be made from what was read: an [`Entry`] must be there unchanged, and where none was found must still be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// There is no value.
    Absent,
    /// There is a value.
    Present,
    /// There is a value, made by this write.
    Unchanged(Version),
}

impl From<Version> for Expectation {
    fn from(version: Version) -> Self {
        Self::Unchanged(version)
    }
}

impl From<&Entry> for Expectation {
    fn from(entry: &Entry) -> Self {
        Self::Unchanged(entry.version)
    }
}

impl From<&Option<Entry>> for Expectation {
    fn from(entry: &Option<Entry>) -> Self {
        entry.as_ref().map_or(Self::Absent, Self::from)
    }
}

impl From<Expectation> for wire::Expectation {
    fn from(expectation: Expectation) -> Self {
        match expectation {
            Expectation::Absent => Self::Absent,
            Expectation::Present => Self::Present,
            Expectation::Unchanged(version) => Self::Unchanged(version.into()),
        }
    }
}
