//! A way to run components that nobody vouches for.

mod bounds;
mod bucket;
mod call;
mod call_error;
mod compile_cache;
mod deadline;
mod load_error;
mod notes;
mod one_line;
mod options;
mod pace;
mod plugin;
mod rates;
mod state;
mod ticker;
mod turn;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use larder_store::Error;
use tokio::sync::Semaphore;
use tokio::task;
use tokio::time::sleep;
use wasmtime::component::{Instance, Linker, ResourceTable};
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use self::bounds::Bounds;
use self::deadline::Deadline;
use self::rates::Rates;
use self::ticker::Ticker;
use self::turn::Turn;

pub use self::call::Call;
pub use self::call_error::CallError;
pub use self::compile_cache::{CacheRefused, CompileCache};
pub use self::load_error::LoadError;
pub use self::options::{Allocation, RuntimeOptions};
pub(crate) use self::pace::Pace;
pub use self::plugin::Plugin;
pub(crate) use self::rates::Demand;
pub use self::state::State;

/// Runs untrusted plugins within limits of time and memory, with storage and nothing else granted.
///
/// Offers plugins all of `larder:storage`, both drafts of [`wasi:keyvalue`](crate::keyvalue) on the same data, and all of
/// WASI 0.2 (`wasi:cli/imports`). Each call runs in a new instance, which is dropped with the call, however that ends:
/// nothing but what was stored outlives it. A plugin that computes yields its thread every millisecond or so, and one that
/// calls the host faster than the [rates](RuntimeOptions::reads_per_second) allow waits.
///
/// Cheap to clone: clones share the limits. Needs a tokio runtime with its timer enabled.
///
/// ```no_run
/// # async fn example(session: larder_store::Session) -> Result<(), Box<dyn std::error::Error>> {
/// use larder_host::{Call, Runtime, RuntimeOptions, State};
/// use wasmtime::Store;
/// use wasmtime::component::Instance;
///
/// let runtime = Runtime::new(RuntimeOptions::default())?;
/// let plugin = runtime.load(&std::fs::read("plugin.wasm")?)?;
/// let ask = async |store: &mut Store<State>, instance: &Instance| {
///     let ask = instance.get_typed_func::<(u32,), (Result<String, String>,)>(&mut *store, "ask")?;
///     Ok(ask.call_async(store, (42,)).await?.0)
/// };
/// let answer = runtime.call(&plugin, Call::new(session), ask, Result::is_ok).await?;
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
    rates: Rates,
    ticker: Ticker,
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
        crate::keyvalue::add_to_linker(&mut linker, State::storage)?;
        let places = Semaphore::new(options.calls_at_once.clamp(1, Semaphore::MAX_PERMITS));
        let ticker = Ticker::start(engine)?;
        Ok(Self { shared: Arc::new(Shared { linker, options, places, rates: Rates::new(), ticker }) })
    }

    /// Compiles a component and links it.
    ///
    /// Takes from milliseconds to seconds of all processors. wasmtime bounds neither the time nor the memory that
    /// compiling takes: a host that loads what strangers send it does so in a child process with limits of its own (see
    /// [`Runtime::has_compiled`]), and any host does so off the threads of its async runtime.
    ///
    /// # Errors
    ///
    /// What the bytes are instead, or lack.
    pub fn load(&self, component: &[u8]) -> Result<Plugin, LoadError> {
        let cache = self.shared.options.compile_cache.as_ref();
        let kept_before = cache.map(CompileCache::kept);
        let plugin = Plugin::load(component, self.shared.options.component_bytes, &self.shared.linker)?;
        if let Some(cache) = cache.filter(|cache| Some(cache.kept()) > kept_before) {
            cache.notes().add(self.engine(), component);
        }
        Ok(plugin)
    }

    /// Whether this component was compiled and linked before, by a runtime with the same
    /// [`compile_cache`](RuntimeOptions::compile_cache) and settings, and kept there: then loading it takes no long time.
    ///
    /// For a host that compiles in a child process: that one calls [`Runtime::load`] within its limits, and the host does
    /// where this says yes. Should wasmtime have removed the component from the cache meanwhile, the host compiles what
    /// has stayed within the limits before.
    pub fn has_compiled(&self, component: &[u8]) -> bool {
        let cache = self.shared.options.compile_cache.as_ref();
        cache.is_some_and(|cache| cache.notes().has(self.engine(), component))
    }

    /// Runs `f` with a new instance of `plugin`, and gives its answer once all that the plugin stored is committed.
    ///
    /// Waits first while [`calls_at_once`](RuntimeOptions::calls_at_once) others run. Each run works in a session
    /// [like](larder_store::Session::again) that of `call`. Where that is a
    /// [`WholeCall`](larder_store::Commit::WholeCall):
    ///
    /// * What the plugin wrote is committed at once, after `f` has succeeded with an answer that `keep` says yes to, such
    ///   as `Result::is_ok` for an export that gives a result. Where `f` fails, the plugin traps, its time is over or the
    ///   future is dropped, nothing is committed; and nothing is where `keep` says no, but the answer is given.
    /// * The answer is given after the commit. Given before, it would be out in the world while a power cut, a full disk or
    ///   a conflict could still undo the call that it tells of. For the same reason `f` should do nothing that cannot be
    ///   undone, and leave that to whoever has the answer.
    /// * Where the call is in conflict with others, it is run again, in a new instance and a new session, up to
    ///   [`conflict_retries`](RuntimeOptions::conflict_retries) times if [`Call::rerun_if`] does not forbid it. Each run
    ///   has a clone of `f`, and the answer of the last one is given. All runs share the time of the call.
    /// * A commit that has begun is waited for, also past the end of the time: the plugin is gone by then, and what was
    ///   asked of the disk cannot be taken back. Where the future is dropped meanwhile, the commit still runs to its end.
    ///
    /// With [`EachOperation`](larder_store::Commit::EachOperation) all that was stored is committed already, and `keep`
    /// decides nothing. Dropping the future at any moment ends the call and frees its place; a write that the store had
    /// begun may still be made, whole.
    ///
    /// # Errors
    ///
    /// Where the call takes too long, the plugin traps or cannot be instantiated within the limits, or `f` fails; where
    /// the commit fails, or every run was in conflict with others.
    pub async fn call<T>(
        &self,
        plugin: &Plugin,
        call: Call,
        f: impl AsyncFnOnce(&mut Store<State>, &Instance) -> wasmtime::Result<T> + Clone,
        keep: impl Fn(&T) -> bool,
    ) -> Result<T, CallError> {
        let run = async |store: &mut Store<State>| {
            let instance = plugin.pre.instantiate_async(&mut *store).await?;
            f(store, &instance).await
        };
        self.settle(plugin, call, run, keep).await
    }

    /// Runs a `wasi:cli` command to its end, and gives its exit status.
    ///
    /// The status is 0 for success; of a failure WASI 0.2 says no more than that, which is 1, unless the command exits
    /// through `exit-with-code`. A [`WholeCall`](larder_store::Commit::WholeCall) is committed where the status is 0, as
    /// [`Runtime::call`] does it; what the command writes to a standard output that the host has granted is out before
    /// that, unless the host holds it back.
    ///
    /// # Errors
    ///
    /// Where the component is not a command, and as for [`Runtime::call`].
    pub async fn run(&self, plugin: &Plugin, call: Call) -> Result<i32, CallError> {
        let command = plugin.command().ok_or(CallError::NotACommand)?;
        let run = async |store: &mut Store<State>| {
            let instance = plugin.pre.instantiate_async(&mut *store).await?;
            let command = command.load(&mut *store, &instance)?;
            command.wasi_cli_run().call_run(store).await
        };
        let run = async |store: &mut Store<State>| exit_status(run(store).await);
        self.settle(plugin, call, run, |status| *status == 0).await
    }

    /// Makes runs until one of them is not in conflict with others.
    async fn settle<T>(
        &self,
        plugin: &Plugin,
        call: Call,
        run: impl AsyncFnOnce(&mut Store<State>) -> wasmtime::Result<T> + Clone,
        keep: impl Fn(&T) -> bool,
    ) -> Result<T, CallError> {
        if !Engine::same(plugin.component().engine(), self.engine()) {
            return Err(CallError::OtherRuntime);
        }
        let _place = self.shared.places.acquire().await.expect("the semaphore is never closed");
        let _ticking = self.shared.ticker.during_call();
        let deadline = Deadline::in_time(self.shared.options.call_timeout);
        for earlier_runs in 0..=self.shared.options.conflict_retries {
            if earlier_runs > 0 {
                if !(call.rerun_if)() {
                    break;
                }
                deadline.bound(sleep(pause_after(earlier_runs))).await?;
            }
            if let Some(answer) = self.attempt(&call, deadline, run.clone(), &keep).await? {
                return Ok(answer);
            }
        }
        Err(CallError::Conflict)
    }

    /// Makes one run, and commits it; none where it was in conflict with others, and nothing of it is kept.
    async fn attempt<T>(
        &self,
        call: &Call,
        deadline: Deadline,
        run: impl AsyncFnOnce(&mut Store<State>) -> wasmtime::Result<T>,
        keep: &impl Fn(&T) -> bool,
    ) -> Result<Option<T>, CallError> {
        let turn = Turn::default();
        let mut store = self.store(call, deadline, turn.clone());
        // Epochs alone do not end a call that waits for the host.
        let answer = deadline.bound(turn.begins_with_each_poll(run(&mut store))).await?;
        // The memory of the instance is free before the commit waits for the disk.
        let session = store.into_data().storage.into_session();
        if session.is_in_conflict() {
            return Ok(None);
        }
        let answer = answer.map_err(CallError::Trapped)?;
        if !keep(&answer) {
            return Ok(Some(answer));
        }
        match session.commit().await {
            Ok(()) => Ok(Some(answer)),
            Err(Error::Conflict) => Ok(None),
            Err(error) => Err(CallError::NotCommitted(error)),
        }
    }

    fn engine(&self) -> &Engine {
        self.shared.linker.engine()
    }

    fn store(&self, call: &Call, deadline: Deadline, turn: Turn) -> Store<State> {
        let options = &self.shared.options;
        let fuel = crate::hostcall_fuel(call.session.limits());
        let mut table = ResourceTable::new();
        table.set_max_capacity(options.handles);
        let pace = Pace::new(self.shared.rates.of(&call.session, options), deadline);
        let state = State { storage: call.storage(pace), wasi: (call.wasi)(), table, bounds: Bounds::new(options) };
        let mut store = Store::new(self.engine(), state);
        store.limiter(|state| &mut state.bounds);
        store.set_hostcall_fuel(fuel);
        store.set_max_component_handles(options.handles);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if turn.goes_on() {
                return Ok(UpdateDeadline::Continue(1));
            }
            // To other threads too, such as those that wait for the disk: or they would wait for a whole time slice.
            thread::yield_now();
            // After a yield of wasmtime's own, tokio may take this task again before those that other threads have woken.
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(task::yield_now())))
        });
        store
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

/// The status that a command ended with, whether it returned or exited.
fn exit_status(ended: wasmtime::Result<Result<(), ()>>) -> wasmtime::Result<i32> {
    match ended {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => error.downcast().map(|I32Exit(status)| status),
    }
}

/// A random time that gets longer with each run, so that calls in conflict with each other come to run one after the other.
fn pause_after(runs: u32) -> Duration {
    let longest_us = 1000_u64 << runs.min(8);
    // A hasher that is keyed at random needs no other source of random numbers.
    Duration::from_micros(RandomState::new().hash_one(runs) % longest_us)
}
