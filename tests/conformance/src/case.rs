use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::bindings::types::Error;
use crate::ground::Ground;

/// One thing that a promise says, and how to see whether it is so.
pub struct Case {
    name: Cow<'static, str>,
    check: Box<dyn Fn(&Ground) -> Checked>,
}

/// How a check ends.
pub type Checked = Result<(), Stop>;

/// Why a check ends early.
pub enum Stop {
    /// The promise is broken.
    Failed(String),
    /// The host's limits, quotas or grants leave nothing to check.
    Skipped(String),
}

impl Case {
    pub fn new(name: impl Into<Cow<'static, str>>, check: impl Fn(&Ground) -> Checked + 'static) -> Self {
        Self { name: name.into(), check: Box::new(check) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn check(&self, ground: &Ground) -> Checked {
        (self.check)(ground)
    }
}

/// A call that is to succeed does not.
impl From<Error> for Stop {
    #[track_caller]
    fn from(error: Error) -> Self {
        let at = Location::caller();
        Self::Failed(format!("a call fails with {error:?} ({}:{})", at.file(), at.line()))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Failed(reason) | Self::Skipped(reason)) = self;
        f.write_str(reason)
    }
}
