/// Which write made a value.
///
/// No two writes in a workspace ever share one, also after a delete, a restart or a restore. Compare for equality only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(u64);

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<Version> for u64 {
    fn from(Version(number): Version) -> Self {
        number
    }
}
