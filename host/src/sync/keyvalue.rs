//! `wasi:keyvalue` for hosts without async support; see [`crate::keyvalue`].

use wasmtime::component::Linker;

use crate::StorageView;

/// `wasi:keyvalue@0.2.0-draft`.
pub mod draft {
    use wasmtime::component::Linker;

    use crate::StorageView;
    use crate::linker::{HasStorage, alone};

    alone!([store atomics batch] of "wasi:keyvalue@0.2.0-draft" in [bindings::sync::keyvalue::draft], T: ['static]);

    /// Adds `wasi:keyvalue@0.2.0-draft` to the linker of a host without async support.
    ///
    /// As [`keyvalue::add_to_linker`](super::add_to_linker), for this draft alone.
    ///
    /// # Errors
    ///
    /// Where the linker has one of the interfaces already.
    pub fn add_to_linker<T: 'static>(
        linker: &mut Linker<T>,
        view: fn(&mut T) -> StorageView<'_>,
    ) -> wasmtime::Result<()> {
        store::add_to_linker(linker, view)?;
        atomics::add_to_linker(linker, view)?;
        batch::add_to_linker(linker, view)
    }
}

/// `wasi:keyvalue@0.2.0-draft2`.
pub mod draft2 {
    use wasmtime::component::Linker;

    use crate::StorageView;
    use crate::linker::{HasStorage, alone};

    alone!([store atomics batch] of "wasi:keyvalue@0.2.0-draft2" in [bindings::sync::keyvalue::draft2], T: ['static]);

    /// Adds `wasi:keyvalue@0.2.0-draft2` to the linker of a host without async support.
    ///
    /// As [`keyvalue::add_to_linker`](super::add_to_linker), for this draft alone.
    ///
    /// # Errors
    ///
    /// Where the linker has one of the interfaces already.
    pub fn add_to_linker<T: 'static>(
        linker: &mut Linker<T>,
        view: fn(&mut T) -> StorageView<'_>,
    ) -> wasmtime::Result<()> {
        store::add_to_linker(linker, view)?;
        atomics::add_to_linker(linker, view)?;
        batch::add_to_linker(linker, view)
    }
}

/// Adds both drafts of `wasi:keyvalue` to the linker of a host without async support.
///
/// `view` is as for [`crate::sync::add_to_linker`], which adds `larder:storage`: a host adds one, the other or both.
///
/// # Errors
///
/// Where the linker has one of the interfaces already.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>, view: fn(&mut T) -> StorageView<'_>) -> wasmtime::Result<()> {
    draft::add_to_linker(linker, view)?;
    draft2::add_to_linker(linker, view)
}
