//! Writes of a whole call, judged by what it sees.

use super::draft::{Replaced, check_bytes};
use super::{State, WholeCall};
use crate::engine::{Balance, Body, Change, Place, Stored, within};
use crate::error::Error;
use crate::give_way;
use crate::moment::Moment;
use crate::reservation::Reservation;
use crate::scope::{Scope, Writes};
use crate::store_id::StoreId;
use crate::usage::Held;

/// So many keys are looked up before others have their turn.
const LOOKED_UP_AT_ONCE: usize = 1_000;

impl WholeCall {
    pub(super) async fn write(&self, scope: &Scope, writes: Writes) -> Result<(), Error> {
        match self.try_to_write(scope, &writes).await {
            // Perhaps only as it seems: others may have changed what the call has written over.
            Err(Error::QuotaExceeded(_)) => {
                self.look_again_at_what_stands().await?;
                self.try_to_write(scope, &writes).await
            }
            tried => tried,
        }
    }

    async fn try_to_write(&self, scope: &Scope, Writes { changes, reservations }: &Writes) -> Result<(), Error> {
        let (state, now) = (self.workspace.state().await?, self.workspace.now());
        let places = || changes.iter().filter_map(Change::place);
        let mut before = Vec::with_capacity(changes.len());
        for (number, at) in places().enumerate() {
            give_way::each(LOOKED_UP_AT_ONCE, number).await;
            before.push(self.stands_before(&state, at, now).await?);
        }
        let held = self.held_by_touched(&state, places(), now).await?;
        let all = self.held_by_all_before(&state, now).await?;

        let mut draft = self.draft();
        draft.check()?;
        draft.drop_expired(now);
        let seen: Vec<_> = held.iter().map(|(id, held)| draft.held_after(id, *held)).collect();
        let all = held.iter().zip(&seen).fold(all, |all, ((_, held), seen)| all.moved(*held, *seen));
        let mut replaced = Vec::with_capacity(changes.len());
        let made = draft.make_all(changes, &before, reservations, now, &mut replaced).and_then(|()| {
            let stores = held.iter().zip(&seen);
            let balances = stores.map(|((id, held), seen)| (id, Balance::new(*seen, draft.held_after(id, *held))));
            let mut quota = scope.quota();
            quota.reserved = self.workspace.reservations().now();
            draft.reservations.values().for_each(|reservation| reservation.take_out_of(&mut quota.reserved));
            check_bytes(draft.bytes, scope.limits.whole_call_bytes)?;
            within(&quota, balances, all)
        });
        if made.is_err() {
            for Replaced { at, write, reservation } in replaced.into_iter().rev() {
                draft.replace(at, write, reservation);
            }
        }
        made
    }

    /// Keeps room free for a value that has this size by now, if there is any beside what the call has written.
    ///
    /// Others may take it before the commit, which is the judge.
    pub async fn reserve(
        &self,
        scope: &Scope,
        reservation: &Reservation,
        at: &Place,
        value_bytes: u64,
    ) -> Result<(), Error> {
        // What was noted of it may be no longer so, and then too much or too little would be kept.
        self.look_again_at_what_stands().await?;
        let (state, now) = (self.workspace.state().await?, self.workspace.now());
        let stands = self.stands_before(&state, at, now).await?;
        let held = self.held_by_touched(&state, [at].into_iter(), now).await?;
        let all = self.held_by_all_before(&state, now).await?;
        let held_by_its = self.held_before(&state, &at.store, now).await?;

        let mut draft = self.draft();
        draft.check()?;
        draft.drop_expired(now);
        let all = held.iter().fold(all, |all, (id, held)| all.moved(*held, draft.held_after(id, *held)));
        let seen = draft.held_after(&at.store, held_by_its);
        let old = match draft.writes.get(at) {
            Some(write) => write.effect.held(&at.key).plus(write.before).minus(write.removes()),
            None => stands.map_or_else(Held::default, |stored| Held::of(&at.key, stored.stamp.bytes)),
        };
        let after = seen.minus(old).plus(Held::of(&at.key, value_bytes));
        let mut quota = scope.quota();
        quota.reserved = reservation.others();
        draft.reservations.values().for_each(|own| own.take_out_of(&mut quota.reserved));
        drop(draft);
        quota.check(&at.store, seen, after, all)?;
        reservation.set(after.bytes.saturating_sub(seen.bytes));
        Ok(())
    }

    /// Learns anew what the call's writes take the place of.
    pub(super) async fn look_again_at_what_stands(&self) -> Result<(), Error> {
        let (state, now) = (self.workspace.state().await?, self.workspace.now());
        let places: Vec<Place> = self.draft().writes.keys().cloned().collect();
        for (number, at) in places.into_iter().enumerate() {
            give_way::each(LOOKED_UP_AT_ONCE, number).await;
            let stands = self.stands_before(&state, &at, now).await?;
            self.draft().stands(&at, stands.as_ref());
        }
        Ok(())
    }

    /// What the stores of these keys, and those that the call has written to, held before the call.
    async fn held_by_touched(
        &self,
        state: &State,
        places: impl Iterator<Item = &Place>,
        now: Moment<'_>,
    ) -> Result<Vec<(StoreId, Held)>, Error> {
        let mut stores: Vec<StoreId> = places.map(|at| at.store.clone()).collect();
        {
            let draft = self.draft();
            stores.extend(draft.balances.keys().chain(&draft.cleared).cloned());
        }
        stores.sort_unstable();
        stores.dedup();
        let mut held = Vec::with_capacity(stores.len());
        for store in stores {
            let before = self.held_before(state, &store, now).await?;
            held.push((store, before));
        }
        Ok(held)
    }

    /// What stands at a key before the call, for what it counts and for what can be added to it. It is not a read.
    async fn stands_before(&self, state: &State, at: &Place, now: Moment<'_>) -> Result<Option<Stored>, Error> {
        if self.draft().cleared.contains(&at.store) {
            return Ok(None);
        }
        let Some(view) = state else { return Ok(None) };
        match view.look(&at.store, &at.key, now).await {
            Ok(Some(stamp)) if stamp.bytes == 8 => match view.get(&at.store, &at.key, now).await {
                Err(Error::Damaged) => Ok(Some(Stored { stamp, body: Body::Small(Vec::new()) })),
                got => got,
            },
            Ok(stamp) => Ok(stamp.map(|stamp| Stored { stamp, body: Body::Small(Vec::new()) })),
            // What is damaged may be replaced.
            Err(Error::Damaged) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
