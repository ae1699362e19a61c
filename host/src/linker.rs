use wasmtime::component::{HasData, Linker};

use crate::StorageView;

/// Makes a public module for each interface, to add it to a linker without the others.
macro_rules! alone {
    ([$($interface:ident)*] of $package:literal in $bindings:tt, T: $bounds:tt) => {
        $(alone!($interface of $package in $bindings, T: $bounds);)*
    };
    ($interface:ident of $package:literal in [$($bindings:ident)::+], T: [$($bounds:tt)+]) => {
        #[doc = concat!("`", $package, "/", stringify!($interface), "` alone, for a host that does not offer all.")]
        pub mod $interface {
            use super::*;

            #[doc = concat!("Adds `", $package, "/", stringify!($interface), "` to the linker.")]
            ///
            /// As `add_to_linker` in the module above, for this interface alone: one that is not added is not offered.
            ///
            /// # Errors
            ///
            /// Where the linker has the interface already.
            pub fn add_to_linker<T: $($bounds)+>(
                linker: &mut Linker<T>,
                view: fn(&mut T) -> StorageView<'_>,
            ) -> wasmtime::Result<()> {
                crate::$($bindings)::+::$interface::add_to_linker::<T, HasStorage>(linker, view)
            }
        }
    };
}

pub(crate) use alone;

alone!([storage shared atomic streams] of "larder:storage" in [bindings], T: [Send + 'static]);

/// What the interfaces are implemented on.
pub(crate) struct HasStorage;

impl HasData for HasStorage {
    type Data<'a> = StorageView<'a>;
}

/// Adds every interface of `larder:storage` to the linker of a host with async support.
///
/// `view` finds the [`StorageCtx`](crate::StorageCtx) in the data of the host's own wasmtime store; what the plugin may
/// see and store is decided by the session in it. A host call that waits for the disk suspends the plugin, not the
/// thread. No particular async runtime is needed. A host that calls its plugins synchronously uses
/// [`crate::sync::add_to_linker`]; one that offers a part only uses [`crate::storage::add_to_linker`].
///
/// The host also says how much of its memory a plugin may fill through the arguments of one call, with
/// [`hostcall_fuel`](crate::hostcall_fuel).
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
/// async fn greet(engine: &Engine, component: &Component, session: larder_store::Session) -> wasmtime::Result<String> {
///     let mut linker = Linker::new(engine);
///     larder_host::add_to_linker(&mut linker, |host: &mut Host| StorageView::new(&mut host.storage))?;
///
///     let fuel = larder_host::hostcall_fuel(session.limits());
///     let mut store = Store::new(engine, Host { storage: StorageCtx::new(session) });
///     store.set_hostcall_fuel(fuel);
///     let instance = linker.instantiate_async(&mut store, component).await?;
///     let greet = instance.get_typed_func::<(), (String,)>(&mut store, "greet")?;
///     Ok(greet.call_async(&mut store, ()).await?.0)
/// }
/// ```
///
/// # Errors
///
/// Where the linker has one of the interfaces already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> StorageView<'_>,
) -> wasmtime::Result<()> {
    storage::add_to_linker(linker, view)?;
    shared::add_to_linker(linker, view)?;
    atomic::add_to_linker(linker, view)?;
    streams::add_to_linker(linker, view)
}
