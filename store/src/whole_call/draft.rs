//! What a whole call has noted so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::State;
use crate::engine::{Body, Change, Place, Put, Stamp, Stored};
use crate::error::{Error, Excess, Unit};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::reads::{Reads, Seen};
use crate::reservation::Reservation;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::version::Version;
use crate::workspace::Workspace;

#[derive(Default)]
pub(super) struct Draft {
    pub reads: Reads,
    pub writes: BTreeMap<Place, Write>,
    /// What the writes add to each store, and what they remove from it.
    pub balances: BTreeMap<StoreId, (Held, Held)>,
    /// What the writes hold in memory, counted as a quota counts.
    pub bytes: u64,
    /// No value that the call has put is gone before this.
    pub own_expiry: Option<Expiry>,
    /// What is kept free for large values.
    pub reservations: BTreeMap<Place, Arc<Reservation>>,
    /// Stores that were emptied; what was written to them since is in `writes`.
    pub cleared: BTreeSet<StoreId>,
    pub conflict: bool,
}

/// What a call has done to a key.
#[derive(Clone)]
pub(super) struct Write {
    pub effect: Effect,
    /// What stood there before the call, as far as it counts.
    pub before: Held,
}

/// What was noted of a key before something else was, to be put back.
pub(super) struct Replaced<'a> {
    pub at: &'a Place,
    pub write: Option<Write>,
    pub reservation: Option<Arc<Reservation>>,
}

#[derive(Clone)]
pub(super) enum Effect {
    Put(Put),
    Delete,
    /// Something is added to what stands there, one after the other; it was not read.
    Add {
        by: Vec<i64>,
        version: Option<Version>,
        /// Whether nothing stood there.
        to_nothing: bool,
    },
}

impl Draft {
    pub fn check(&self) -> Result<(), Error> {
        if self.conflict { Err(Error::Conflict) } else { Ok(()) }
    }

    pub fn fall_into_conflict(&mut self) -> Error {
        self.conflict = true;
        Error::Conflict
    }

    pub fn writes_nothing(&self) -> bool {
        self.writes.is_empty() && self.cleared.is_empty()
    }

    pub fn note_key(
        &mut self,
        workspace: &Workspace,
        state: &State,
        at: &Place,
        stamp: Option<Stamp>,
    ) -> Result<(), Error> {
        self.note(workspace, state)?;
        self.reads.add_key(at.clone());
        if let Some(stamp) = stamp {
            self.reads.first_expiry = self.reads.first_expiry.min(stamp.expiry);
        }
        Ok(())
    }

    /// Notes that something is read in this state, if all that was read before is so there too.
    pub fn note(&mut self, workspace: &Workspace, state: &State) -> Result<(), Error> {
        self.check()?;
        let recent = workspace.recent();
        let now = match state {
            Some(view) => view.seen,
            None => Seen { epoch: 0, commit: 0 },
        };
        let unchanged = self.reads.seen.is_none_or(|seen| recent.unchanged(&self.reads, seen, now));
        drop(recent);
        if !unchanged || workspace.now().has_passed(self.reads.first_expiry) {
            return Err(self.fall_into_conflict());
        }
        self.reads.seen = Some(now);
        Ok(())
    }

    /// Notes what stands at a key that the call has written.
    pub fn stands(&mut self, at: &Place, stands: Option<&Stored>) {
        let Some(mut write) = self.writes.get(at).cloned() else { return };
        let reservation = self.reservations.get(at).cloned();
        write.before = stands.map_or_else(Held::default, |stored| Held::of(&at.key, stored.stamp.bytes));
        if let Effect::Add { to_nothing, .. } = &mut write.effect {
            *to_nothing = stands.is_none();
        }
        self.replace(at, Some(write), reservation);
    }

    /// Puts a write and what is kept free for it in place of what was noted of the key, or takes that out.
    pub fn replace<'a>(
        &mut self,
        at: &'a Place,
        write: Option<Write>,
        reservation: Option<Arc<Reservation>>,
    ) -> Replaced<'a> {
        let reservation = match reservation {
            Some(reservation) => self.reservations.insert(at.clone(), reservation),
            None => self.reservations.remove(at),
        };
        let (added, removed) = self.balances.entry(at.store.clone()).or_default();
        if let Some(new) = &write {
            if let Effect::Put(put) = &new.effect {
                self.own_expiry = Some(self.own_expiry.map_or(put.expiry, |first| first.min(put.expiry)));
            }
            *added = added.plus(new.effect.held(&at.key));
            *removed = removed.plus(new.removes());
            self.bytes += new.effect.bytes(&at.key);
        }
        let write = match write {
            Some(new) => self.writes.insert(at.clone(), new),
            None => self.writes.remove(at),
        };
        if let Some(old) = &write {
            *added = added.minus(old.effect.held(&at.key));
            *removed = removed.minus(old.removes());
            self.bytes -= old.effect.bytes(&at.key);
        }
        Replaced { at, write, reservation }
    }

    /// Notes the changes one after the other, `before` having what stands where each is made; what that replaces, as far as it
    /// came, is in `replaced`.
    pub fn make_all<'a>(
        &mut self,
        changes: &'a [Change],
        before: &[Option<Stored>],
        reservations: &[Arc<Reservation>],
        now: Moment,
        replaced: &mut Vec<Replaced<'a>>,
    ) -> Result<(), Error> {
        let mut reservations = reservations.iter().cloned();
        for (change, before) in changes.iter().zip(before) {
            let (at, effect) = match change {
                Change::Put { at, put } if now.has_passed(put.expiry) => (at, Effect::Delete),
                Change::Put { at, put } => (at, Effect::Put(put.clone())),
                Change::Delete { at } => (at, Effect::Delete),
                Change::Add { at, by, version } => (at, self.addition(at, *by, *version, before.as_ref())?),
                Change::DeletePrefix { .. } => unreachable!("a call deletes key by key"),
            };
            let is_large = matches!(&effect, Effect::Put(Put { body: Body::Large(_), .. }));
            let reservation = if is_large { reservations.next() } else { None };
            let before = before.as_ref().map_or_else(Held::default, |stored| Held::of(&at.key, stored.stamp.bytes));
            replaced.push(self.replace(at, Some(Write { effect, before }), reservation));
        }
        Ok(())
    }

    /// What an addition makes of a key; what the call has put there and has expired since is dropped before.
    fn addition(
        &self,
        at: &Place,
        by: i64,
        version: Option<Version>,
        before: Option<&Stored>,
    ) -> Result<Effect, Error> {
        let sum =
            |number: Option<i64>, by: i64| number.and_then(|number| number.checked_add(by)).ok_or(Error::NotACounter);
        Ok(match self.writes.get(at).map(|write| &write.effect) {
            Some(Effect::Put(put)) => Effect::Put(Put::counting(sum(put.counter(), by)?, put.expiry, version)),
            Some(Effect::Delete) => Effect::Put(Put::counting(by, Expiry::NEVER, version)),
            Some(Effect::Add { by: earlier, .. }) => {
                let mut all = earlier.clone();
                // One addition where the two do not leave the range together, which the sum need not do either.
                match all.last_mut().and_then(|last| Some((last.checked_add(by)?, last))) {
                    Some((sum, last)) => *last = sum,
                    None => all.push(by),
                }
                let stands = before.map_or(Some(0), |stored| stored.body.counter());
                all.iter().try_fold(stands, |number, by| sum(number, *by).map(Some))?;
                Effect::Add { by: all, version, to_nothing: before.is_none() }
            }
            None => {
                sum(before.map_or(Some(0), |stored| stored.body.counter()), by)?;
                Effect::Add { by: vec![by], version, to_nothing: before.is_none() }
            }
        })
    }

    /// What a store holds as the call sees it, which held so much before.
    pub fn held_after(&self, store: &StoreId, before: Held) -> Held {
        let before = if self.cleared.contains(store) { Held::default() } else { before };
        let (added, removed) = self.balances.get(store).copied().unwrap_or_default();
        before.plus(added).minus(removed)
    }

    /// Deletes what the call has put and what has expired since.
    pub fn drop_expired(&mut self, now: Moment) {
        if self.own_expiry.take_if(|first| now.has_passed(*first)).is_none() {
            return;
        }
        let writes = std::mem::take(&mut self.writes);
        (self.balances, self.bytes) = (BTreeMap::new(), 0);
        for (at, mut write) in writes {
            let mut reservation = self.reservations.remove(&at);
            if matches!(&write.effect, Effect::Put(put) if now.has_passed(put.expiry)) {
                (write.effect, reservation) = (Effect::Delete, None);
            }
            self.replace(&at, Some(write), reservation);
        }
    }

    pub fn into_changes(self) -> (Vec<Change>, Vec<Arc<Reservation>>) {
        let clear = |store| Change::DeletePrefix { store, prefix: Key::trusted("").into_owned(), most: u64::MAX };
        let mut changes: Vec<Change> = self.cleared.into_iter().map(clear).collect();
        for (at, Write { effect, .. }) in self.writes {
            changes.push(match effect {
                Effect::Put(put) => Change::Put { at, put },
                Effect::Delete => Change::Delete { at },
                Effect::Add { by, version, .. } => {
                    changes.extend(by.into_iter().map(|by| Change::Add { at: at.clone(), by, version }));
                    continue;
                }
            });
        }
        (changes, self.reservations.into_values().collect())
    }
}

/// Whether a whole call may hold so much in memory.
pub(super) fn check_bytes(actual: u64, limit: u64) -> Result<(), Error> {
    if actual > limit {
        return Err(Error::BatchTooLarge(Excess { unit: Unit::Bytes, limit, actual }));
    }
    Ok(())
}

impl Write {
    /// What was counted before and no longer is.
    pub fn removes(&self) -> Held {
        match self.effect {
            Effect::Add { .. } => Held::default(),
            Effect::Put(_) | Effect::Delete => self.before,
        }
    }
}

impl Effect {
    /// What is held of it in memory, counted as a quota counts: also of what it deletes.
    pub fn bytes(&self, key: &Key) -> u64 {
        let value = match self {
            Self::Put(Put { body: Body::Small(value), .. }) => value.len() as u64,
            _ => 0,
        };
        Held::of(key, value).bytes
    }

    /// What it counts, beside what stood there if it is kept.
    pub fn held(&self, key: &Key) -> Held {
        match self {
            Self::Put(put) => Held::of(key, put.body.bytes()),
            Self::Add { to_nothing: true, .. } => Held::of(key, size_of::<i64>() as u64),
            Self::Add { .. } | Self::Delete => Held::default(),
        }
    }

    /// What a listing shows of it. Additions are resolved before they are looked at.
    pub fn stamp(&self, now: Moment) -> Option<Stamp> {
        match self {
            Self::Put(put) if !now.has_passed(put.expiry) => Some(put.stamp()),
            _ => None,
        }
    }
}

impl Put {
    /// As it is seen before it is committed.
    pub(super) fn stored(&self) -> Stored {
        Stored { stamp: self.stamp(), body: self.body.clone() }
    }

    fn stamp(&self) -> Stamp {
        Stamp { version: self.version.unwrap_or(0.into()), expiry: self.expiry, bytes: self.body.bytes() }
    }
}

impl Place {
    pub(super) fn starts_with(&self, prefix: &Key) -> bool {
        self.key.as_str().starts_with(prefix.as_str())
    }
}
