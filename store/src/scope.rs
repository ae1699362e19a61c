//! What a session works on, and by which rules.

use crate::address::{Address, Store};
use crate::commit::Commit;
use crate::engine::{
    Batch, BatchOutcome, Body, Change, Check, LARGE_BYTES, Page, Place, Quota, Range, Reserved, Stamp, Stored, View,
    Wanted,
};
use crate::error::{Error, Excess, Unit};
use crate::give_way::{self, give_way};
use crate::grant::Grant;
use crate::handles::{Handles, OpenHandle};
use crate::key::Key;
use crate::larder::Larder;
use crate::limits::Limits;
use crate::moment::Moment;
use crate::plugin_id::PluginId;
use crate::read_committed::read_committed;
use crate::reservation::{Request, Reservation};
use crate::store_id::StoreId;
use crate::sync::{Arc, block_on};
use crate::usage::Held;
use crate::version::Version;
use crate::whole_call::WholeCall;
use crate::workspace::{InUse, NewestView, Workspace};

/// So many values, of almost a mebibyte each at most, are read before others have their turn.
const READ_AT_ONCE: usize = 16;
/// What is given to a large value's file at once.
const PIECE_BYTES: usize = 1024 * 1024;

/// A plugin in a workspace, within limits.
pub(crate) struct Scope {
    // Kept so that the larder stays open.
    larder: Larder,
    pub workspace: Arc<Workspace>,
    plugin: PluginId,
    private: StoreId,
    pub limits: Limits,
    pub grant: Grant,
    handles: Arc<Handles>,
    /// What a whole call has read and written so far; none where each operation is committed by itself.
    pub call: Option<WholeCall>,
}

/// What an operation wants with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Read,
    Write,
}

/// Where the room for a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It is there now, or the value is refused at once.
    There,
    /// Other changes that are made with it may make it: the commit is the judge.
    PerhapsMade,
}

/// Changes, with the room that is kept free for them.
#[derive(Default)]
pub(crate) struct Writes {
    pub changes: Vec<Change>,
    pub reservations: Vec<Arc<Reservation>>,
}

/// What a reader or writer keeps open.
pub(crate) struct OpenHandles {
    _of_session: OpenHandle,
    _of_workspace_and_larder: (OpenHandle, OpenHandle),
    _workspace: InUse,
}

impl Scope {
    pub fn new(
        larder: Larder,
        workspace: Arc<Workspace>,
        plugin: PluginId,
        limits: Limits,
        grant: Grant,
        commit: Commit,
    ) -> Self {
        let private = StoreId::Private(plugin.clone());
        let handles = Handles::new(limits.open_handles.into());
        let call = match commit {
            Commit::EachOperation => None,
            Commit::WholeCall => Some(WholeCall::begin(workspace.clone())),
        };
        Self { larder, workspace, plugin, private, limits, grant, handles, call }
    }

    /// The same, with nothing read or written.
    pub fn again(&self, grant: Grant, commit: Commit) -> Self {
        let (larder, workspace) = (self.larder.clone(), self.workspace.clone());
        Self::new(larder, workspace, self.plugin.clone(), self.limits.clone(), grant, commit)
    }

    /// The store, if the plugin may do that with the key, or with all keys that start with it.
    pub fn store(&self, store: Store, key_or_prefix: &str, need: Need) -> Result<&StoreId, Error> {
        match store {
            Store::Private => Ok(&self.private),
            Store::Shared => {
                let may = match need {
                    Need::Read => self.grant.may_read(key_or_prefix),
                    Need::Write => self.grant.may_write(key_or_prefix),
                };
                if may { Ok(&StoreId::Shared) } else { Err(Error::AccessDenied) }
            }
        }
    }

    pub fn plugin(&self) -> &PluginId {
        &self.plugin
    }

    /// Whether the whole call, if it is one, can go on.
    pub fn check_call(&self) -> Result<(), Error> {
        match &self.call {
            Some(call) if call.is_in_conflict() => Err(Error::Conflict),
            _ => Ok(()),
        }
    }

    pub fn place(&self, Address { store, key }: Address<'_>, need: Need) -> Result<Place, Error> {
        Ok(Place::new(self.store(store, key, need)?, &self.key(key)?))
    }

    pub fn key<'a>(&self, text: &'a str) -> Result<Key<'a>, Error> {
        Key::parse(text, &self.limits)
    }

    pub fn check_value(&self, bytes: u64) -> Result<(), Error> {
        let limit = self.limits.value_bytes;
        if bytes > limit {
            return Err(Error::ValueTooLarge(Excess { unit: Unit::Bytes, limit, actual: bytes }));
        }
        Ok(())
    }

    pub fn quota(&self) -> Quota {
        Quota {
            store_bytes: self.limits.store_bytes,
            store_keys: self.limits.store_keys,
            workspace_bytes: self.limits.workspace_bytes,
            reserved: Reserved::new(),
        }
    }

    pub fn open_handles(&self) -> Result<OpenHandles, Error> {
        Ok(OpenHandles {
            _of_session: self.handles.open()?,
            _of_workspace_and_larder: self.workspace.open_handle()?,
            _workspace: self.workspace.keep_open(),
        })
    }

    pub async fn get(&self, store: &StoreId, key: &Key<'_>) -> Result<Option<Stored>, Error> {
        if let Some(call) = &self.call {
            return call.get(&Place::new(store, key)).await;
        }
        match self.workspace.known(store, key) {
            Some(known) => {
                Ok(known.map(|known| Stored { stamp: known.stamp, body: Body::Small(known.bytes.to_vec()) }))
            }
            None => read_committed!(self.workspace, None, |view, now| view.get(store, key, now).await),
        }
    }

    /// The bytes of the value at `key`.
    pub async fn get_bytes(&self, store: &StoreId, key: &Key<'_>) -> Result<Option<Vec<u8>>, Error> {
        if self.call.is_some() {
            return match self.get(store, key).await? {
                Some(Stored { body, .. }) => Ok(Some(self.bytes_of(body).await?)),
                None => Ok(None),
            };
        }
        match self.workspace.known(store, key) {
            Some(known) => Ok(known.map(|known| known.bytes.to_vec())),
            None => {
                read_committed!(self.workspace, None, |view, now| { self.read_bytes(&view, store, key, now).await })
            }
        }
    }

    async fn read_bytes(
        &self,
        view: &NewestView,
        store: &StoreId,
        key: &Key<'_>,
        now: Moment<'_>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(Stored { stamp, body }) = view.get(store, key, now).await? else { return Ok(None) };
        let is_large = matches!(body, Body::Large(_));
        let bytes = self.bytes_of(body).await?;
        if is_large {
            view.keep(store, key, Some((stamp, &bytes)));
        }
        Ok(Some(bytes))
    }

    /// The value with a version that will be its own, also where a whole call has yet to commit it.
    pub async fn get_with_version(&self, at: &Place) -> Result<Option<Stored>, Error> {
        if let Some(call) = &self.call {
            call.promise_version(at).await?;
        }
        self.get(&at.store, &at.key).await
    }

    /// Several values as of one moment.
    pub async fn get_many(&self, places: &[Place]) -> Result<Vec<Option<Stored>>, Error> {
        if let [place] = places {
            return Ok(vec![self.get_with_version(place).await?]);
        }
        if let Some(call) = &self.call {
            let mut all = Vec::with_capacity(places.len());
            let mut bytes = 0;
            for (number, place) in places.iter().enumerate() {
                give_way::each(READ_AT_ONCE, number).await;
                call.promise_version(place).await?;
                let stored = call.get(place).await?;
                bytes += stored.as_ref().map_or(0, |stored| stored.stamp.bytes);
                // What will be refused is not kept until then.
                all.push(stored.filter(|_| bytes <= self.limits.batch_bytes));
            }
            self.check_answer(bytes)?;
            return Ok(all);
        }
        read_committed!(self.workspace, vec![None; places.len()], |view, now| {
            self.get_many_of(&*view, places, now).await
        })
    }

    async fn get_many_of(
        &self,
        view: &dyn View,
        places: &[Place],
        now: Moment<'_>,
    ) -> Result<Vec<Option<Stored>>, Error> {
        let mut bytes = 0;
        for (number, Place { store, key }) in places.iter().enumerate() {
            give_way::each(READ_AT_ONCE, number).await;
            bytes += view.look(store, key, now).await?.map_or(0, |stamp| stamp.bytes);
        }
        self.check_answer(bytes)?;
        let mut all = Vec::with_capacity(places.len());
        for (number, Place { store, key }) in places.iter().enumerate() {
            give_way::each(READ_AT_ONCE, number).await;
            all.push(view.get(store, key, now).await?);
        }
        Ok(all)
    }

    fn check_answer(&self, bytes: u64) -> Result<(), Error> {
        let limit = self.limits.batch_bytes;
        if bytes > limit {
            return Err(Error::BatchTooLarge(Excess { unit: Unit::Bytes, limit, actual: bytes }));
        }
        Ok(())
    }

    pub async fn look(&self, store: &StoreId, key: &Key<'_>) -> Result<Option<Stamp>, Error> {
        if let Some(call) = &self.call {
            return call.look(&Place::new(store, key)).await;
        }
        match self.workspace.known(store, key) {
            Some(known) => Ok(known.map(|known| known.stamp)),
            None => read_committed!(self.workspace, None, |view, now| view.look(store, key, now).await),
        }
    }

    pub async fn page(&self, store: &StoreId, range: Range<'_>) -> Result<Page, Error> {
        if let Some(call) = &self.call {
            return call.page(store, range).await;
        }
        read_committed!(self.workspace, Page::default(), |view, now| range.whole_page(&*view, store, now).await)
    }

    pub async fn held(&self, store: &StoreId) -> Result<Held, Error> {
        if let Some(call) = &self.call {
            return call.held(store).await;
        }
        read_committed!(self.workspace, Held::default(), |view, now| view.held(store, now).await)
    }

    pub async fn delete_prefix(&self, store: &StoreId, prefix: &Key<'_>) -> Result<u64, Error> {
        let most = self.limits.delete_prefix_keys;
        if let Some(call) = &self.call {
            return call.delete_prefix(self, store, prefix, most).await;
        }
        self.workspace.check_writable()?;
        if !prefix.as_str().is_empty() {
            // Before it is queued, so that what is refused keeps nobody waiting.
            let count = read_committed!(self.workspace, 0, |view, now| count_keys(&*view, store, prefix, now).await)?;
            if count > most {
                return Err(Error::BatchTooLarge(Excess { unit: Unit::Items, limit: most, actual: count }));
            }
        }
        let change = Change::DeletePrefix { store: store.clone(), prefix: prefix.clone().into_owned(), most };
        let writes = Writes { changes: vec![change], reservations: Vec::new() };
        match self.make(Vec::new(), writes).await? {
            BatchOutcome::Committed(committed) => Ok(committed.removed),
            BatchOutcome::Conflict(_) => unreachable!("nothing was checked"),
        }
    }

    pub async fn increment(&self, at: Place, by: i64) -> Result<i64, Error> {
        if let Some(call) = &self.call {
            return call.increment(self, at, by).await;
        }
        let writes = Writes { changes: vec![Change::Add { at, by, version: None }], reservations: Vec::new() };
        match self.make(Vec::new(), writes).await? {
            BatchOutcome::Committed(committed) => Ok(committed.sum.expect("something was added")),
            BatchOutcome::Conflict(_) => unreachable!("nothing was checked"),
        }
    }

    /// Makes the changes if the checks hold: at once, or as part of the whole call.
    pub async fn make(&self, checks: Vec<Check>, writes: Writes) -> Result<BatchOutcome, Error> {
        if let Some(call) = &self.call {
            return call.make(self, &checks, writes).await;
        }
        let Writes { changes, reservations } = writes;
        let batch = Batch { plugin: self.plugin.clone(), checks, changes, quota: self.quota() };
        self.workspace.commit(batch, None, reservations).await
    }

    pub fn batch(&self, changes: Vec<Change>) -> Batch {
        Batch { plugin: self.plugin.clone(), checks: Vec::new(), changes, quota: self.quota() }
    }

    /// The version that a value of a whole call will have, where one must be told before the commit.
    pub async fn promised_version(&self) -> Result<Option<Version>, Error> {
        match &self.call {
            Some(_) => self.workspace.draw_version().await.map(Some),
            None => Ok(None),
        }
    }

    /// Takes a value to be put; a large one goes to its file now, for which room is kept in `reservations`.
    pub async fn body(
        &self,
        at: &Place,
        value: Vec<u8>,
        room: Room,
        reservations: &mut Vec<Arc<Reservation>>,
    ) -> Result<Body, Error> {
        let bytes = value.len() as u64;
        if bytes < LARGE_BYTES {
            return Ok(Body::Small(value));
        }
        let reservation = Reservation::new(self.workspace.reservations().clone(), at.store.clone());
        match self.reserve(&reservation, at, bytes).await {
            Err(Error::QuotaExceeded(_)) if room == Room::PerhapsMade => {}
            reserved => reserved?,
        }
        reservations.push(reservation);
        let mut large = self.workspace.write_large().await?;
        let finished = self.workspace.run(move || {
            value.chunks(PIECE_BYTES).try_for_each(|piece| block_on(large.write(piece)))?;
            block_on(large.finish())
        });
        Ok(Body::Large(finished.await?))
    }

    /// Keeps room free for a value that has this size by now, if there is any.
    pub async fn reserve(&self, reservation: &Arc<Reservation>, at: &Place, value_bytes: u64) -> Result<(), Error> {
        if let Some(call) = &self.call {
            return call.reserve(self, reservation, at, value_bytes).await;
        }
        let (reservation, at) = (reservation.clone(), at.clone());
        self.workspace.reserve(Request { reservation, at, value_bytes, quota: self.quota() }).await
    }
}

/// How many keys start with `prefix`.
async fn count_keys(view: &dyn View, store: &StoreId, prefix: &Key<'_>, now: Moment<'_>) -> Result<u64, Error> {
    let mut count = 0;
    let mut after: Option<Key> = None;
    loop {
        let range =
            Range { prefix, after: after.as_ref(), most_keys: 1_000, most_bytes: u64::MAX, wanted: Wanted::Keys };
        let page = view.page(store, range, now).await?;
        count += page.rows.len() as u64;
        let Some(end) = page.end() else { return Ok(count) };
        after = Some(Key::trusted(end).into_owned());
        give_way().await;
    }
}
