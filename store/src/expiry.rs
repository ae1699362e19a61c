use std::time::Duration;

/// When a value is gone: at a time in milliseconds since 1970, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(u64);

impl Expiry {
    /// Later than any time.
    pub const NEVER: Self = Self(u64::MAX);

    /// At this time in milliseconds since 1970; the last one that can be said is never.
    pub fn at_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// So long after `now_ms`; past the end of time is never.
    pub fn after(now_ms: u64, expires_in: Duration) -> Self {
        Self(now_ms.saturating_add(u64::try_from(expires_in.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The time in milliseconds since 1970; none for never.
    pub fn as_ms(self) -> Option<u64> {
        (self != Self::NEVER).then_some(self.0)
    }

    /// As it is stored: never is the largest number.
    pub(crate) fn to_stored(self) -> u64 {
        self.0
    }
}
