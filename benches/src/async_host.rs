use std::sync::Arc;
use std::time::{Duration, Instant};

use larder_store::Session;
use tokio::runtime::Runtime;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};

use crate::bindings::Plugin;
use crate::bindings::exports::bench::loops::loops::Guest;
use crate::loops::plugin;
use crate::state::State;
use crate::{FloorMap, Loops, Run, Shape};

/// Makes hosts with async support that share a tokio runtime and the compiled plugin.
pub struct AsyncHosts {
    tokio: Arc<Runtime>,
    engine: Engine,
    linker: Linker<State>,
    component: Component,
}

/// A host with async support, on tokio. The floor is an async function there, as storage is.
pub struct AsyncHost {
    tokio: Arc<Runtime>,
    store: Store<State>,
    plugin: Plugin,
}

impl AsyncHosts {
    /// Compiles the plugin.
    ///
    /// # Errors
    ///
    /// Where it cannot be built.
    pub fn new() -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        State::add_to_linker(&mut linker)?;
        let component = Component::new(&engine, plugin()?)?;
        Ok(Self { tokio: Arc::new(Runtime::new()?), engine, linker, component })
    }

    /// Instantiates the plugin, which stays for all its calls.
    ///
    /// # Errors
    ///
    /// Where it cannot be instantiated.
    pub fn host(&self, session: Session, floor: FloorMap) -> Result<AsyncHost> {
        let fuel = larder_host::hostcall_fuel(session.limits());
        let mut store = Store::new(&self.engine, State::new(session, floor));
        store.set_hostcall_fuel(fuel);
        let instantiated = Plugin::instantiate_async(&mut store, &self.component, &self.linker);
        let plugin = self.tokio.block_on(instantiated)?;
        Ok(AsyncHost { tokio: self.tokio.clone(), store, plugin })
    }

    /// Has all these hosts set ever new values at a key at once, and says how long that took.
    ///
    /// # Errors
    ///
    /// Where a plugin traps.
    pub fn set_at_once(&self, hosts: &mut Vec<AsyncHost>, value_bytes: u32, shape: Shape) -> Result<Duration> {
        let begin = Instant::now();
        let set = |mut host: AsyncHost| async move {
            let loops = host.plugin.bench_loops_loops();
            loops.call_set(&mut host.store, "key", value_bytes, shape).await?;
            Ok(host)
        };
        let tasks: Vec<_> = hosts.drain(..).map(|host| self.tokio.spawn(set(host))).collect();
        for task in tasks {
            let host: Result<AsyncHost> = self.tokio.block_on(task)?;
            hosts.push(host?);
        }
        Ok(begin.elapsed())
    }
}

impl AsyncHost {
    /// Has the plugin do something else than the [`Loops`] that every host can.
    ///
    /// # Errors
    ///
    /// Where the plugin traps.
    pub fn call(&mut self, f: impl AsyncFnOnce(&Guest, &mut Store<State>) -> Result<Run>) -> Result<Run> {
        self.tokio.block_on(f(self.plugin.bench_loops_loops(), &mut self.store))
    }

    /// What is in the wasmtime store of the plugin.
    pub fn session(&self) -> &Session {
        self.store.data().session()
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
