//! `wasi:keyvalue`, the standard's draft, for plugins that were written against that: the same data, under the same limits.
//!
//! Both drafts that plugins are found with are offered, beside each other in one linker: [`draft`] is `0.2.0-draft`, as
//! wasmtime and wasmCloud have it, and [`draft2`] is `0.2.0-draft2`, as Spin has it and the standard's main branch since
//! August 2026. The buckets `""` and `default` are the plugin's own store, `shared` is the one that its workspace shares;
//! there are no others. What the drafts leave open is decided in the project's `docs/keyvalue.md`.

pub mod draft;
pub mod draft2;
mod error;
mod table;

use wasmtime::component::Linker;

use crate::StorageView;

pub use larder_store::keyvalue::{Bucket, Cas};

pub use self::error::Error;

/// Adds both drafts of `wasi:keyvalue` to the linker of a host with async support.
///
/// `view` is as for [`crate::add_to_linker`], which adds `larder:storage`: a host adds one, the other or both.
///
/// # Errors
///
/// Where the linker has one of the interfaces already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> StorageView<'_>,
) -> wasmtime::Result<()> {
    draft::add_to_linker(linker, view)?;
    draft2::add_to_linker(linker, view)
}
