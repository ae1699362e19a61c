use crate::Version;
use crate::bindings::larder::storage::atomic as wire;

/// What became of a commit.
#[must_use = "a commit in conflict changed nothing"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made; all the values that it wrote have this version.
    Committed(Version),
    /// It was not made: the check of this number, counted from 0, is the first that did not hold.
    Conflict(u32),
}

impl Outcome {
    /// Whether the commit was made.
    pub fn is_committed(self) -> bool {
        self.version().is_some()
    }

    /// The version of the values that the commit wrote; none where it was not made.
    pub fn version(self) -> Option<Version> {
        match self {
            Self::Committed(version) => Some(version),
            Self::Conflict(_) => None,
        }
    }
}

impl From<wire::Outcome> for Outcome {
    fn from(outcome: wire::Outcome) -> Self {
        match outcome {
            wire::Outcome::Committed(version) => Self::Committed(version.into()),
            wire::Outcome::Conflict(check) => Self::Conflict(check),
        }
    }
}
