use std::sync::Arc;
use std::time::Duration;

use crate::access::Access;
use crate::clock::{Clock, SystemClock, Timekeeper};
use crate::damage::{Damage, Salvage};
use crate::dir::Dir;
use crate::engine::{Absent, Batch, BatchOutcome, Change, Engine, MemoryEngine, Quota, RedbEngine, Sharing};
use crate::error::Error;
use crate::handles::Handles;
use crate::hot_cache::HotCache;
use crate::housekeeper::Housekeeper;
use crate::in_flight::InFlight;
use crate::key::Key;
use crate::limits::Limits;
use crate::open_workspaces::OpenWorkspaces;
use crate::plugin_id::PluginId;
use crate::pool::Pool;
use crate::read_committed::read_committed;
use crate::session::Session;
use crate::snapshot::Snapshot;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::workspace::{Shared, Workspace};
use crate::workspace_id::WorkspaceId;

/// How a larder is opened.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Whether it is written, or read beside a process that may be writing. Default: written.
    pub access: Access,
    /// Whether other processes may read a workspace while this one writes it. Default: they may.
    pub sharing: Sharing,
    /// Workspaces open at once, at most; never more than half of the descriptors that the process may have. Default 512.
    pub open_workspaces: usize,
    /// Readers and writers of streams that are open at once, in all sessions together, at most; in one workspace a quarter
    /// of them. Default 256.
    pub open_handles: usize,
    /// Bytes of values that are being written or read at once, in all sessions together; further calls wait, in the order
    /// of coming. Default 256 MiB.
    ///
    /// A quarter of them is for values below 1 MiB, so that these do not wait behind large ones, the rest for the others. A
    /// write counts until it is committed, a read of a value of 1 MiB and more from the disk until the store gives it to its
    /// caller; one that is smaller, or is known already, is read by the thread that asks, in one step, and does not count. Nor
    /// do streams, of which at most a chunk is in memory for each of the open ones. A value larger than all of it has all of
    /// it.
    pub bytes_in_flight: u64,
    /// Bytes of values that are kept in memory after they were read, of all workspaces together; 0 for none. So are keys that
    /// were found missing. No value has more than a sixty-fourth of it. A larder that is opened for reading keeps none. Default
    /// 64 MiB.
    pub hot_cache_bytes: u64,
    /// Where the time comes from. Default [`SystemClock`].
    pub clock: Arc<dyn Clock>,
    /// How far the clock may move against the time that has passed before it is no longer believed, and the time that has
    /// passed is. Default: however far.
    pub largest_clock_step: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            access: Access::default(),
            sharing: Sharing::default(),
            open_workspaces: 512,
            open_handles: 256,
            bytes_in_flight: 256 * 1024 * 1024,
            hot_cache_bytes: 64 * 1024 * 1024,
            clock: Arc::new(SystemClock),
            largest_clock_step: None,
        }
    }
}

/// One root directory, with a workspace for each tenant.
///
/// Cheap to clone; all clones are one larder. It has threads of its own, started when they are needed, and its futures run
/// on any executor. When the last clone and the last [`Session`] are dropped it closes; [`Larder::close`] does so without
/// holding up the caller's thread.
#[derive(Clone)]
pub struct Larder(Arc<Keeper>);

/// Closes everything in the end: what all workspaces share is shared by those that are open, too.
struct Keeper(Arc<Shared>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.open.end();
    }
}

impl Larder {
    /// Opens the larder in `dir`; an empty directory becomes one at the first write.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the directory is neither empty nor a larder, has a layout of another version, or cannot
    /// be read.
    pub fn open(dir: Dir, options: Options) -> Result<Self, Error> {
        let engine = RedbEngine::open(dir, options.access, options.sharing)?;
        Ok(Self::with_engine(Arc::new(engine), &options))
    }

    /// Makes a larder that keeps everything in memory, for tests.
    pub fn in_memory(options: Options) -> Self {
        Self::with_engine(Arc::new(MemoryEngine::default()), &options)
    }

    /// Makes a larder of an engine.
    pub fn with_engine(engine: Arc<dyn Engine>, options: &Options) -> Self {
        let most_open = options.open_workspaces.min(half_of_descriptors()).max(1);
        Self(Arc::new(Keeper(Arc::new(Shared {
            engine,
            access: options.access,
            pool: Pool::new(),
            open: OpenWorkspaces::new(most_open),
            housekeeper: Housekeeper::new(),
            time: Timekeeper::new(options.clock.clone(), options.largest_clock_step),
            handles: Handles::new(options.open_handles as u64),
            in_flight: InFlight::new(options.bytes_in_flight),
            // Who only reads does not learn of what others commit.
            hot: HotCache::new(if options.access == Access::ReadWrite { options.hot_cache_bytes } else { 0 }),
        }))))
    }

    /// A view of storage for one plugin in one workspace; neither needs to exist.
    ///
    /// The caller decides who may act for which workspace; nobody asks later.
    pub fn session(&self, workspace: &WorkspaceId, plugin: &PluginId, limits: Limits) -> Session {
        Session::new(self.clone(), self.workspace(workspace), plugin.clone(), limits)
    }

    /// Every workspace, in order of name.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where they cannot be listed.
    pub async fn workspaces(&self) -> Result<Vec<WorkspaceId>, Error> {
        self.0.0.engine.workspaces().await
    }

    /// The plugins that hold anything in a workspace, and how much, in order of name.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the workspace cannot be opened or read.
    pub async fn plugins(&self, workspace: &WorkspaceId) -> Result<Vec<(PluginId, Held)>, Error> {
        let workspace = self.workspace(workspace);
        let stores: Result<_, Error> = read_committed!(workspace, Vec::new(), |view, now| view.stores(now).await);
        Ok(stores?.into_iter().filter_map(|(store, held)| store.into_plugin().map(|plugin| (plugin, held))).collect())
    }

    /// What the store that a workspace shares holds.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the workspace cannot be opened or read.
    pub async fn shared(&self, workspace: &WorkspaceId) -> Result<Held, Error> {
        let workspace = self.workspace(workspace);
        read_committed!(workspace, Held::default(), |view, now| view.held(&StoreId::Shared, now).await)
    }

    /// All that a workspace holds, as of one moment; none where there is no such workspace.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the workspace cannot be opened or read.
    pub async fn snapshot(&self, workspace: &WorkspaceId) -> Result<Option<Snapshot>, Error> {
        Snapshot::take(self.workspace(workspace)).await
    }

    /// Opens a workspace ahead of its first use, so that a failure shows now; false where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where it cannot be opened, among other reasons as another process holds it.
    pub async fn open_workspace(&self, workspace: &WorkspaceId) -> Result<bool, Error> {
        Ok(self.workspace(workspace).opened(Absent::Leave).await?.is_some())
    }

    /// Creates a workspace; false where there is one. The first write does so too.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`] in a larder that was opened for reading, [`Error::Unavailable`] where it cannot be made.
    pub async fn create_workspace(&self, workspace: &WorkspaceId) -> Result<bool, Error> {
        if self.open_workspace(workspace).await? {
            return Ok(false);
        }
        if self.0.0.access == Access::ReadOnly {
            return Err(Error::AccessDenied);
        }
        self.workspace(workspace).opened(Absent::Create).await?;
        Ok(true)
    }

    /// Removes a workspace with everything in it; false where there was none.
    ///
    /// What is written to it at the same time is gone, refused, or in a new workspace of that name.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`] in a larder that was opened for reading, [`Error::Unavailable`] where another process holds
    /// the workspace or it cannot be removed.
    pub async fn delete_workspace(&self, workspace: &WorkspaceId) -> Result<bool, Error> {
        self.workspace(workspace).delete().await
    }

    /// Lets go of a workspace that a component on WASI was writing, and that it kept when it was killed; says who had it, none
    /// where nobody did.
    ///
    /// WASI has no locks, so nobody but the caller can know that the component is no more: where it is not, both write, and
    /// the workspace may be damaged. A native process that is no more needs no such call.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`] in a larder that was opened for reading, [`Error::Unavailable`] where a native process holds
    /// the workspace.
    pub async fn unlock_workspace(&self, workspace: &WorkspaceId) -> Result<Option<String>, Error> {
        match self.0.0.access {
            Access::ReadOnly => Err(Error::AccessDenied),
            Access::ReadWrite => self.0.0.engine.unlock(workspace).await,
        }
    }

    /// Reads all of a workspace, changing nothing, and says what is damaged: nothing where it is whole, none where there is no
    /// such workspace. Works beside a process that writes to it.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where it cannot be read at all for another reason than damage.
    pub async fn examine_workspace(&self, workspace: &WorkspaceId) -> Result<Option<Vec<Damage>>, Error> {
        self.0.0.engine.examine(workspace).await
    }

    /// Puts in the place of a workspace one with all that is whole of it; none where there is no such workspace.
    ///
    /// Quotas are counted anew, and versions go on above those of before. What was not carried over, the database as it was
    /// included, is in [`Salvage::aside`] until somebody removes it. Interrupted at any moment, it leaves the one or the
    /// other in place.
    ///
    /// # Errors
    ///
    /// [`Error::AccessDenied`] in a larder that was opened for reading, [`Error::Unavailable`] where a process has the
    /// workspace open, this one too, or where nothing can be told from damage.
    pub async fn salvage_workspace(&self, workspace: &WorkspaceId) -> Result<Option<Salvage>, Error> {
        match self.0.0.access {
            Access::ReadOnly => Err(Error::AccessDenied),
            Access::ReadWrite => self.0.0.engine.salvage(workspace).await,
        }
    }

    /// Removes everything that a plugin holds in a workspace; false where it held nothing.
    ///
    /// # Errors
    ///
    /// As [`Session::set`] has them.
    pub async fn delete_plugin(&self, workspace: &WorkspaceId, plugin: &PluginId) -> Result<bool, Error> {
        let store = StoreId::Private(plugin.clone());
        let prefix = Key::trusted("").into_owned();
        let changes = vec![Change::DeletePrefix { store, prefix, most: u64::MAX }];
        let batch = Batch { plugin: plugin.clone(), checks: Vec::new(), changes, quota: Quota::unlimited() };
        match self.workspace(workspace).commit(batch, None, Vec::new()).await? {
            BatchOutcome::Committed(committed) => Ok(committed.removed > 0),
            BatchOutcome::Conflict(_) => unreachable!("nothing was checked"),
        }
    }

    /// Closes every workspace; one that is used again opens again.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where one did not close.
    pub async fn close(&self) -> Result<(), Error> {
        for workspace in self.0.0.open.take_all() {
            workspace.close().await?;
        }
        Ok(())
    }

    /// The time as it is here, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> u64 {
        self.0.0.time.now_ms()
    }

    fn workspace(&self, id: &WorkspaceId) -> Arc<Workspace> {
        let shared = &self.0.0;
        shared.open.get(id, || Workspace::new(id.clone(), shared.clone()))
    }
}

#[cfg(unix)]
fn half_of_descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit / 2).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn half_of_descriptors() -> usize {
    usize::MAX
}
