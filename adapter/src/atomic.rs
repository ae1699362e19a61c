use std::time::Duration;

use crate::Adapter;
use crate::bindings::atomic::{Action, Change, Check, Entry, Expiring, Guest, Outcome};
use crate::bindings::types::{Address, Error};
use crate::opened::in_session;

impl Guest for Adapter {
    fn get(at: Address) -> Result<Option<Entry>, Error> {
        Ok(in_session(async |session| session.entry((&at).into()).await)?.map(Entry::from))
    }

    fn get_many(at: Vec<Address>) -> Result<Vec<Option<Entry>>, Error> {
        let at: Vec<_> = at.iter().map(larder_store::Address::from).collect();
        let entries = in_session(async |session| session.get_many(&at).await)?;
        Ok(entries.into_iter().map(|entry| entry.map(Entry::from)).collect())
    }

    fn commit(checks: Vec<Check>, changes: Vec<Change>) -> Result<Outcome, Error> {
        let checks: Vec<_> = checks.iter().map(larder_store::Check::from).collect();
        let (at, actions): (Vec<_>, Vec<_>) = changes.into_iter().map(|change| (change.at, change.action)).unzip();
        let changes =
            at.iter().zip(actions).map(|(at, action)| larder_store::Change { at: at.into(), action: action.into() });
        Ok(in_session(async |session| session.apply(&checks, changes.collect()).await)?.into())
    }

    fn increment(at: Address, by: i64) -> Result<i64, Error> {
        Ok(in_session(async |session| session.increment((&at).into(), by).await)?)
    }
}

impl From<larder_store::Entry> for Entry {
    fn from(entry: larder_store::Entry) -> Self {
        let larder_store::Entry { value, version, expires_in } = entry;
        Self { value, version: version.into(), expires_in_ms: expires_in.map(milliseconds) }
    }
}

impl<'a> From<&'a Check> for larder_store::Check<'a> {
    fn from(check: &'a Check) -> Self {
        Self { at: (&check.at).into(), expect: check.expect.into() }
    }
}

impl From<Action> for larder_store::Action {
    fn from(action: Action) -> Self {
        match action {
            Action::Set(value) => Self::Set(value),
            Action::SetExpiring(Expiring { value, expires_in_ms }) => {
                Self::SetExpiring { value, expires_in: Duration::from_millis(expires_in_ms) }
            }
            Action::Delete => Self::Delete,
            Action::Add(by) => Self::Add(by),
        }
    }
}

impl From<larder_store::Outcome> for Outcome {
    fn from(outcome: larder_store::Outcome) -> Self {
        match outcome {
            larder_store::Outcome::Committed(version) => Self::Committed(version.into()),
            larder_store::Outcome::Conflict(check) => Self::Conflict(check),
        }
    }
}

/// Of a time to live, which an interface cannot say more than 584 million years of.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
