//! Gives WebAssembly plugins on wasmtime a place to keep data, and runs those that nobody vouches for within limits.
//!
//! A host that has its own way with wasmtime adds [`larder:storage`](bindings) to its linker with [`add_to_linker`] (or
//! [`sync::add_to_linker`], where it calls plugins synchronously) and puts one [`StorageCtx`] into its store. A host that
//! has none yet uses the [`Runtime`]:
//!
//! ```no_run
//! use larder_host::{Call, Runtime, RuntimeOptions};
//! use larder_store::{Dir, Larder, Limits, Options};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let larder = Larder::open(Dir::create_ambient("larder-data")?, Options::default())?;
//! let runtime = Runtime::new(RuntimeOptions::default())?;
//! let plugin = runtime.load(&std::fs::read("notes.wasm")?)?;
//!
//! let session = larder.session(&"team-7".parse()?, &"notes".parse()?, Limits::default());
//! let status = runtime.run(&plugin, Call::new(session)).await?;
//! println!("the plugin ended with status {status}");
//! larder.close().await?;
//! # Ok(())
//! # }
//! ```
//!
//! What a plugin may store, and whose data it sees, is decided in [`larder_store`], by the session that the host chooses
//! for a call; this crate converts and decides nothing. It is not a plugin system: it knows no manifests, no registry and
//! no life cycle, and does not guard the host against itself.

pub mod bindings;
mod ctx;
mod error;
mod fuel;
mod glue;
pub mod keyvalue;
mod linker;
mod runtime;
pub mod sync;

pub use ctx::{StorageCtx, StorageView};
pub use error::Error;
pub use fuel::hostcall_fuel;
pub use linker::{add_to_linker, atomic, shared, storage, streams};
pub use runtime::{
    Allocation, CacheRefused, Call, CallError, CompileCache, LoadError, Plugin, Runtime, RuntimeOptions, State,
};

#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Embedding;

#[cfg(doctest)]
#[doc = include_str!("../../docs/keyvalue.md")]
struct KeyValue;
