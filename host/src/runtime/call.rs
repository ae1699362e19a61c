use std::fmt;

use larder_store::Session;
use wasmtime_wasi::WasiCtx;

use crate::StorageCtx;

/// What one call of a plugin is given: whose storage, and what of the host besides.
pub struct Call {
    pub(super) storage: StorageCtx,
    pub(super) wasi: WasiCtx,
}

impl Call {
    /// A call that works in `session` and is granted nothing else.
    ///
    /// Nothing else means: standard input is at its end, what is written to standard output and error is dropped, there
    /// are no arguments, environment, files or network. A plugin has the clocks and random bytes nevertheless.
    pub fn new(session: Session) -> Self {
        Self { storage: StorageCtx::new(session), wasi: WasiCtx::builder().build() }
    }

    /// Grants what `wasi` says, in place of nothing.
    pub fn wasi(mut self, wasi: WasiCtx) -> Self {
        self.wasi = wasi;
        self
    }

    /// Tells `hook` each error that the plugin is about to be given; see [`StorageCtx::on_error`].
    pub fn on_error(mut self, hook: impl Fn(&larder_store::Error) + Send + Sync + 'static) -> Self {
        self.storage = self.storage.on_error(hook);
        self
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
