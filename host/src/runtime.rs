//! A way to run components that nobody vouches for.

mod bounds;
mod call;
mod call_error;
mod load_error;
mod one_line;
mod options;
mod plugin;
mod state;
mod ticker;

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::timeout;
use wasmtime::component::{Instance, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::I32Exit;

use self::bounds::Bounds;
use self::ticker::Ticker;

pub use self::call::Call;
pub use self::call_error::CallError;
pub use self::load_error::LoadError;
pub use self::options::{Allocation, RuntimeOptions};
pub use self::plugin::Plugin;
pub use self::state::State;

/// Runs untrusted plugins within limits of time and memory, with storage and nothing else granted.
///
/// Offers plugins all of `larder:storage` and of WASI 0.2 (`wasi:cli/imports`). Each call runs in a new instance, which
/// is dropped with the call, however that ends: nothing but what was stored outlives it. A plugin that computes yields
/// its thread every 10 ms or so.
///
/// Cheap to clone: clones share the limits. Needs a tokio runtime with its timer enabled.
///
/// ```no_run
/// # async fn example(session: larder_store::Session) -> Result<(), Box<dyn std::error::Error>> {
/// use larder_host::{Call, Runtime, RuntimeOptions};
///
/// let runtime = Runtime::new(RuntimeOptions::default())?;
/// let plugin = runtime.load(&std::fs::read("plugin.wasm")?)?;
/// let answer = runtime
///     .call(&plugin, Call::new(session), async |store, instance| {
///         let ask = instance.get_typed_func::<(u32,), (String,)>(&mut *store, "ask")?;
///         Ok(ask.call_async(store, (42,)).await?.0)
///     })
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Runtime {
    shared: Arc<Shared>,
}

struct Shared {
    linker: Linker<State>,
    options: RuntimeOptions,
    places: Semaphore,
    _ticker: Ticker,
}

impl Runtime {
    /// Makes a runtime with these limits.
    ///
    /// # Errors
    ///
    /// Where wasmtime cannot work so on this machine: a pool that the address space has no room for, or no thread to be
    /// had.
    pub fn new(options: RuntimeOptions) -> wasmtime::Result<Self> {
        let engine = Engine::new(&options.engine_config())?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        crate::add_to_linker(&mut linker, State::storage)?;
        let places = Semaphore::new(options.calls_at_once.clamp(1, Semaphore::MAX_PERMITS));
        let ticker = Ticker::start(engine)?;
        Ok(Self { shared: Arc::new(Shared { linker, options, places, _ticker: ticker }) })
    }

    /// Compiles a component and links it.
    ///
    /// Takes from milliseconds to seconds of all processors. wasmtime bounds neither the time nor the memory that
    /// compiling takes: a host that loads what strangers send it does so in a child process with limits of its own, and
    /// any host does so off the threads of its async runtime.
    ///
    /// # Errors
    ///
    /// What the bytes are instead, or lack.
    pub fn load(&self, component: &[u8]) -> Result<Plugin, LoadError> {
        Plugin::load(component, self.shared.options.component_bytes, &self.shared.linker)
    }

    /// Runs `f` with a new instance of `plugin`, and drops the instance.
    ///
    /// Waits first while [`calls_at_once`](RuntimeOptions::calls_at_once) others run. Dropping the future at any moment
    /// ends the call and frees its place; a write that the store had begun may still be made, whole.
    ///
    /// # Errors
    ///
    /// Where the call takes too long, the plugin traps or cannot be instantiated within the limits, or `f` fails.
    pub async fn call<T>(
        &self,
        plugin: &Plugin,
        call: Call,
        f: impl AsyncFnOnce(&mut Store<State>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        if !Engine::same(plugin.component().engine(), self.engine()) {
            return Err(CallError::OtherRuntime);
        }
        let _place = self.shared.places.acquire().await.expect("the semaphore is never closed");
        let answer = async {
            let mut store = self.store(call);
            let instance = plugin.pre.instantiate_async(&mut store).await?;
            f(&mut store, &instance).await
        };
        // Epochs alone do not end a call that waits for the host.
        let answer = match self.shared.options.call_timeout {
            Some(after) => timeout(after, answer).await.map_err(|_| CallError::TimedOut { after })?,
            None => answer.await,
        };
        answer.map_err(CallError::Trapped)
    }

    /// Runs a `wasi:cli` command to its end, and gives its exit status.
    ///
    /// The status is 0 for success; of a failure WASI 0.2 says no more than that, which is 1, unless the command exits
    /// through `exit-with-code`.
    ///
    /// # Errors
    ///
    /// Where the component is not a command, and as for [`Runtime::call`].
    pub async fn run(&self, plugin: &Plugin, call: Call) -> Result<i32, CallError> {
        let command = plugin.command().ok_or(CallError::NotACommand)?;
        let ran = self.call(plugin, call, async |store, instance| {
            let command = command.load(&mut *store, instance)?;
            command.wasi_cli_run().call_run(store).await
        });
        match ran.await {
            Ok(Ok(())) => Ok(0),
            Ok(Err(())) => Ok(1),
            Err(CallError::Trapped(error)) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(status)) => Ok(*status),
                None => Err(CallError::Trapped(error)),
            },
            Err(error) => Err(error),
        }
    }

    fn engine(&self) -> &Engine {
        self.shared.linker.engine()
    }

    fn store(&self, call: Call) -> Store<State> {
        let options = &self.shared.options;
        let fuel = crate::hostcall_fuel(call.storage.session.limits());
        let mut table = ResourceTable::new();
        table.set_max_capacity(options.handles);
        let bounds = Bounds::new(options);
        let mut store = Store::new(self.engine(), State { storage: call.storage, wasi: call.wasi, table, bounds });
        store.limiter(|state| &mut state.bounds);
        store.set_hostcall_fuel(fuel);
        store.set_max_component_handles(options.handles);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        store
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("options", &self.shared.options).finish_non_exhaustive()
    }
}
