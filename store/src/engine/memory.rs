use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::ops::Bound;

use super::rules::{Before, Effects, Found, Verdict, judge};
use super::{
    Absent, Answer, Batch, BatchOutcome, Committed, Engine, EngineWorkspace, Kept, LOOK_AT_BYTES, Large, LargeName,
    LargeWriter, Page, Place, Range, Stamp, Stored, View,
};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::sync::{Arc, Mutex, MutexGuard};
use crate::usage::Held;
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// An engine that keeps everything in memory, for tests: it forgets at the end of the process.
#[derive(Default)]
pub struct MemoryEngine {
    workspaces: Mutex<BTreeMap<WorkspaceId, Arc<MemoryWorkspace>>>,
}

#[derive(Default)]
struct MemoryWorkspace {
    contents: Mutex<Contents>,
}

#[derive(Default)]
struct Contents {
    /// What was committed last; views share it, so it is copied when it changes while there are any.
    state: Arc<State>,
    versions: u64,
    latest_ms: u64,
}

#[derive(Clone, Default)]
struct State {
    commit: u64,
    stores: BTreeMap<StoreId, Store>,
}

#[derive(Clone, Default)]
struct Store {
    held: Held,
    values: BTreeMap<String, Arc<Stored>>,
    expiring: BTreeSet<(Expiry, String)>,
}

impl MemoryEngine {
    fn all(&self) -> MutexGuard<'_, BTreeMap<WorkspaceId, Arc<MemoryWorkspace>>> {
        self.workspaces.lock().expect("nothing panics while this is locked")
    }
}

impl Engine for MemoryEngine {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        let mut all = self.all();
        let open = match absent {
            Absent::Leave => all.get(id).cloned(),
            Absent::Create => Some(all.entry(id.clone()).or_default().clone()),
        };
        Box::pin(ready(Ok(open.map(|workspace| workspace as Arc<dyn EngineWorkspace>))))
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        Box::pin(ready(Ok(self.all().keys().cloned().collect())))
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        Box::pin(ready(Ok(self.all().remove(id).is_some())))
    }
}

impl MemoryWorkspace {
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().expect("nothing panics while this is locked")
    }
}

impl EngineWorkspace for MemoryWorkspace {
    fn must_reopen(&self) -> bool {
        false
    }

    fn latest_ms(&self) -> u64 {
        self.contents().latest_ms
    }

    fn commits(&self) -> u64 {
        self.contents().state.commit
    }

    fn had_expiring(&self) -> bool {
        self.contents().state.stores.values().any(|store| !store.expiring.is_empty())
    }

    fn has_discarded(&self) -> bool {
        false
    }

    fn view(&self) -> Answer<'_, Result<Arc<dyn View>, Error>> {
        let state: Arc<dyn View> = self.contents().state.clone();
        Box::pin(ready(Ok(state)))
    }

    fn commit<'a>(&'a self, batches: &'a [Batch], now: Moment<'a>) -> Answer<'a, Vec<Result<BatchOutcome, Error>>> {
        let mut contents = self.contents();
        let commit = contents.state.commit + 1;
        let outcomes = batches.iter().map(|batch| contents.apply(batch, commit, now)).collect();
        contents.latest_ms = now.latest_ms();
        Box::pin(ready(outcomes))
    }

    fn draw_version(&self) -> Answer<'_, Result<Version, Error>> {
        Box::pin(ready(Ok(self.contents().draw_version())))
    }

    fn write_large(&self) -> Answer<'_, Result<Box<dyn LargeWriter>, Error>> {
        Box::pin(ready(Ok(Box::new(Writing::default()) as Box<dyn LargeWriter>)))
    }

    fn tidy<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Option<u64>, Error>> {
        let mut contents = self.contents();
        let state = Arc::make_mut(&mut contents.state);
        state.stores.values_mut().for_each(|store| store.remove_expired(now));
        let next = state.stores.values().filter_map(|store| store.expiring.first()).min();
        let next = next.and_then(|(expiry, _)| expiry.as_ms());
        contents.latest_ms = now.latest_ms();
        Box::pin(ready(Ok(next)))
    }
}

impl Contents {
    fn draw_version(&mut self) -> Version {
        self.versions += 1;
        self.versions.into()
    }

    fn apply(&mut self, batch: &Batch, commit: u64, now: Moment) -> Result<BatchOutcome, Error> {
        let effects = match judge(batch, &mut &*self.state, now)? {
            Verdict::Conflict(number) => return Ok(BatchOutcome::Conflict(number)),
            Verdict::Accepted(effects) => effects,
        };
        let version = self.draw_version();
        let committed = Committed { version, removed: effects.removed, sum: effects.sum };
        if !effects.change_nothing() {
            let state = Arc::make_mut(&mut self.state);
            state.commit = commit;
            state.make(effects, version, now);
        }
        Ok(BatchOutcome::Committed(committed))
    }
}

impl State {
    fn make(&mut self, effects: Effects, version: Version, now: Moment) {
        for store in effects.cleared {
            self.stores.remove(&store);
        }
        for Place { store, key: prefix } in effects.prefixes {
            let Some(store) = self.stores.get_mut(&store) else { continue };
            let all = store.values.range(prefix.as_str().to_owned()..);
            let all = all.take_while(|(key, _)| key.starts_with(prefix.as_str()));
            let doomed = all.filter(|(_, stored)| !now.has_passed(stored.stamp.expiry)).map(|(key, _)| key.clone());
            doomed.collect::<Vec<_>>().iter().for_each(|key| store.remove(key));
        }
        for (Place { store, key }, put) in effects.writes {
            let store = self.stores.entry(store).or_default();
            store.remove(key.as_str());
            let Some(put) = put else { continue };
            let put = put.into_owned();
            let stamp = Stamp { version: put.version.unwrap_or(version), expiry: put.expiry, bytes: put.body.bytes() };
            store.insert(key.as_str(), Stored { stamp, body: put.body });
        }
        for (id, balance) in effects.held {
            if let Some(store) = self.stores.get_mut(&id) {
                store.held = balance.after;
            }
        }
    }

    fn find(&self, store: &StoreId, key: &Key, now: Moment) -> Option<&Arc<Stored>> {
        let stored = self.stores.get(store)?.values.get(key.as_str())?;
        (!now.has_passed(stored.stamp.expiry)).then_some(stored)
    }
}

impl Store {
    fn insert(&mut self, key: &str, stored: Stored) {
        if stored.stamp.expiry != Expiry::NEVER {
            self.expiring.insert((stored.stamp.expiry, key.to_owned()));
        }
        self.values.insert(key.to_owned(), Arc::new(stored));
    }

    fn remove(&mut self, key: &str) {
        if let Some(stored) = self.values.remove(key) {
            self.expiring.remove(&(stored.stamp.expiry, key.to_owned()));
        }
    }

    fn expired(&self, now: Moment) -> Held {
        let expired = self.expiring.iter().take_while(|(expiry, _)| now.has_passed(*expiry));
        expired.fold(Held::default(), |sum, (_, key)| sum.plus(self.values[key].held(key)))
    }

    fn remove_expired(&mut self, now: Moment) {
        self.held = self.held.minus(self.expired(now));
        while let Some((expiry, key)) = self.expiring.first().filter(|(expiry, _)| now.has_passed(*expiry)).cloned() {
            self.values.remove(&key);
            self.expiring.remove(&(expiry, key));
        }
    }
}

impl Stored {
    fn held(&self, key: &str) -> Held {
        Held::of(&Key::trusted(key), self.stamp.bytes)
    }

    fn found(&self) -> Found {
        Found { bytes: self.stamp.bytes, stamp: Some(self.stamp), counter: self.body.counter() }
    }
}

impl Before for &State {
    type Trouble = Error;

    fn find(&mut self, at: &Place) -> Result<Option<Found>, Error> {
        let store = self.stores.get(&at.store);
        Ok(store.and_then(|store| store.values.get(at.key.as_str())).map(|stored| stored.found()))
    }

    fn find_all(
        &mut self,
        store: &StoreId,
        prefix: &Key,
        show: &mut dyn FnMut(Key<'static>, Found),
    ) -> Result<(), Error> {
        let Some(store) = self.stores.get(store) else { return Ok(()) };
        for (key, stored) in store.values.range(prefix.as_str().to_owned()..) {
            if !key.starts_with(prefix.as_str()) {
                break;
            }
            show(Key::trusted(key).into_owned(), stored.found());
        }
        Ok(())
    }

    fn held(&mut self, store: &StoreId) -> Result<Held, Error> {
        Ok(self.stores.get(store).map_or_else(Held::default, |store| store.held))
    }

    fn held_by_all(&mut self) -> Result<Held, Error> {
        Ok(self.stores.values().fold(Held::default(), |sum, store| sum.plus(store.held)))
    }

    fn expired(&mut self, store: &StoreId, now: Moment) -> Result<Held, Error> {
        Ok(self.stores.get(store).map_or_else(Held::default, |store| store.expired(now)))
    }

    fn expired_in_all(&mut self, now: Moment) -> Result<Held, Error> {
        Ok(self.stores.values().fold(Held::default(), |sum, store| sum.plus(store.expired(now))))
    }
}

impl View for State {
    fn commit(&self) -> u64 {
        self.commit
    }

    fn get<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stored>, Error>> {
        Box::pin(ready(Ok(self.find(store, key, now).map(|stored| Stored::clone(stored)))))
    }

    fn look<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stamp>, Error>> {
        Box::pin(ready(Ok(self.find(store, key, now).map(|stored| stored.stamp))))
    }

    fn page<'a>(&'a self, store: &'a StoreId, range: Range<'a>, now: Moment<'a>) -> Answer<'a, Result<Page, Error>> {
        let page = match self.stores.get(store) {
            Some(store) => {
                let from = range.start().map(|bytes| std::str::from_utf8(bytes).expect("a key is text"));
                let values = store.values.range::<str, _>((from, Bound::Unbounded));
                let rows = values.map(|(key, stored)| Ok((key.clone(), stored.stamp, stored)));
                range.page(rows, LOOK_AT_BYTES, now, |_, stored| Ok::<_, Error>(Stored::clone(stored)))
            }
            None => Ok(Page::default()),
        };
        Box::pin(ready(page))
    }

    fn held<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Held, Error>> {
        let held = self.stores.get(store).map_or_else(Held::default, |store| store.held.minus(store.expired(now)));
        Box::pin(ready(Ok(held)))
    }

    fn first_expiry<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Expiry, Error>> {
        let mut expiring = self.stores.get(store).into_iter().flat_map(|store| &store.expiring);
        let first = expiring.find(|(expiry, _)| !now.has_passed(*expiry));
        Box::pin(ready(Ok(first.map_or(Expiry::NEVER, |(expiry, _)| *expiry))))
    }

    fn keep_large(&self) -> Answer<'_, Result<Kept, Error>> {
        Box::pin(ready(Ok(Box::new(()) as Kept)))
    }

    fn held_by_all<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Held, Error>> {
        let held = self.stores.values().map(|store| store.held.minus(store.expired(now)));
        Box::pin(ready(Ok(held.fold(Held::default(), Held::plus))))
    }

    fn stores<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Vec<(StoreId, Held)>, Error>> {
        let held = self.stores.iter().map(|(id, store)| (id.clone(), store.held.minus(store.expired(now))));
        Box::pin(ready(Ok(held.filter(|(_, held)| held.keys > 0).collect())))
    }
}

/// A large value that is being written.
#[derive(Default)]
struct Writing(Vec<u8>);

/// A large value.
struct InMemory {
    name: LargeName,
    bytes: Vec<u8>,
}

impl LargeWriter for Writing {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Answer<'a, Result<(), Error>> {
        self.0.extend_from_slice(bytes);
        Box::pin(ready(Ok(())))
    }

    fn finish(self: Box<Self>) -> Answer<'static, Result<Arc<dyn Large>, Error>> {
        let mut name = LargeName::default();
        let drawn = getrandom::fill(&mut name).map_err(|error| Error::Unavailable(Fault::Engine(error.to_string())));
        Box::pin(ready(drawn.map(|()| Arc::new(InMemory { name, bytes: self.0 }) as Arc<dyn Large>)))
    }
}

impl Large for InMemory {
    fn name(&self) -> LargeName {
        self.name
    }

    fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, offset: u64, most: usize) -> Answer<'_, Result<Vec<u8>, Error>> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let to = from.saturating_add(most).min(self.bytes.len());
        Box::pin(ready(Ok(self.bytes[from..to].to_vec())))
    }
}
