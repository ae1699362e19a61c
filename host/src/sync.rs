//! The same for hosts without async support, whose host calls complete on the calling thread.
//!
//! wasmtime refuses to call a linker that holds async functions synchronously, so a host that uses
//! [`TypedFunc::call`](wasmtime::component::TypedFunc::call) and its like needs these functions; one that uses
//! `call_async` needs those of the crate's root.

use wasmtime::component::Linker;

use crate::StorageView;
use crate::linker::{HasStorage, alone};

pub mod keyvalue;

alone!([storage shared atomic streams] of "larder:storage" in [bindings::sync], T: ['static]);

/// Adds every interface of `larder:storage` to the linker of a host without async support.
///
/// `view` finds the [`StorageCtx`](crate::StorageCtx) in the data of the host's own wasmtime store. A write keeps the
/// calling thread until it is durable, some milliseconds on a disk; a host that cannot spare the thread, such as one
/// within an async runtime, uses [`crate::add_to_linker`].
///
/// ```no_run
/// use larder_host::{StorageCtx, StorageView};
/// use wasmtime::component::{Component, Linker};
/// use wasmtime::{Engine, Store};
///
/// struct Host {
///     storage: StorageCtx,
/// }
///
/// fn greet(engine: &Engine, component: &Component, session: larder_store::Session) -> wasmtime::Result<String> {
///     let mut linker = Linker::new(engine);
///     larder_host::sync::add_to_linker(&mut linker, |host: &mut Host| StorageView::new(&mut host.storage))?;
///
///     let fuel = larder_host::hostcall_fuel(session.limits());
///     let mut store = Store::new(engine, Host { storage: StorageCtx::new(session) });
///     store.set_hostcall_fuel(fuel);
///     let instance = linker.instantiate(&mut store, component)?;
///     let greet = instance.get_typed_func::<(), (String,)>(&mut store, "greet")?;
///     Ok(greet.call(&mut store, ())?.0)
/// }
/// ```
///
/// # Errors
///
/// Where the linker has one of the interfaces already.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, view: fn(&mut T) -> StorageView<'_>) -> wasmtime::Result<()> {
    storage::add_to_linker(linker, view)?;
    shared::add_to_linker(linker, view)?;
    atomic::add_to_linker(linker, view)?;
    streams::add_to_linker(linker, view)
}
