//! The seam between the rules and what keeps the bytes.
//!
//! Everything above an [`Engine`] (keys, limits, sessions, errors) is shared by all of them, and so are the rules by which a
//! batch is judged. An engine stores what it is given, in the transaction in which that was judged, and says what happened
//! to each batch.

mod batch;
#[cfg(test)]
mod in_order;
mod memory;
mod quota;
mod range;
mod redb;
mod rules;
mod stored;

use std::any::Any;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

pub use batch::{Batch, BatchOutcome, Change, Check, Committed, Place, Put};
pub use memory::MemoryEngine;
pub use quota::{Quota, Reserved};
pub(crate) use range::LOOK_AT_BYTES;
pub use range::{Page, Range, Row, Wanted};
#[cfg(fuzzing)]
pub use redb::fuzzing;
pub use redb::{RedbEngine, Sharing};
pub(crate) use rules::{Balance, judge_in_empty_workspace, within};
pub use stored::{Body, Large, LargeName, LargeWriter, Stamp, Stored};

use crate::damage::{Damage, Salvage};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::version::Version;
use crate::workspace_id::WorkspaceId;

/// Values of this size and above are large: they stand outside the database.
pub const LARGE_BYTES: u64 = 1024 * 1024;

/// What an engine answers, once it can.
///
/// An engine in this process is usually ready at once, a database is not.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What keeps something from going until it is dropped.
pub type Kept = Box<dyn Any + Send + Sync>;

/// What keeps the bytes of a whole larder.
pub trait Engine: Send + Sync + 'static {
    /// Opens a workspace; none where there is none and `absent` does not say to create it.
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>>;

    /// Every workspace, in order of name.
    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>>;

    /// Removes a workspace with all that it holds; false where there was none. It is not open in this process.
    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>>;

    /// Lets go of a workspace that a writer which is no more has kept for itself; says which writer that was, none where
    /// there is none, as with an engine whose writers leave nothing behind.
    fn unlock<'a>(&'a self, _id: &'a WorkspaceId) -> Answer<'a, Result<Option<String>, Error>> {
        Box::pin(ready(Ok(None)))
    }

    /// Reads all of a workspace, changing nothing, and says what is damaged; none where there is no such workspace.
    fn examine<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<Option<Vec<Damage>>, Error>> {
        Box::pin(async { Ok(self.open(id, Absent::Leave).await?.map(|_| Vec::new())) })
    }

    /// Carries over what is whole of a workspace that nobody has open; none where there is no such workspace, or with an
    /// engine that cannot be damaged.
    fn salvage<'a>(&'a self, _id: &'a WorkspaceId) -> Answer<'a, Result<Option<Salvage>, Error>> {
        Box::pin(ready(Ok(None)))
    }
}

/// What opening does where there is no such workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nothing: reading creates nothing.
    Leave,
    /// Create it.
    Create,
}

/// One workspace, open. Dropping it closes it.
pub trait EngineWorkspace: Send + Sync {
    /// Whether it failed, or was removed beneath, so that it must be opened anew before it is trusted again.
    fn must_reopen(&self) -> bool;

    /// The latest time at which something was called expired, as far as it is kept, in milliseconds since 1970.
    fn latest_ms(&self) -> u64;

    /// The number of the last commit; 0 before the first.
    fn commits(&self) -> u64;

    /// Whether there were values that expire when it was opened.
    fn had_expiring(&self) -> bool;

    /// Whether stores were emptied whose room [`tidy`](Self::tidy) is yet to give back.
    fn has_discarded(&self) -> bool;

    /// What was committed last.
    fn view(&self) -> Answer<'_, Result<Arc<dyn View>, Error>>;

    /// Applies batches in order and makes them durable in one transaction; each is all or nothing, with an outcome of its
    /// own. Each transaction that changes what can be read has the next number; see [`View::commit`].
    fn commit<'a>(&'a self, batches: &'a [Batch], now: Moment<'a>) -> Answer<'a, Vec<Result<BatchOutcome, Error>>>;

    /// A version that nothing else has or will have.
    fn draw_version(&self) -> Answer<'_, Result<Version, Error>>;

    /// Begins a large value.
    fn write_large(&self) -> Answer<'_, Result<Box<dyn LargeWriter>, Error>>;

    /// Does some of what is better done while nobody waits, such as removing what has expired, freeing what was emptied and
    /// preparing for a quick start after a crash; says when there is more to do, such as a value that expires, which may be now.
    fn tidy<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Option<u64>, Error>>;
}

/// One committed state of a workspace. As long as somebody has it, it stays as it is.
///
/// Of what has expired by `now` nothing is seen.
pub trait View: Send + Sync {
    /// The number of the commit that made it; 0 before the first.
    fn commit(&self) -> u64;

    /// The value at `key`, checked to be what was written there.
    fn get<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stored>, Error>>;

    /// What is known of the value at `key`.
    fn look<'a>(
        &'a self,
        store: &'a StoreId,
        key: &'a Key<'_>,
        now: Moment<'a>,
    ) -> Answer<'a, Result<Option<Stamp>, Error>>;

    /// A page of keys, or a part of one where it takes long to find them.
    fn page<'a>(&'a self, store: &'a StoreId, range: Range<'a>, now: Moment<'a>) -> Answer<'a, Result<Page, Error>>;

    /// What a store holds.
    fn held<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Held, Error>>;

    /// When the first value of a store that expires does.
    fn first_expiry<'a>(&'a self, store: &'a StoreId, now: Moment<'a>) -> Answer<'a, Result<Expiry, Error>>;

    /// Keeps the large values from going while others replace them, as long as the answer is kept.
    ///
    /// [`Fault::Superseded`](crate::Fault::Superseded) where one is gone already.
    fn keep_large(&self) -> Answer<'_, Result<Kept, Error>>;

    /// What all stores hold.
    fn held_by_all<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Held, Error>>;

    /// The stores that hold anything: those of plugins in order of name, then the shared one.
    fn stores<'a>(&'a self, now: Moment<'a>) -> Answer<'a, Result<Vec<(StoreId, Held)>, Error>>;
}
