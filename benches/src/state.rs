use std::collections::HashMap;

use larder_host::{StorageCtx, StorageView};
use larder_store::Session;
use wasmtime::component::{HasSelf, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::bindings::bench::loops::floor as async_floor;
use crate::bindings::sync::bench::loops::floor as sync_floor;

/// What the floor reads.
pub type FloorMap = HashMap<String, Vec<u8>>;

/// What is in the wasmtime store of a plugin.
pub struct State {
    storage: StorageCtx,
    floor: FloorMap,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl State {
    pub(crate) fn new(session: Session, floor: FloorMap) -> Self {
        let wasi = WasiCtx::builder().inherit_stderr().build();
        Self { storage: StorageCtx::new(session), floor, wasi, table: ResourceTable::new() }
    }

    pub(crate) fn add_to_linker(linker: &mut Linker<Self>) -> wasmtime::Result<()> {
        wasmtime_wasi::p2::add_to_linker_async(linker)?;
        larder_host::add_to_linker(linker, Self::storage)?;
        larder_host::keyvalue::add_to_linker(linker, Self::storage)?;
        async_floor::add_to_linker::<_, HasSelf<Self>>(linker, |state| state)
    }

    pub(crate) fn add_to_sync_linker(linker: &mut Linker<Self>) -> wasmtime::Result<()> {
        wasmtime_wasi::p2::add_to_linker_sync(linker)?;
        larder_host::sync::add_to_linker(linker, Self::storage)?;
        larder_host::sync::keyvalue::add_to_linker(linker, Self::storage)?;
        sync_floor::add_to_linker::<_, HasSelf<Self>>(linker, |state| state)
    }

    pub(crate) fn session(&self) -> &Session {
        self.storage.session()
    }

    fn storage(&mut self) -> StorageView<'_> {
        StorageView::new(&mut self.storage)
    }
}

impl async_floor::Host for State {
    async fn get(&mut self, key: String) -> Option<Vec<u8>> {
        self.floor.get(&key).cloned()
    }
}

impl sync_floor::Host for State {
    fn get(&mut self, key: String) -> Option<Vec<u8>> {
        self.floor.get(&key).cloned()
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
