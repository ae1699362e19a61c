use std::fmt;
use std::sync::Arc;

use larder_store::Session;
use wasmtime_wasi::WasiCtx;

use super::Pace;
use crate::StorageCtx;
use crate::ctx::ErrorHook;

/// What one call of a plugin is given: whose storage, and what of the host besides.
pub struct Call {
    pub(super) session: Session,
    pub(super) wasi: Box<dyn Fn() -> WasiCtx + Send + Sync>,
    pub(super) rerun_if: Box<dyn Fn() -> bool + Send + Sync>,
    on_error: Option<ErrorHook>,
}

impl Call {
    /// A call that works in a session like this one, and is granted nothing else.
    ///
    /// Nothing else means: standard input is at its end, what is written to standard output and error is dropped, there
    /// are no arguments, environment, files or network. A plugin has the clocks and random bytes nevertheless.
    ///
    /// What the host itself has read or written in `session` is no part of the call.
    pub fn new(session: Session) -> Self {
        Self { session, wasi: Box::new(|| WasiCtx::builder().build()), rerun_if: Box::new(|| true), on_error: None }
    }

    /// Grants what `wasi` makes, in place of nothing.
    ///
    /// It is asked for each run: a call in conflict with others is run again.
    pub fn wasi(mut self, wasi: impl Fn() -> WasiCtx + Send + Sync + 'static) -> Self {
        self.wasi = Box::new(wasi);
        self
    }

    /// Runs the call again, where it was in conflict with others, only if `may` says so then.
    ///
    /// For a host that grants what can be had only once, such as its own standard input. A conflict after which the call
    /// may not run again is [`CallError::Conflict`](crate::CallError::Conflict).
    pub fn rerun_if(mut self, may: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.rerun_if = Box::new(may);
        self
    }

    /// Tells `hook` each error that the plugin is about to be given; see [`StorageCtx::on_error`].
    pub fn on_error(mut self, hook: impl Fn(&larder_store::Error) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Arc::new(hook));
        self
    }

    /// What one run of it is given.
    pub(super) fn storage(&self, pace: Pace) -> StorageCtx {
        StorageCtx { pace: Some(pace), on_error: self.on_error.clone(), ..StorageCtx::new(self.session.again()) }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
