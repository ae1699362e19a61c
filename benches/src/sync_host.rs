use larder_store::Session;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};

use crate::bindings::sync::Plugin;
use crate::loops::plugin;
use crate::state::State;
use crate::{FloorMap, Loops, Run, Shape};

/// A host without async support.
pub struct SyncHost {
    store: Store<State>,
    plugin: Plugin,
}

impl SyncHost {
    /// Instantiates the plugin, which stays for all its calls.
    ///
    /// # Errors
    ///
    /// Where it cannot be built or instantiated.
    pub fn new(session: Session, floor: FloorMap) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        State::add_to_sync_linker(&mut linker)?;
        let component = Component::new(&engine, plugin()?)?;
        let fuel = larder_host::hostcall_fuel(session.limits());
        let mut store = Store::new(&engine, State::new(session, floor));
        store.set_hostcall_fuel(fuel);
        let plugin = Plugin::instantiate(&mut store, &component, &linker)?;
        Ok(Self { store, plugin })
    }

    /// As [`Loops::get`], by `wasi:keyvalue`.
    ///
    /// # Errors
    ///
    /// Where the plugin traps.
    pub fn keyvalue_get(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_keyvalue_get(&mut self.store, key, shape)
    }
}

impl Loops for SyncHost {
    fn floor(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_floor(&mut self.store, key, shape)
    }

    fn get(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_get(&mut self.store, key, shape)
    }

    fn set(&mut self, key: &str, value_bytes: u32, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_set(&mut self.store, key, value_bytes, shape)
    }
}
