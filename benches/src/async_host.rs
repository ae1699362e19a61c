use larder_store::Session;
use tokio::runtime::Runtime;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};

use crate::bindings::Plugin;
use crate::bindings::exports::bench::loops::loops::Guest;
use crate::loops::plugin;
use crate::state::State;
use crate::{FloorMap, Loops, Run, Shape};

/// A host with async support, on tokio. The floor is an async function there, as storage is.
pub struct AsyncHost {
    tokio: Runtime,
    store: Store<State>,
    plugin: Plugin,
}

impl AsyncHost {
    /// Instantiates the plugin, which stays for all its calls.
    ///
    /// # Errors
    ///
    /// Where it cannot be built or instantiated.
    pub fn new(session: Session, floor: FloorMap) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        State::add_to_linker(&mut linker)?;
        let component = Component::new(&engine, plugin()?)?;
        let fuel = larder_host::hostcall_fuel(session.limits());
        let mut store = Store::new(&engine, State::new(session, floor));
        store.set_hostcall_fuel(fuel);
        let tokio = Runtime::new()?;
        let plugin = tokio.block_on(Plugin::instantiate_async(&mut store, &component, &linker))?;
        Ok(Self { tokio, store, plugin })
    }

    fn call(&mut self, f: impl AsyncFnOnce(&Guest, &mut Store<State>) -> Result<Run>) -> Result<Run> {
        self.tokio.block_on(f(self.plugin.bench_loops_loops(), &mut self.store))
    }
}

impl Loops for AsyncHost {
    fn floor(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.call(async |loops, store| loops.call_floor(store, key, shape).await)
    }

    fn get(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.call(async |loops, store| loops.call_get(store, key, shape).await)
    }

    fn set(&mut self, key: &str, value_bytes: u32, shape: Shape) -> Result<Run> {
        self.call(async |loops, store| loops.call_set(store, key, value_bytes, shape).await)
    }
}
