//! Commits, with what can be wrong with them.

use std::hash::{DefaultHasher, Hash, Hasher};

use larder_host::Error;
use larder_host::bindings::atomic::{Action, Change, Check, Entry, Host as Atomic, Outcome};
use larder_host::bindings::types::{Address, Expectation};
use larder_store::Error as StoreError;

use crate::broken_host::BrokenView;
use crate::fault::Fault;

impl Atomic for BrokenView<'_> {
    async fn get(&mut self, at: Address) -> Result<Option<Entry>, Error> {
        let entry = Atomic::get(&mut self.0.whole(), at).await?;
        Ok(entry.map(|entry| self.as_told(entry)))
    }

    async fn get_many(&mut self, at: Vec<Address>) -> Result<Vec<Option<Entry>>, Error> {
        let entries = Atomic::get_many(&mut self.0.whole(), at).await?;
        Ok(entries.into_iter().map(|entry| entry.map(|entry| self.as_told(entry))).collect())
    }

    async fn commit(&mut self, mut checks: Vec<Check>, changes: Vec<Change>) -> Result<Outcome, Error> {
        match self.0.fault {
            Fault::VersionIsTheContent => {
                for check in &mut checks {
                    check.expect = self.as_meant(check).await?;
                }
            }
            Fault::AbsentKeyPassesChecks => {
                let mut of_present = Vec::new();
                for check in checks {
                    if self.entry(&check.at).await?.is_some() {
                        of_present.push(check);
                    }
                }
                checks = of_present;
            }
            Fault::HalfACommitStays => {
                let mut outcome = Atomic::commit(&mut self.0.whole(), checks, Vec::new()).await?;
                for change in changes {
                    if let Outcome::Conflict(_) = outcome {
                        break;
                    }
                    outcome = Atomic::commit(&mut self.0.whole(), Vec::new(), vec![change]).await?;
                }
                return Ok(outcome);
            }
            _ => {}
        }
        match Atomic::commit(&mut self.0.whole(), checks, changes).await? {
            Outcome::Conflict(_) if self.0.fault == Fault::ConflictNamesTheFirstCheck => Ok(Outcome::Conflict(0)),
            outcome => Ok(outcome),
        }
    }

    async fn increment(&mut self, at: Address, by: i64) -> Result<i64, Error> {
        if self.0.fault != Fault::IncrementOverwrites {
            return Atomic::increment(&mut self.0.whole(), at, by).await;
        }
        match self.0.session().increment((&at).into(), by).await {
            Err(StoreError::NotACounter) => {
                let set = Change { at, action: Action::Set(by.to_le_bytes().to_vec()) };
                Atomic::commit(&mut self.0.whole(), Vec::new(), vec![set]).await?;
                Ok(by)
            }
            answer => Ok(answer?),
        }
    }
}

impl BrokenView<'_> {
    async fn entry(&mut self, at: &Address) -> Result<Option<Entry>, Error> {
        Atomic::get(&mut self.0.whole(), at.clone()).await
    }

    fn as_told(&self, entry: Entry) -> Entry {
        match self.0.fault {
            Fault::VersionIsTheContent => Entry { version: content(&entry.value), ..entry },
            _ => entry,
        }
    }

    /// The expectation with the version that the store knows, where the plugin has one made of the value.
    async fn as_meant(&mut self, check: &Check) -> Result<Expectation, Error> {
        let Expectation::Unchanged(told) = check.expect else { return Ok(check.expect) };
        let entry = self.entry(&check.at).await?;
        let same = entry.filter(|entry| content(&entry.value) == told);
        Ok(Expectation::Unchanged(same.map_or(u64::MAX, |entry| entry.version)))
    }
}

fn content(value: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
