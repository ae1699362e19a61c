use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_keyvalue::{WasiKeyValue, WasiKeyValueCtx, WasiKeyValueCtxBuilder};

use super::traps::trap_the_rest;
use crate::bindings::sync::Plugin;
use crate::{FloorMap, Run, Shape, plugin};

/// wasmtime's own `wasi:keyvalue`, which keeps values in memory as long as the plugin is there.
pub struct InMemory {
    store: Store<State>,
    plugin: Plugin,
}

struct State {
    keyvalue: WasiKeyValueCtx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl InMemory {
    /// Instantiates the plugin, with these values.
    ///
    /// # Errors
    ///
    /// Where it cannot be built or instantiated.
    pub fn new(values: FloorMap) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, plugin()?)?;
        let mut linker: Linker<State> = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        wasmtime_wasi_keyvalue::add_to_linker(&mut linker, |state: &mut State| {
            WasiKeyValue::new(&state.keyvalue, &mut state.table)
        })?;
        trap_the_rest(&mut linker, &engine, &component, |interface, _| interface.starts_with("wasi:keyvalue/"))?;
        let keyvalue = WasiKeyValueCtxBuilder::new().in_memory_data(values).build();
        let wasi = WasiCtx::builder().inherit_stderr().build();
        let mut store = Store::new(&engine, State { keyvalue, wasi, table: ResourceTable::new() });
        let plugin = Plugin::instantiate(&mut store, &component, &linker)?;
        Ok(Self { store, plugin })
    }

    /// As [`SyncHost::keyvalue_get`](crate::SyncHost::keyvalue_get).
    ///
    /// # Errors
    ///
    /// Where the plugin traps.
    pub fn get(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_keyvalue_get(&mut self.store, key, shape)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
