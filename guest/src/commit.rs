use std::time::Duration;

use crate::bindings::larder::storage::atomic::{Action, Change, Check, Expiring};
use crate::{Address, Error, Expectation, Outcome, expiry, host};

/// Checks and changes that are made together: what [`atomic::commit`](crate::atomic::commit) begins.
///
/// Checks see the store as it is before the commit. Changes to one key apply in the order they were added. Nothing happens
/// before [`Commit::send`].
#[must_use = "nothing is changed before it is sent"]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    checks: Vec<Check>,
    changes: Vec<Change>,
}

impl Commit {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Commits only if this is true of the key.
    ///
    /// The expectation may be what was read, an [`Entry`](crate::Entry) or an `Option` of one, or a
    /// [`Version`](crate::Version): then the key must be as it was.
    pub fn check(mut self, at: impl Into<Address>, expect: impl Into<Expectation>) -> Self {
        self.checks.push(Check { at: at.into(), expect: expect.into().into() });
        self
    }

    /// Commits only if there is no value at the key.
    pub fn check_absent(self, at: impl Into<Address>) -> Self {
        self.check(at, Expectation::Absent)
    }

    /// Commits only if there is a value at the key.
    pub fn check_present(self, at: impl Into<Address>) -> Self {
        self.check(at, Expectation::Present)
    }

    /// Puts a value, which does not expire.
    pub fn set(self, at: impl Into<Address>, value: impl Into<Vec<u8>>) -> Self {
        self.change(at, Action::Set(value.into()))
    }

    /// Puts a value that is gone so long from now, in whole milliseconds; zero is at once, past the end of time is never.
    pub fn set_expiring(self, at: impl Into<Address>, value: impl Into<Vec<u8>>, expires_in: Duration) -> Self {
        self.change(at, Action::SetExpiring(Expiring { value: value.into(), expires_in_ms: expiry::to_ms(expires_in) }))
    }

    /// Removes the value, if there is one.
    pub fn delete(self, at: impl Into<Address>) -> Self {
        self.change(at, Action::Delete)
    }

    /// Adds to a counter.
    ///
    /// An absent key counts as zero; a counter that expires still does, at the same time.
    pub fn add(self, at: impl Into<Address>, by: i64) -> Self {
        self.change(at, Action::Add(by))
    }

    /// Makes every change if every check holds; otherwise none.
    ///
    /// A commit of a single `set` may carry a value of any size that is allowed; all others are bounded as a batch.
    ///
    /// # Errors
    ///
    /// [`Error::BatchTooLarge`], [`Error::KeyTooLong`], [`Error::ValueTooLarge`] and [`Error::QuotaExceeded`] where a limit
    /// stands against it; [`Error::NotACounter`]; [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Damaged`],
    /// [`Error::Unavailable`] and [`Error::OutcomeUnknown`] where the store fails.
    pub fn send(self) -> Result<Outcome, Error> {
        Ok(host::atomic::commit(&self.checks, &self.changes)?.into())
    }

    fn change(mut self, at: impl Into<Address>, action: Action) -> Self {
        self.changes.push(Change { at: at.into(), action });
        self
    }
}
