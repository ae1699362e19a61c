use std::time::Duration;

use crate::bindings::types::Address;
use crate::{Error, StorageView};

implement! {
    use atomic::{Action, Change, Check, Entry, Expiring, Host, Outcome};

    impl Host {
        async fn get(&mut self, at: Address) -> Result<Option<Entry>, Error> {
            Ok(self.ctx.session.entry((&at).into()).await?.map(Entry::from))
        }

        async fn get_many(&mut self, at: Vec<Address>) -> Result<Vec<Option<Entry>>, Error> {
            let at: Vec<_> = at.iter().map(larder_store::Address::from).collect();
            let entries = self.ctx.session.get_many(&at).await?;
            Ok(entries.into_iter().map(|entry| entry.map(Entry::from)).collect())
        }

        async fn commit(&mut self, checks: Vec<Check>, changes: Vec<Change>) -> Result<Outcome, Error> {
            let checks: Vec<_> = checks.iter().map(larder_store::Check::from).collect();
            let (at, actions): (Vec<_>, Vec<_>) = changes.into_iter().map(|change| (change.at, change.action)).unzip();
            let changes = at.iter().zip(actions).map(|(at, action)| larder_store::Change {
                at: at.into(),
                action: action.into(),
            });
            Ok(self.ctx.session.apply(&checks, changes.collect()).await?.into())
        }

        async fn increment(&mut self, at: Address, by: i64) -> Result<i64, Error> {
            Ok(self.ctx.session.increment((&at).into(), by).await?)
        }
    }

    conversions {
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
    }
}

/// Of a time to live, which an interface cannot say more than 584 million years of.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
