//! How a batch is judged: the same for every engine.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Batch, Change, Place, Put, Quota, Stamp};
use crate::atomic::Expectation;
use crate::error::{Error, Excess, Unit};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::version::Version;

/// What a transaction shows of the state before a batch, what has expired included.
pub(super) trait Before {
    type Trouble: From<Error>;

    fn find(&mut self, at: &Place) -> Result<Option<Found>, Self::Trouble>;

    /// Shows every key that starts with `prefix`.
    fn find_all(
        &mut self,
        store: &StoreId,
        prefix: &Key,
        show: &mut dyn FnMut(Key<'static>, Found),
    ) -> Result<(), Self::Trouble>;

    fn held(&mut self, store: &StoreId) -> Result<Held, Self::Trouble>;

    fn held_by_all(&mut self) -> Result<Held, Self::Trouble>;

    /// What of that has expired.
    fn expired(&mut self, store: &StoreId, now: Moment) -> Result<Held, Self::Trouble>;

    fn expired_in_all(&mut self, now: Moment) -> Result<Held, Self::Trouble>;
}

/// A value as far as a batch is concerned with it.
pub(super) struct Found {
    /// Its size, as it is counted.
    pub bytes: u64,
    /// None where it is damaged.
    pub stamp: Option<Stamp>,
    /// The bytes, where they are a counter.
    pub counter: Option<i64>,
}

impl Found {
    fn stamp(&self) -> Result<Stamp, Error> {
        self.stamp.ok_or(Error::Damaged)
    }

    fn has_expired(&self, now: Moment) -> bool {
        self.stamp.is_some_and(|stamp| now.has_passed(stamp.expiry))
    }
}

pub(super) enum Verdict<'b> {
    /// The first check that does not hold.
    Conflict(u32),
    Accepted(Effects<'b>),
}

/// What a batch does, each key once.
#[derive(Default)]
pub(super) struct Effects<'b> {
    /// The stores that are emptied first.
    pub cleared: BTreeSet<StoreId>,
    /// What the keys start with that are removed after that, before anything is written; not those that have expired.
    pub prefixes: Vec<Place>,
    /// What is put at a key, or that it is removed.
    pub writes: BTreeMap<Place, Option<Cow<'b, Put>>>,
    /// What each store that is touched holds before and afterwards.
    pub held: BTreeMap<StoreId, Balance>,
    /// Keys that are removed by prefix.
    pub removed: u64,
    /// What the last addition comes to.
    pub sum: Option<i64>,
}

impl Effects<'_> {
    fn are_removed(&self, place: &Place) -> bool {
        self.prefixes.iter().any(|prefix| prefix.is_start_of(place))
    }

    pub fn change_nothing(&self) -> bool {
        self.cleared.is_empty() && self.prefixes.is_empty() && self.writes.is_empty()
    }
}

/// What one store holds, before a batch and as far as it has gone.
#[derive(Clone, Copy)]
pub(crate) struct Balance {
    pub before: Held,
    pub after: Held,
    /// What of `before` has expired and is gone by now.
    expired_and_gone: Held,
}

impl Balance {
    /// Of a store that goes from `before` to `after`.
    pub fn new(before: Held, after: Held) -> Self {
        Self { before, after, expired_and_gone: Held::default() }
    }
}

/// Judges a batch, and says what it does if it is made.
///
/// # Errors
///
/// Why the batch is refused; or the trouble that `before` had.
pub(super) fn judge<'b, B: Before>(batch: &'b Batch, before: &mut B, now: Moment) -> Result<Verdict<'b>, B::Trouble> {
    for (number, check) in (0..).zip(&batch.checks) {
        let found = before.find(&check.at)?.map(|found| found.stamp()).transpose()?;
        if !check.expect.holds(found.filter(|stamp| !now.has_passed(stamp.expiry))) {
            return Ok(Verdict::Conflict(number));
        }
    }
    let mut draft = Draft { before, now, effects: Effects::default() };
    for change in &batch.changes {
        draft.apply(change)?;
    }
    draft.check(&batch.quota)?;
    Ok(Verdict::Accepted(draft.effects))
}

/// What would become of the batch in a workspace that holds nothing: what it removes and what its last addition comes to
/// if it would be made, and the number of the check that does not hold otherwise.
///
/// # Errors
///
/// Why the batch would be refused.
pub(crate) fn judge_in_empty_workspace(batch: &Batch, now: Moment) -> Result<Result<(u64, Option<i64>), u32>, Error> {
    Ok(match judge(batch, &mut Nothing, now)? {
        Verdict::Conflict(number) => Err(number),
        Verdict::Accepted(effects) => Ok((effects.removed, effects.sum)),
    })
}

impl Place {
    fn is_start_of(&self, other: &Self) -> bool {
        self.store == other.store && other.key.as_str().starts_with(self.key.as_str())
    }
}

impl Expectation {
    pub(crate) fn holds(self, found: Option<Stamp>) -> bool {
        match self {
            Self::Absent => found.is_none(),
            Self::Present => found.is_some(),
            Self::Unchanged(version) => found.is_some_and(|stamp| stamp.version == version),
        }
    }
}

/// A batch, as far as it has been gone through.
struct Draft<'d, 'b, B> {
    before: &'d mut B,
    now: Moment<'d>,
    effects: Effects<'b>,
}

impl<'b, B: Before> Draft<'_, 'b, B> {
    fn apply(&mut self, change: &'b Change) -> Result<(), B::Trouble> {
        match change {
            Change::Put { at, put } => self.put(at, Cow::Borrowed(put)),
            Change::Delete { at } => self.delete(at),
            Change::Add { at, by, version } => self.add(at, *by, *version),
            Change::DeletePrefix { store, prefix, .. } if prefix.as_str().is_empty() => self.clear(store),
            Change::DeletePrefix { store, prefix, most } => self.delete_prefix(store, prefix, *most),
        }
    }

    fn put(&mut self, at: &Place, put: Cow<'b, Put>) -> Result<(), B::Trouble> {
        if self.now.has_passed(put.expiry) {
            return self.delete(at);
        }
        self.take_out(at)?;
        let balance = self.balance(&at.store)?;
        balance.after = balance.after.plus(Held::of(&at.key, put.body.bytes()));
        self.effects.writes.insert(at.clone(), Some(put));
        Ok(())
    }

    fn delete(&mut self, at: &Place) -> Result<(), B::Trouble> {
        if self.take_out(at)? {
            self.effects.writes.insert(at.clone(), None);
        }
        Ok(())
    }

    fn add(&mut self, at: &Place, by: i64, version: Option<Version>) -> Result<(), B::Trouble> {
        let (number, expiry) = match self.effects.writes.get(at) {
            Some(None) => (Some(0), Expiry::NEVER),
            Some(Some(put)) => (put.counter(), put.expiry),
            None => match self.find_before(at)?.filter(|found| !found.has_expired(self.now)) {
                Some(found) => (found.counter, found.stamp()?.expiry),
                None => (Some(0), Expiry::NEVER),
            },
        };
        let sum = number.and_then(|number| number.checked_add(by)).ok_or(Error::NotACounter)?;
        self.effects.sum = Some(sum);
        self.put(at, Cow::Owned(Put::counting(sum, expiry, version)))
    }

    fn clear(&mut self, store: &StoreId) -> Result<(), B::Trouble> {
        let expired = self.before.expired(store, self.now)?;
        let balance = self.balance(store)?;
        let seen = balance.after.minus(expired.minus(balance.expired_and_gone));
        balance.after = Held::default();
        balance.expired_and_gone = expired;
        let held_anything = balance.before != Held::default();
        self.effects.removed += seen.keys;
        self.effects.writes.retain(|place, _| place.store != *store);
        if held_anything {
            self.effects.cleared.insert(store.clone());
        }
        Ok(())
    }

    fn delete_prefix(&mut self, store: &StoreId, prefix: &Key, most: u64) -> Result<(), B::Trouble> {
        let doomed = Place::new(store, prefix);
        let (mut count, mut gone, mut is_there) = (0, Held::default(), false);
        for (place, put) in self.effects.writes.iter().filter(|(place, _)| doomed.is_start_of(place)) {
            if let Some(put) = put {
                count += 1;
                gone = gone.plus(Held::of(&place.key, put.body.bytes()));
            }
        }
        let (now, effects) = (self.now, &self.effects);
        if !effects.cleared.contains(store) {
            self.before.find_all(store, prefix, &mut |key, found| {
                let place = Place { store: store.clone(), key };
                // What has expired may be more than is allowed, and goes by itself.
                if found.has_expired(now) || effects.writes.contains_key(&place) || effects.are_removed(&place) {
                    return;
                }
                is_there = true;
                count += 1;
                gone = gone.plus(Held::of(&place.key, found.bytes));
            })?;
        }
        if count > most {
            return Err(Error::BatchTooLarge(Excess { unit: Unit::Items, limit: most, actual: count }).into());
        }
        let balance = self.balance(store)?;
        balance.after = balance.after.minus(gone);
        self.effects.removed += count;
        for (_, put) in self.effects.writes.iter_mut().filter(|(place, _)| doomed.is_start_of(place)) {
            *put = None;
        }
        if is_there {
            self.effects.prefixes.push(doomed);
        }
        Ok(())
    }

    /// Takes what stands at a key out of the balance; whether anything did.
    fn take_out(&mut self, at: &Place) -> Result<bool, B::Trouble> {
        let (held, expired) = match self.effects.writes.get(at) {
            Some(put) => (put.as_ref().map(|put| Held::of(&at.key, put.body.bytes())), false),
            None => match self.find_before(at)? {
                Some(found) => (Some(Held::of(&at.key, found.bytes)), found.has_expired(self.now)),
                None => (None, false),
            },
        };
        let balance = self.balance(&at.store)?;
        let Some(held) = held else { return Ok(false) };
        balance.after = balance.after.minus(held);
        if expired {
            balance.expired_and_gone = balance.expired_and_gone.plus(held);
        }
        Ok(true)
    }

    fn find_before(&mut self, at: &Place) -> Result<Option<Found>, B::Trouble> {
        if self.effects.cleared.contains(&at.store) {
            return Ok(None);
        }
        let found = self.before.find(at)?;
        Ok(found.filter(|found| found.has_expired(self.now) || !self.effects.are_removed(at)))
    }

    fn balance(&mut self, store: &StoreId) -> Result<&mut Balance, B::Trouble> {
        if !self.effects.held.contains_key(store) {
            let before = self.before.held(store)?;
            self.effects.held.insert(store.clone(), Balance::new(before, before));
        }
        Ok(self.effects.held.get_mut(store).expect("it was put there"))
    }

    fn check(&mut self, quota: &Quota) -> Result<(), B::Trouble> {
        let workspace = self.before.held_by_all()?;
        let held = &self.effects.held;
        let grown = held.values().fold(workspace, |sum, balance| sum.moved(balance.before, balance.after));
        if held.iter().all(|(store, balance)| quota.has_room(store, balance.after, grown)) {
            return Ok(());
        }
        // What has expired takes no room. Looking for it costs, so it is done only where it matters.
        let mut seen = self.effects.held.clone();
        for (store, balance) in &mut seen {
            let expired = self.before.expired(store, self.now)?;
            balance.before = balance.before.minus(expired);
            balance.after = balance.after.minus(expired.minus(balance.expired_and_gone));
        }
        let workspace = workspace.minus(self.before.expired_in_all(self.now)?);
        Ok(within(quota, seen.iter().map(|(store, balance)| (store, *balance)), workspace)?)
    }
}

/// Whether the stores may go where they go, those that shrink first.
pub(crate) fn within<'a>(
    quota: &Quota,
    balances: impl Iterator<Item = (&'a StoreId, Balance)>,
    mut workspace: Held,
) -> Result<(), Error> {
    let mut all: Vec<_> = balances.collect();
    all.sort_by_key(|(_, balance)| balance.after.bytes > balance.before.bytes);
    for (store, Balance { before, after, .. }) in all {
        quota.check(store, before, after, workspace)?;
        workspace = workspace.moved(before, after);
    }
    Ok(())
}

/// The state of a workspace that does not exist.
struct Nothing;

impl Before for Nothing {
    type Trouble = Error;

    fn find(&mut self, _at: &Place) -> Result<Option<Found>, Error> {
        Ok(None)
    }

    fn find_all(&mut self, _: &StoreId, _: &Key, _: &mut dyn FnMut(Key<'static>, Found)) -> Result<(), Error> {
        Ok(())
    }

    fn held(&mut self, _store: &StoreId) -> Result<Held, Error> {
        Ok(Held::default())
    }

    fn held_by_all(&mut self) -> Result<Held, Error> {
        Ok(Held::default())
    }

    fn expired(&mut self, _store: &StoreId, _now: Moment) -> Result<Held, Error> {
        Ok(Held::default())
    }

    fn expired_in_all(&mut self, _now: Moment) -> Result<Held, Error> {
        Ok(Held::default())
    }
}
