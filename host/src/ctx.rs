use std::fmt;
use std::sync::Arc;

use larder_store::keyvalue::Cursors;
use larder_store::{Error, Session};
use wasmtime::component::ResourceTable;

use crate::runtime::{Demand, Pace};

/// What a host keeps in its wasmtime store for one plugin: a session, what the plugin has open there, and where errors are
/// told.
pub struct StorageCtx {
    pub(crate) session: Session,
    /// What the plugin has open.
    pub(crate) table: ResourceTable,
    /// Where its listings in `wasi:keyvalue` go on.
    pub(crate) cursors: Cursors,
    /// Holds the plugin to its rates; none outside of the [`Runtime`](crate::Runtime).
    pub(crate) pace: Option<Pace>,
    pub(crate) on_error: Option<ErrorHook>,
}

/// How many resources other than readers and writers a plugin may have open, such as buckets.
const OTHER_HANDLES: usize = 256;

/// How many resources a plugin may have open, of all kinds together.
pub(crate) fn most_handles(session: &Session) -> usize {
    // Where there are few others, the session refuses a reader or writer too many before the table is full.
    usize::try_from(session.limits().open_handles).unwrap_or(usize::MAX).saturating_add(OTHER_HANDLES)
}

pub(crate) type ErrorHook = Arc<dyn Fn(&Error) + Send + Sync>;

impl StorageCtx {
    /// Lets the plugin work in `session`.
    pub fn new(session: Session) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(most_handles(&session));
        Self { session, table, cursors: Cursors::new(), pace: None, on_error: None }
    }

    /// The session that the plugin works in.
    ///
    /// A host that has its own way with wasmtime ends a [`WholeCall`](larder_store::Commit::WholeCall) with
    /// [`Session::commit`] after the plugin has returned, and before it lets anybody have the answer.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The session alone; what the plugin has open is closed.
    pub fn into_session(self) -> Session {
        self.session
    }

    /// Tells `hook` each error that the plugin is about to be given, its own mistakes included.
    ///
    /// The hook sees the whole error, with the [`Fault`](larder_store::Fault) of which the plugin learns nothing: it is
    /// the place to write the host's log from. It runs within the plugin's call, so it should not block. Without a hook
    /// a fault is told to nobody.
    pub fn on_error(mut self, hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Arc::new(hook));
        self
    }
}

impl fmt::Debug for StorageCtx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageCtx").finish_non_exhaustive()
    }
}

/// A [`StorageCtx`] for the length of one host call: what the interfaces are implemented on.
#[derive(Debug)]
pub struct StorageView<'a> {
    pub(crate) ctx: &'a mut StorageCtx,
}

impl<'a> StorageView<'a> {
    /// A view of `ctx`.
    pub fn new(ctx: &'a mut StorageCtx) -> Self {
        Self { ctx }
    }

    /// The session, for a call that reads so many keys, once the plugin's rates allow that.
    pub(crate) fn reading(&self, keys: usize) -> impl Future<Output = Result<&Session, Error>> {
        self.session_for(Demand::reading(keys))
    }

    /// The session, for a call that writes a key and so many bytes, once the plugin's rates allow that.
    pub(crate) fn writing(&self, bytes: usize) -> impl Future<Output = Result<&Session, Error>> {
        self.session_for(Demand::writing(1, bytes))
    }

    /// Takes from the plugin's rates, after it, what a call has come to.
    pub(crate) fn owe_writes(&self, keys: u64) {
        if let Some(pace) = &self.ctx.pace {
            pace.owe(Demand { writes: keys, ..Demand::default() });
        }
    }

    /// The session, for a call that asks for this, once the plugin's rates allow that.
    // The context as a whole cannot be lent to a future that goes from thread to thread.
    pub(crate) fn session_for(&self, demand: Demand) -> impl Future<Output = Result<&Session, Error>> {
        let StorageCtx { session, pace, .. } = &*self.ctx;
        async move {
            if let Some(pace) = pace {
                pace.keep(demand).await?;
            }
            Ok(session)
        }
    }
}

impl<'a> From<&'a mut StorageCtx> for StorageView<'a> {
    fn from(ctx: &'a mut StorageCtx) -> Self {
        Self::new(ctx)
    }
}
