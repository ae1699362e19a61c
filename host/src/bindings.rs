//! What `bindgen!` makes of `larder:storage`, for a host whose own world includes it.
//!
//! Such a host maps the package to this module, so that its world is generated without a second copy of the types. It adds
//! storage with [`crate::add_to_linker`], and each interface of its own with the `add_to_linker` generated for that:
//!
//! ```
//! mod plugin {
//!     wasmtime::component::bindgen!({
//!         inline: "
//!             package example:editor;
//!             world plugin {
//!                 import larder:storage/storage@0.1.0;
//!                 export greet: func() -> string;
//!             }
//!         ",
//!         path: "../wit",
//!         world: "example:editor/plugin",
//!         imports: { default: async },
//!         exports: { default: async },
//!         with: { "larder:storage": larder_host::bindings },
//!     });
//! }
//! ```

pub mod keyvalue;

pub use generated::larder::storage::{atomic, shared, storage, streams, types};

/// The same for a host without async support; the types are those of [`bindings::types`](crate::bindings::types).
pub mod sync {
    pub use super::generated_sync::larder::storage::{atomic, shared, storage, streams};
    pub use super::keyvalue::sync as keyvalue;
    pub use super::types;
}

mod generated {
    #![allow(missing_docs, reason = "generated")]

    wasmtime::component::bindgen!({
        path: "../wit",
        world: "larder:storage/imports",
        imports: { default: async | trappable },
        trappable_error_type: { "larder:storage/types.error" => crate::Error },
        with: {
            "larder:storage/streams.reader": larder_store::Reader,
            "larder:storage/streams.writer": larder_store::Writer,
        },
    });
}

mod generated_sync {
    #![allow(missing_docs, reason = "generated")]

    wasmtime::component::bindgen!({
        path: "../wit",
        world: "larder:storage/imports",
        imports: { default: trappable },
        trappable_error_type: { "larder:storage/types.error" => crate::Error },
        with: {
            "larder:storage/types": crate::bindings::types,
            "larder:storage/streams.reader": larder_store::Reader,
            "larder:storage/streams.writer": larder_store::Writer,
        },
    });
}
