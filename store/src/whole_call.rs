//! What a whole call has read and written so far.

mod draft;
mod listing;
mod writing;

use self::draft::{Draft, Effect, Write, check_bytes};
use crate::engine::{BatchOutcome, Change, Check, Committed, Page, Place, Put, Range, Row, Stamp, Stored, Wanted};
use crate::error::{Error, Excess, Unit};
use crate::expiry::Expiry;
use crate::give_way::give_way;
use crate::key::Key;
use crate::moment::Moment;
use crate::reads::ReadRange;
use crate::scope::{Scope, Writes};
use crate::store_id::StoreId;
use crate::sync::{Arc, Mutex, MutexGuard};
use crate::usage::Held;
use crate::workspace::{InUse, SeenView, Workspace};

/// One call of a plugin, whose writes are seen by nobody else before they are committed together.
///
/// Reads are not pinned to one state. Each is made in the newest one and noted; where that shows an earlier one to have
/// changed, the call is in conflict, so that it never sees a mixture.
pub(crate) struct WholeCall {
    workspace: Arc<Workspace>,
    draft: Mutex<Draft>,
    _in_use: InUse,
}

/// A committed state to read from; none where there is no workspace.
type State = Option<SeenView>;

impl WholeCall {
    pub fn begin(workspace: Arc<Workspace>) -> Self {
        workspace.recent().begin_call();
        let in_use = workspace.keep_open();
        Self { workspace, draft: Mutex::default(), _in_use: in_use }
    }

    pub fn is_in_conflict(&self) -> bool {
        self.draft().conflict
    }

    /// What a committed state has at a key. Where that is a large value which another commit has replaced since, the call is
    /// in conflict.
    async fn read(&self, state: &State, at: &Place) -> Result<Option<Stored>, Error> {
        let Some(view) = state else { return Ok(None) };
        let read = view.get(&at.store, &at.key, self.workspace.now()).await;
        read.map_err(|error| if error.is_superseded() { self.draft().fall_into_conflict() } else { error })
    }

    pub async fn get(&self, at: &Place) -> Result<Option<Stored>, Error> {
        if let Some(known) = self.own(at)? {
            return Ok(known);
        }
        let state = self.workspace.state().await?;
        let stored = self.read(&state, at).await?;
        let mut draft = self.draft();
        draft.note_key(&self.workspace, &state, at, stored.as_ref().map(|stored| stored.stamp))?;
        let Some(Write { effect: Effect::Add { by, version, .. }, .. }) = draft.writes.get(at) else {
            return Ok(stored);
        };
        // Now that it is known what is added to, the sum is.
        let (number, expiry) = match &stored {
            Some(Stored { stamp, body }) => (body.counter(), stamp.expiry),
            None => (Some(0), Expiry::NEVER),
        };
        let version = *version;
        let Some(sum) = by.iter().try_fold(number, |number, by| Some(number?.checked_add(*by))).flatten() else {
            return Err(draft.fall_into_conflict());
        };
        let put = Put::counting(sum, expiry, version);
        let sum = put.stored();
        let before = stored.map_or_else(Held::default, |stored| Held::of(&at.key, stored.stamp.bytes));
        draft.replace(at, Some(Write { effect: Effect::Put(put), before }), None);
        Ok(Some(sum))
    }

    pub async fn look(&self, at: &Place) -> Result<Option<Stamp>, Error> {
        match self.own(at)? {
            Some(known) => Ok(known.map(|stored| stored.stamp)),
            None => Ok(self.get(at).await?.map(|stored| stored.stamp)),
        }
    }

    /// Sees to it that what the call itself has put at a key has a version.
    pub async fn promise_version(&self, at: &Place) -> Result<(), Error> {
        let lacks_version = |draft: &Draft| match draft.writes.get(at).map(|write| &write.effect) {
            Some(Effect::Put(put)) => put.version.is_none(),
            Some(Effect::Add { version, .. }) => version.is_none(),
            _ => false,
        };
        if !lacks_version(&self.draft()) {
            return Ok(());
        }
        let drawn = self.workspace.draw_version().await?;
        if let Some(write) = self.draft().writes.get_mut(at) {
            match &mut write.effect {
                Effect::Put(put) => put.version = Some(drawn),
                Effect::Add { version, .. } => *version = Some(drawn),
                Effect::Delete => {}
            }
        }
        Ok(())
    }

    pub async fn held(&self, store: &StoreId) -> Result<Held, Error> {
        self.look_again_at_what_stands().await?;
        let (state, now) = (self.workspace.state().await?, self.workspace.now());
        let held = self.held_before(&state, store, now).await?;
        let mut draft = self.draft();
        draft.check()?;
        draft.drop_expired(now);
        Ok(draft.held_after(store, held))
    }

    pub async fn increment(&self, scope: &Scope, at: Place, by: i64) -> Result<i64, Error> {
        let (number, expiry) = match self.get(&at).await? {
            Some(Stored { stamp, body }) => (body.counter(), stamp.expiry),
            None => (Some(0), Expiry::NEVER),
        };
        let sum = number.and_then(|number| number.checked_add(by)).ok_or(Error::NotACounter)?;
        let put = Put::counting(sum, expiry, None);
        self.write(scope, Writes { changes: vec![Change::Put { at, put }], reservations: Vec::new() }).await?;
        Ok(sum)
    }

    pub async fn delete_prefix(
        &self,
        scope: &Scope,
        store: &StoreId,
        prefix: &Key<'_>,
        most: u64,
    ) -> Result<u64, Error> {
        if prefix.as_str().is_empty() {
            return self.clear(store).await;
        }
        let (mut doomed, mut doomed_bytes) = (Vec::new(), 0);
        let mut count = 0;
        let mut after: Option<Key> = None;
        loop {
            let range =
                Range { prefix, after: after.as_ref(), most_keys: 1_000, most_bytes: u64::MAX, wanted: Wanted::Keys };
            let Page { rows, next, .. } = self.page(store, range).await?;
            count += rows.len() as u64;
            if count <= most {
                for Row { key, .. } in rows {
                    let key = Key::trusted(&key).into_owned();
                    doomed_bytes += Effect::Delete.bytes(&key);
                    doomed.push(key);
                }
                // Before all of them are gathered that would be refused.
                check_bytes(doomed_bytes, scope.limits.whole_call_bytes)?;
            }
            match next {
                Some(next) => after = Some(Key::trusted(&next).into_owned()),
                None => break,
            }
            give_way().await;
        }
        if count > most {
            return Err(Error::BatchTooLarge(Excess { unit: Unit::Items, limit: most, actual: count }));
        }
        let delete = |key| Change::Delete { at: Place { store: store.clone(), key } };
        let changes = doomed.into_iter().map(delete).collect();
        self.write(scope, Writes { changes, reservations: Vec::new() }).await?;
        Ok(count)
    }

    async fn clear(&self, store: &StoreId) -> Result<u64, Error> {
        self.look_again_at_what_stands().await?;
        let (state, now) = (self.workspace.state().await?, self.workspace.now());
        let held = self.held_before(&state, store, now).await?;
        let first_expiry = match &state {
            Some(view) => view.first_expiry(store, now).await?,
            None => Expiry::NEVER,
        };
        let mut draft = self.draft();
        draft.note(&self.workspace, &state)?;
        draft.reads.first_expiry = draft.reads.first_expiry.min(first_expiry);
        // How many there were is an answer, so it is one that must still be right in the end.
        let prefix = Key::trusted("").into_owned();
        draft.reads.add_range(ReadRange { store: store.clone(), prefix, after: None, last: None });
        draft.drop_expired(now);
        let removed = draft.held_after(store, held).keys;
        let own: Vec<Place> = draft.writes.keys().filter(|place| place.store == *store).cloned().collect();
        for place in own {
            draft.replace(&place, None, None);
        }
        draft.cleared.insert(store.clone());
        Ok(removed)
    }

    /// Makes the changes, for this call alone, if the checks hold.
    pub async fn make(&self, scope: &Scope, checks: &[Check], writes: Writes) -> Result<BatchOutcome, Error> {
        for (number, Check { at, expect }) in (0..).zip(checks) {
            self.promise_version(at).await?;
            if !expect.holds(self.look(at).await?) {
                return Ok(BatchOutcome::Conflict(number));
            }
        }
        self.write(scope, writes).await?;
        // Whoever needs to know the version has drawn it.
        Ok(BatchOutcome::Committed(Committed { version: 0.into(), removed: 0, sum: None }))
    }

    /// Commits what the call has written, if all that it has read is still so.
    pub async fn commit(&self, scope: &Scope) -> Result<(), Error> {
        if self.draft().writes_nothing() {
            // It is as if all of it had been read in the newest state.
            let state = self.workspace.state().await?;
            let mut draft = self.draft();
            draft.note(&self.workspace, &state)?;
            *draft = Draft::default();
            return Ok(());
        }
        let (batch, reads, reservations) = {
            let mut draft = self.draft();
            draft.check()?;
            let reads = draft.reads.clone();
            let (changes, reservations) = std::mem::take(&mut *draft).into_changes();
            // Until it is known to be done, nothing more can be.
            draft.conflict = true;
            (scope.batch(changes), reads, reservations)
        };
        match self.workspace.commit(batch, Some(reads), reservations).await {
            Ok(_) => {
                self.draft().conflict = false;
                Ok(())
            }
            // There was room when it was written: who runs again gets the error itself.
            Err(Error::QuotaExceeded(_) | Error::NotACounter) => Err(Error::Conflict),
            Err(error) => Err(error),
        }
    }

    /// What the call itself makes of a key, if it does not depend on what stands there.
    fn own(&self, at: &Place) -> Result<Option<Option<Stored>>, Error> {
        let draft = self.draft();
        draft.check()?;
        Ok(match draft.writes.get(at).map(|write| &write.effect) {
            Some(Effect::Put(put)) if self.workspace.now().has_passed(put.expiry) => Some(None),
            Some(Effect::Put(put)) => Some(Some(put.stored())),
            Some(Effect::Delete) => Some(None),
            Some(Effect::Add { .. }) => None,
            None => draft.cleared.contains(&at.store).then_some(None),
        })
    }

    /// What a store held before the call.
    async fn held_before(&self, state: &State, store: &StoreId, now: Moment<'_>) -> Result<Held, Error> {
        match state {
            Some(view) => view.held(store, now).await,
            None => Ok(Held::default()),
        }
    }

    async fn held_by_all_before(&self, state: &State, now: Moment<'_>) -> Result<Held, Error> {
        match state {
            Some(view) => view.held_by_all(now).await,
            None => Ok(Held::default()),
        }
    }

    fn draft(&self) -> MutexGuard<'_, Draft> {
        self.draft.lock().expect("nothing panics while this is locked")
    }
}

impl Drop for WholeCall {
    fn drop(&mut self) {
        self.workspace.recent().end_call();
    }
}
