use std::collections::BTreeMap;
use std::sync::Arc;

use super::contents::cost;
use super::grant::Access;
use super::value::Value;
use super::workspace::{Workspace, within};
use crate::bindings::larder::storage::atomic::{Action, Change, Check, Outcome};
use crate::bindings::larder::storage::types::{Address, Error, Expectation, Store, Unit};

/// What the keys of a commit will be, none where nothing is there.
type Staged<'a> = BTreeMap<(Store, &'a str), Option<Value>>;

impl Workspace {
    /// Makes every change if every check holds; otherwise none.
    pub fn commit(&mut self, checks: &[Check], changes: &[Change]) -> Result<Outcome, Error> {
        self.check_batch(checks, changes)?;
        self.make(checks, changes)
    }

    /// The same, whatever may be carried at once.
    pub fn make(&mut self, checks: &[Check], changes: &[Change]) -> Result<Outcome, Error> {
        self.check_each(checks, changes)?;
        if let Some(failed) = checks.iter().position(|check| !self.holds(&check.at, check.expect)) {
            return Ok(Outcome::Conflict(failed as u32));
        }
        let version = self.next_version();
        let staged = self.stage(changes, version)?;
        self.apply(staged)?;
        Ok(Outcome::Committed(version))
    }

    /// Puts a value that was written piece by piece; none where the expectation does not hold.
    pub fn put(
        &mut self,
        at: &Address,
        expect: Option<Expectation>,
        bytes: Vec<u8>,
        expires_at_ms: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        if expect.is_some_and(|expect| !self.holds(at, expect)) {
            return Ok(None);
        }
        let version = self.next_version();
        let value = Value { bytes: bytes.into(), version, expires_at_ms };
        let value = Some(value).filter(|value| !value.has_expired(self.now_ms));
        self.apply(Staged::from([((at.store, at.key.as_str()), value)]))?;
        Ok(Some(version))
    }

    fn apply(&mut self, staged: Staged) -> Result<(), Error> {
        self.check_growth(&staged)?;
        for ((store, key), value) in staged {
            self.contents_mut(store).put(key, value);
        }
        Ok(())
    }

    fn check_batch(&self, checks: &[Check], changes: &[Change]) -> Result<(), Error> {
        let items = checks.len() + changes.len();
        within(Unit::Items, self.limits.batch_items.into(), items as u64).map_err(Error::BatchTooLarge)?;
        if matches!(changes, [Change { action: Action::Set(_) | Action::SetExpiring(_), .. }]) {
            return Ok(());
        }
        let of_checks = checks.iter().map(|check| check.at.key.len() as u64);
        let of_changes = changes.iter().map(|change| change.at.key.len() as u64 + carried(&change.action));
        let bytes = of_checks.chain(of_changes).sum();
        within(Unit::Bytes, self.limits.batch_bytes, bytes).map_err(Error::BatchTooLarge)
    }

    fn check_each(&self, checks: &[Check], changes: &[Change]) -> Result<(), Error> {
        for Check { at, .. } in checks {
            self.allow(Access::Read, at.store, &at.key)?;
        }
        for Change { at, action } in changes {
            self.allow(Access::Write, at.store, &at.key)?;
            within(Unit::Bytes, self.limits.value_bytes, carried(action)).map_err(Error::ValueTooLarge)?;
        }
        Ok(())
    }

    fn holds(&self, at: &Address, expect: Expectation) -> bool {
        let version = self.contents(at.store).get(&at.key).map(|value| value.version);
        match expect {
            Expectation::Absent => version.is_none(),
            Expectation::Present => version.is_some(),
            Expectation::Unchanged(expected) => version == Some(expected),
        }
    }

    fn stage<'a>(&self, changes: &'a [Change], version: u64) -> Result<Staged<'a>, Error> {
        let mut staged = Staged::new();
        for Change { at, action } in changes {
            let place = (at.store, at.key.as_str());
            let value = match action {
                Action::Set(bytes) => Some(Value { bytes: bytes.as_slice().into(), version, expires_at_ms: None }),
                Action::SetExpiring(expiring) => Some(Value {
                    bytes: expiring.value.as_slice().into(),
                    version,
                    expires_at_ms: self.expiry(expiring.expires_in_ms),
                }),
                Action::Delete => None,
                Action::Add(by) => {
                    let before = match staged.get(&place) {
                        Some(value) => value.as_ref(),
                        None => self.contents(at.store).get(&at.key),
                    };
                    Some(add(before, *by, version)?)
                }
            };
            staged.insert(place, value.filter(|value| !value.has_expired(self.now_ms)));
        }
        Ok(staged)
    }

    fn check_growth(&self, staged: &Staged) -> Result<(), Error> {
        let growth = |of: Store| {
            let (mut bytes, mut keys) = (0, 0);
            for ((store, key), after) in staged {
                if *store == of {
                    let before = self.contents(of).get(key);
                    bytes += size(key, after.as_ref()) - size(key, before);
                    keys += i64::from(after.is_some()) - i64::from(before.is_some());
                }
            }
            (bytes, keys)
        };
        let (private, shared) = (growth(Store::Private), growth(Store::Shared));
        self.check_quota(Store::Private, private.0, private.1, shared.0)?;
        self.check_quota(Store::Shared, shared.0, shared.1, private.0)
    }
}

/// Bytes of the value that comes with a change.
fn carried(action: &Action) -> u64 {
    match action {
        Action::Set(value) => value.len() as u64,
        Action::SetExpiring(expiring) => expiring.value.len() as u64,
        Action::Delete | Action::Add(_) => 0,
    }
}

fn size(key: &str, value: Option<&Value>) -> i64 {
    value.map_or(0, |value| cost(key, value.size()) as i64)
}

fn add(before: Option<&Value>, by: i64, version: u64) -> Result<Value, Error> {
    let count = before.map_or(Ok(0), |value| counter(&value.bytes))?;
    let sum = count.checked_add(by).ok_or(Error::NotACounter)?;
    let expires_at_ms = before.and_then(|value| value.expires_at_ms);
    Ok(Value { bytes: Arc::new(sum.to_le_bytes()), version, expires_at_ms })
}

pub fn counter(bytes: &[u8]) -> Result<i64, Error> {
    bytes.try_into().map(i64::from_le_bytes).map_err(|_| Error::NotACounter)
}
