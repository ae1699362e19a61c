use std::fmt;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::bounds::Bounds;
use crate::{StorageCtx, StorageView};

/// What is in the wasmtime store of a call.
pub struct State {
    pub(super) storage: StorageCtx,
    pub(super) wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) bounds: Bounds,
}

impl State {
    /// The storage that the plugin sees.
    pub fn storage(&mut self) -> StorageView<'_> {
        StorageView::new(&mut self.storage)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}
