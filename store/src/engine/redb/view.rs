use std::future::ready;
use std::sync::Arc;

use super::handle::Handle;
use super::meta::Contents;
use super::snapshot::{All, OpenLarge, Snapshot};
use super::trouble::{Trouble, contain};
use super::workspace::State;
use super::writer_mark::Witness;
use crate::engine::{Answer, Kept, Page, Range, Stamp, Stored, View};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::give_way::give_way;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;

/// A committed state of a workspace that stays open for it.
pub(super) struct RedbView {
    // In the order in which they go: what reads the database before it.
    snapshot: Arc<Snapshot>,
    handle: Arc<Handle>,
    state: Arc<State>,
    /// Who wrote when this was begun beside another process.
    begun: Option<Witness>,
}

impl RedbView {
    pub fn new(snapshot: Arc<Snapshot>, handle: Arc<Handle>, state: Arc<State>, begun: Option<Witness>) -> Self {
        Self { snapshot, handle, state, begun }
    }

    fn read<'s, T>(&'s self, read: impl FnOnce(&'s Snapshot, OpenLarge) -> Result<T, Trouble>) -> Result<T, Error> {
        let open = |name, bytes| {
            let opened = self.handle.large.open(name, bytes, self.handle.seal)?;
            opened.ok_or_else(|| match self.handle.writer() {
                Some(_) if self.is_newest() => Error::Damaged,
                // It was replaced meanwhile, here or by whoever writes.
                _ => Error::Unavailable(Fault::Superseded),
            })
        };
        let answer = contain(|| read(&self.snapshot, &open));
        // Before the answer is looked at: one that was read while its pages were overwritten may be any.
        if let Some(begun) = &self.begun
            && begun.is_disturbed()?
        {
            return Err(Error::Unavailable(Fault::Superseded));
        }
        answer.map_err(|trouble| {
            match self.handle.has_met_damage(&trouble) && self.handle.file.unread.told().is_none() {
                true => Error::Damaged,
                false => self.state.refuse(&self.handle, trouble),
            }
        })
    }

    /// What a store holds beside what has expired.
    async fn seen(&self, store: &StoreId, contents: Contents, now: Moment<'_>) -> Result<Held, Error> {
        let mut held = contents.held;
        if contents.expiring == 0 {
            return Ok(held);
        }
        let mut after: Option<Vec<u8>> = None;
        loop {
            let (expired, next) = self.read(|snapshot, _| snapshot.some_expired(store, after.as_deref(), now))?;
            held = held.minus(expired);
            if next.is_none() {
                return Ok(held);
            }
            after = next;
            give_way().await;
        }
    }

    /// Whether nothing was committed since.
    fn is_newest(&self) -> bool {
        self.handle.snapshot().is_ok_and(|newest| newest.commit() == self.snapshot.commit())
    }

    fn keep_large_now(&self) -> Result<Kept, Error> {
        let Handle { large, seal, .. } = &*self.handle;
        let files = self.read(|snapshot, _| snapshot.large_files())?;
        if self.handle.writer().is_some() {
            // Nobody else removes them.
            return Ok(Box::new(large.keep(&files)?));
        }
        // What is removed by another process can be read as long as it is open.
        let open = files.into_iter().map(|(name, bytes)| match large.open(name, bytes, *seal)? {
            Some(file) => Ok(file),
            None => Err(Error::Unavailable(Fault::Superseded)),
        });
        Ok(Box::new(open.collect::<Result<Vec<_>, _>>()?))
    }
}

impl View for RedbView {
    fn commit(&self) -> u64 {
        self.snapshot.commit()
    }

    fn get<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stored>, Error>> {
        Box::pin(ready(self.read(|snapshot, open| snapshot.get(store, key, now, open))))
    }

    fn look<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stamp>, Error>> {
        Box::pin(ready(self.read(|snapshot, _| snapshot.look(store, key, now))))
    }

    fn page<'a>(&'a self, store: &'a StoreId, range: Range<'a>, now: Moment<'a>) -> Answer<'a, Result<Page, Error>> {
        Box::pin(ready(self.read(|snapshot, open| snapshot.page(store, &range, now, open))))
    }

    fn held<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Held, Error>> {
        Box::pin(async move {
            let contents = self.read(|snapshot, _| snapshot.contents(store))?;
            self.seen(store, contents, now).await
        })
    }

    fn first_expiry<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Expiry, Error>> {
        Box::pin(ready(self.read(|snapshot, _| snapshot.first_expiry(store, now))))
    }

    fn keep_large(&self) -> Answer<'_, Result<Kept, Error>> {
        Box::pin(ready(self.keep_large_now()))
    }

    fn held_by_all<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Held, Error>> {
        Box::pin(async move {
            let lingering = Held { bytes: self.handle.large.lingering_bytes(), keys: 0 };
            let All { held, stores } = self.read(|snapshot, _| snapshot.all())?;
            let mut held = held.plus(lingering);
            for (store, contents) in stores.iter().filter(|(_, contents)| contents.expiring > 0) {
                held = held.minus(contents.held.minus(self.seen(store, *contents, now).await?));
            }
            Ok(held)
        })
    }

    fn stores<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Vec<(StoreId, Held)>, Error>> {
        Box::pin(async move {
            let mut stores = Vec::new();
            for (store, contents) in &self.read(|snapshot, _| snapshot.all())?.stores {
                let held = self.seen(store, *contents, now).await?;
                if held.keys > 0 {
                    stores.push((store.clone(), held));
                }
            }
            Ok(stores)
        })
    }
}
