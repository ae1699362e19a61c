use std::time::Duration;

use crate::address::{Address, Store};
use crate::atomic::{Action, Change, Check, Entry, Expectation, Outcome};
use crate::commit::Commit;
use crate::engine::{self, BatchOutcome, Body, Put, Stored};
use crate::error::{Error, Excess, Unit};
use crate::expiry::Expiry;
use crate::grant::Grant;
use crate::larder::Larder;
use crate::limits::Limits;
use crate::plugin_id::PluginId;
use crate::reader::Reader;
use crate::scope::{Need, Room, Scope, Writes};
use crate::store_view::StoreView;
use crate::sync::{Arc, block_on};
use crate::workspace::Workspace;
use crate::workspace_id::WorkspaceId;
use crate::writer::Writer;

/// One view of storage for one plugin in one workspace, usually for one plugin call.
///
/// Reads see what was last committed. What it writes is committed as its [`Commit`] mode says: unless the host chooses
/// otherwise each write by itself, so that when it returns, a power cut does not undo it.
///
/// A future that is dropped before it is done may still make its write, whole.
pub struct Session(Arc<Scope>);

impl Session {
    pub(crate) fn new(larder: Larder, workspace: Arc<Workspace>, plugin: PluginId, limits: Limits) -> Self {
        Self(Arc::new(Scope::new(larder, workspace, plugin, limits, Grant::none(), Commit::EachOperation)))
    }

    /// Grants the plugin the store that its workspace shares.
    pub fn with_grant(self, grant: Grant) -> Self {
        Self(Arc::new(self.0.again(grant, self.commit_mode())))
    }

    /// Says when what it writes is committed.
    pub fn with_commit(self, commit: Commit) -> Self {
        Self(Arc::new(self.0.again(self.grant().clone(), commit)))
    }

    /// A new session for the same plugin in the same workspace, with the same limits, grant and commit mode.
    ///
    /// It knows nothing of what this one has read or written.
    pub fn again(&self) -> Self {
        Self(Arc::new(self.0.again(self.grant().clone(), self.commit_mode())))
    }

    /// The workspace that it is in.
    pub fn workspace(&self) -> &WorkspaceId {
        self.0.workspace.id()
    }

    /// Whose private store it sees.
    pub fn plugin(&self) -> &PluginId {
        self.0.plugin()
    }

    /// What the plugin may store and ask for at once.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// What the plugin may do with the store that its workspace shares.
    pub fn grant(&self) -> &Grant {
        &self.0.grant
    }

    /// When what it writes is committed.
    pub fn commit_mode(&self) -> Commit {
        match self.0.call {
            Some(_) => Commit::WholeCall,
            None => Commit::EachOperation,
        }
    }

    /// The plugin's own store.
    pub fn private(&self) -> StoreView<'_> {
        self.store(Store::Private)
    }

    /// The store that the workspace shares; without a [`Grant`] all its calls are [`Error::AccessDenied`].
    pub fn shared(&self) -> StoreView<'_> {
        self.store(Store::Shared)
    }

    /// One of the two.
    pub fn store(&self, store: Store) -> StoreView<'_> {
        StoreView::new(&self.0, store)
    }

    /// Stores `value` at `key` in the plugin's own store: short for [`StoreView::set`].
    ///
    /// # Errors
    ///
    /// As [`StoreView::set`] has them.
    pub async fn set(&self, key: &str, value: impl Into<Vec<u8>>) -> Result<(), Error> {
        self.private().set(key, value).await
    }

    /// The value at `key` in the plugin's own store, or none: short for [`StoreView::get`].
    ///
    /// # Errors
    ///
    /// As [`StoreView::get`] has them.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.private().get(key).await
    }

    /// Removes `key` from the plugin's own store: short for [`StoreView::delete`].
    ///
    /// # Errors
    ///
    /// As [`StoreView::delete`] has them.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.private().delete(key).await
    }

    /// The value at an address, with its version and its expiry; none where there is no value.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`], [`Error::KeyTooLong`], [`Error::Damaged`], [`Error::Unavailable`].
    pub async fn entry(&self, at: Address<'_>) -> Result<Option<Entry>, Error> {
        let place = self.0.place(at, Need::Read)?;
        let stored = self.0.get_with_version(&place).await?;
        self.0.entry(stored).await
    }

    /// The values at several addresses, in the order asked, as of one moment.
    ///
    /// # Errors
    ///
    /// As [`Session::entry`]; [`Error::BatchTooLarge`] for more than [`Limits::batch_items`] addresses, and where the values
    /// have more than [`Limits::batch_bytes`] bytes together, unless one alone is asked for.
    pub async fn get_many(&self, at: &[Address<'_>]) -> Result<Vec<Option<Entry>>, Error> {
        self.0.check_items(at.len())?;
        let places = at.iter().map(|at| self.0.place(*at, Need::Read)).collect::<Result<Vec<_>, _>>()?;
        let mut entries = Vec::with_capacity(places.len());
        for stored in self.0.get_many(&places).await? {
            entries.push(self.0.entry(stored).await?);
        }
        Ok(entries)
    }

    /// Makes every change if every check holds; otherwise none.
    ///
    /// Checks see the state before. Changes to one key apply in order; all the values written have the one version.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`], [`Error::KeyTooLong`], [`Error::ValueTooLarge`], [`Error::QuotaExceeded`];
    /// [`Error::BatchTooLarge`] for more than [`Limits::batch_items`] checks and changes together, or more than
    /// [`Limits::batch_bytes`] bytes of keys and values, unless the one change is a single `set`; [`Error::NotACounter`] where
    /// something is added to what is none; [`Error::Damaged`] where a check or an addition meets a damaged value;
    /// [`Error::Unavailable`], [`Error::OutcomeUnknown`].
    pub async fn apply(&self, checks: &[Check<'_>], changes: Vec<Change<'_>>) -> Result<Outcome, Error> {
        let now_ms = self.0.workspace.time().await?.now_ms();
        let timed = changes.into_iter().map(|Change { at, action }| match action {
            Action::Set(value) => (at, Step::Set { value, expiry: Expiry::NEVER }),
            Action::SetExpiring { value, expires_in } => {
                (at, Step::Set { value, expiry: Expiry::after(now_ms, expires_in) })
            }
            Action::Delete => (at, Step::Delete),
            Action::Add(by) => (at, Step::Add(by)),
        });
        self.apply_steps(checks, timed.collect()).await
    }

    pub(crate) async fn apply_steps(
        &self,
        checks: &[Check<'_>],
        steps: Vec<(Address<'_>, Step)>,
    ) -> Result<Outcome, Error> {
        self.0.check_items(checks.len() + steps.len())?;
        self.0.check_bytes(checks, &steps)?;
        let mut conditions = Vec::with_capacity(checks.len());
        for Check { at, expect } in checks {
            conditions.push(engine::Check { at: self.0.place(*at, Need::Read)?, expect: *expect });
        }
        let mut places = Vec::with_capacity(steps.len());
        for (at, step) in &steps {
            places.push(self.0.place(*at, Need::Write)?);
            if let Step::Set { value, .. } = step {
                self.0.check_value(value.len() as u64)?;
            }
        }
        let _admission = self.0.workspace.admit(bytes_of_values(&steps)).await;
        let version = self.0.promised_version().await?;
        let mut writes = Writes::default();
        for (at, (_, step)) in places.into_iter().zip(steps) {
            writes.changes.push(match step {
                Step::Set { value, expiry } => {
                    let body = self.0.body(&at, value, Room::PerhapsMade, &mut writes.reservations).await?;
                    engine::Change::Put { at, put: Put { body, expiry, version } }
                }
                Step::Delete => engine::Change::Delete { at },
                Step::Add(by) => engine::Change::Add { at, by, version },
            });
        }
        Ok(match self.0.make(conditions, writes).await? {
            BatchOutcome::Committed(committed) => Outcome::Committed(version.unwrap_or(committed.version)),
            BatchOutcome::Conflict(number) => Outcome::Conflict(number),
        })
    }

    /// Adds to the counter at an address and gives the sum; an absent key counts as zero, an expiry is kept.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`], [`Error::KeyTooLong`], [`Error::NotACounter`], [`Error::QuotaExceeded`],
    /// [`Error::Damaged`], [`Error::Unavailable`], [`Error::OutcomeUnknown`].
    pub async fn increment(&self, at: Address<'_>, by: i64) -> Result<i64, Error> {
        let at = self.0.place(at, Need::Write)?;
        self.0.increment(at, by).await
    }

    /// Opens the value at an address to read it piece by piece; none where there is no value.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`], [`Error::KeyTooLong`], [`Error::TooManyOpen`], [`Error::Damaged`], [`Error::Unavailable`].
    pub async fn open(&self, at: Address<'_>) -> Result<Option<Reader>, Error> {
        let place = self.0.place(at, Need::Read)?;
        let handles = self.0.open_handles()?;
        let stored = self.0.get_with_version(&place).await?;
        Ok(stored
            .map(|Stored { stamp, body }| Reader::new(self.0.workspace.clone(), stamp, body, &self.0.limits, handles)))
    }

    /// Begins a value that is written piece by piece, to be put at an address if `expect` holds then.
    ///
    /// It is gone `expires_in` from now.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`], [`Error::KeyTooLong`], [`Error::TooManyOpen`].
    pub async fn create(
        &self,
        at: Address<'_>,
        expect: Option<Expectation>,
        expires_in: Option<Duration>,
    ) -> Result<Writer, Error> {
        let expiry = match expires_in {
            Some(expires_in) => Expiry::after(self.0.workspace.time().await?.now_ms(), expires_in),
            None => Expiry::NEVER,
        };
        self.create_until(at, expect, expiry)
    }

    pub(crate) fn create_until(
        &self,
        at: Address<'_>,
        expect: Option<Expectation>,
        expiry: Expiry,
    ) -> Result<Writer, Error> {
        let place = self.0.place(at, Need::Write)?;
        if expect.is_some() {
            self.0.place(at, Need::Read)?;
        }
        self.0.check_call()?;
        Ok(Writer::new(self.0.clone(), place, expect, expiry, self.0.open_handles()?))
    }

    /// Ends a whole call: commits all that it wrote, durably and at once, if all that it read is still so.
    ///
    /// With it a further call begins. In [`Commit::EachOperation`] there is nothing left to do.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] where what it read has changed, or there is no longer room for what it wrote: nothing is kept,
    /// and the call is worth running again, in a session of its own ([`Session::again`]). [`Error::AccessDenied`] in a larder
    /// that was opened for reading, if the call wrote; [`Error::Unavailable`], [`Error::OutcomeUnknown`].
    pub async fn commit(&self) -> Result<(), Error> {
        match &self.0.call {
            Some(call) => call.commit(&self.0).await,
            None => Ok(()),
        }
    }

    /// Whether a whole call has met a conflict: every further call of it fails with [`Error::Conflict`].
    pub fn is_in_conflict(&self) -> bool {
        self.0.call.as_ref().is_some_and(|call| call.is_in_conflict())
    }
}

/// What is done to a key, with the time at which a value is gone.
pub(crate) enum Step {
    Set { value: Vec<u8>, expiry: Expiry },
    Delete,
    Add(i64),
}

fn bytes_of_values(steps: &[(Address<'_>, Step)]) -> u64 {
    steps.iter().map(|(_, step)| if let Step::Set { value, .. } = step { value.len() as u64 } else { 0 }).sum()
}

impl Scope {
    async fn entry(&self, stored: Option<Stored>) -> Result<Option<Entry>, Error> {
        let Some(Stored { stamp, body }) = stored else { return Ok(None) };
        let now_ms = self.workspace.now().now_ms();
        let expires_in = stamp.expiry.as_ms().map(|at_ms| Duration::from_millis(at_ms.saturating_sub(now_ms)));
        Ok(Some(Entry { value: self.bytes_of(body).await?, version: stamp.version, expires_in }))
    }

    fn check_items(&self, count: usize) -> Result<(), Error> {
        let (limit, actual) = (u64::from(self.limits.batch_items), count as u64);
        if actual > limit {
            return Err(Error::BatchTooLarge(Excess { unit: Unit::Items, limit, actual }));
        }
        Ok(())
    }

    fn check_bytes(&self, checks: &[Check<'_>], steps: &[(Address<'_>, Step)]) -> Result<(), Error> {
        if let [(_, Step::Set { .. })] = steps {
            return Ok(());
        }
        let changed = steps
            .iter()
            .map(|(at, step)| at.key.len() + if let Step::Set { value, .. } = step { value.len() } else { 0 });
        let (limit, actual) = (
            self.limits.batch_bytes,
            changed.chain(checks.iter().map(|check| check.at.key.len())).fold(0, |sum, bytes| sum + bytes as u64),
        );
        if actual > limit {
            return Err(Error::BatchTooLarge(Excess { unit: Unit::Bytes, limit, actual }));
        }
        Ok(())
    }

    pub(crate) async fn bytes_of(&self, body: Body) -> Result<Vec<u8>, Error> {
        match body {
            Body::Small(bytes) => Ok(bytes),
            Body::Large(large) => {
                let _admission = self.workspace.admit(large.bytes()).await;
                let bytes = usize::try_from(large.bytes()).map_err(|_| Error::Damaged)?;
                self.workspace.run(move || block_on(large.read(0, bytes))).await
            }
        }
    }
}
