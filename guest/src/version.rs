/// Which write made a value.
///
/// No two writes in a workspace ever share one, also after a delete, a restart or a restore. Compare for equality only: it
/// says nothing of what was written, nor promises which of two is the older. As a number it can be kept, or given to a
/// client to be shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(u64);

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<Version> for u64 {
    fn from(version: Version) -> Self {
        version.0
    }
}
