use std::fmt;

use larder_store::Session;

/// What a host keeps in its wasmtime store for one plugin: a session, and where errors are told.
pub struct StorageCtx {
    pub(crate) session: Session,
    pub(crate) on_error: Option<ErrorHook>,
}

type ErrorHook = Box<dyn Fn(&larder_store::Error) + Send + Sync>;

impl StorageCtx {
    /// Lets the plugin work in `session`.
    pub fn new(session: Session) -> Self {
        Self { session, on_error: None }
    }

    /// Tells `hook` each error that the plugin is about to be given, its own mistakes included.
    ///
    /// The hook sees the whole error, with the [`Fault`](larder_store::Fault) of which the plugin learns nothing: it is
    /// the place to write the host's log from. It runs within the plugin's call, so it should not block. Without a hook
    /// a fault is told to nobody.
    pub fn on_error(mut self, hook: impl Fn(&larder_store::Error) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Box::new(hook));
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
