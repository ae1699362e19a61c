use std::fmt;
use std::sync::Arc;

use larder_store::Session;
use larder_store::keyvalue::Cursors;
use wasmtime::component::ResourceTable;

/// What a host keeps in its wasmtime store for one plugin: a session, what the plugin has open there, and where errors are
/// told.
pub struct StorageCtx {
    pub(crate) session: Session,
    /// What the plugin has open.
    pub(crate) table: ResourceTable,
    /// Where its listings in `wasi:keyvalue` go on.
    pub(crate) cursors: Cursors,
    pub(crate) on_error: Option<ErrorHook>,
}

/// How many resources other than readers and writers a plugin may have open, such as buckets.
const OTHER_HANDLES: usize = 256;

pub(crate) type ErrorHook = Arc<dyn Fn(&larder_store::Error) + Send + Sync>;

impl StorageCtx {
    /// Lets the plugin work in `session`.
    pub fn new(session: Session) -> Self {
        // The session refuses a reader or writer too many before the table is full.
        let open_handles = usize::try_from(session.limits().open_handles).unwrap_or(usize::MAX);
        let mut table = ResourceTable::new();
        table.set_max_capacity(open_handles.saturating_add(OTHER_HANDLES));
        Self { session, table, cursors: Cursors::new(), on_error: None }
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
    pub fn on_error(mut self, hook: impl Fn(&larder_store::Error) + Send + Sync + 'static) -> Self {
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
}

impl<'a> From<&'a mut StorageCtx> for StorageView<'a> {
    fn from(ctx: &'a mut StorageCtx) -> Self {
        Self::new(ctx)
    }
}
