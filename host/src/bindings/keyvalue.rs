//! What `bindgen!` makes of the drafts of `wasi:keyvalue`, for a host whose own world includes one.
//!
//! Such a host maps the package to [`draft`] or [`draft2`], and adds it with [`crate::keyvalue::add_to_linker`].

/// `wasi:keyvalue@0.2.0-draft`.
pub mod draft {
    pub use super::generated::draft::wasi::keyvalue::{atomics, batch, store};
}

/// `wasi:keyvalue@0.2.0-draft2`.
pub mod draft2 {
    pub use super::generated::draft2::wasi::keyvalue::{atomics, batch, store};
}

/// The same for a host without async support.
pub mod sync {
    /// `wasi:keyvalue@0.2.0-draft`.
    pub mod draft {
        pub use crate::bindings::keyvalue::generated_sync::draft::wasi::keyvalue::{atomics, batch, store};
    }

    /// `wasi:keyvalue@0.2.0-draft2`.
    pub mod draft2 {
        pub use crate::bindings::keyvalue::generated_sync::draft2::wasi::keyvalue::{atomics, batch, store};
    }
}

mod generated {
    #![allow(missing_docs, reason = "generated")]

    pub mod draft {
        wasmtime::component::bindgen!({
            path: "../wit/wasi-keyvalue/0.2.0-draft",
            world: "wasi:keyvalue/imports",
            imports: { default: async | trappable },
            trappable_error_type: { "wasi:keyvalue/store.error" => crate::keyvalue::Error },
            with: { "wasi:keyvalue/store.bucket": crate::keyvalue::Bucket },
        });
    }

    pub mod draft2 {
        wasmtime::component::bindgen!({
            path: "../wit/wasi-keyvalue/0.2.0-draft2",
            world: "wasi:keyvalue/imports",
            imports: { default: async | trappable },
            trappable_error_type: { "wasi:keyvalue/store.error" => crate::keyvalue::Error },
            with: {
                "wasi:keyvalue/atomics.cas": crate::keyvalue::Cas,
                "wasi:keyvalue/store.bucket": crate::keyvalue::Bucket,
            },
        });
    }
}

mod generated_sync {
    #![allow(missing_docs, reason = "generated")]

    pub mod draft {
        wasmtime::component::bindgen!({
            path: "../wit/wasi-keyvalue/0.2.0-draft",
            world: "wasi:keyvalue/imports",
            imports: { default: trappable },
            trappable_error_type: { "wasi:keyvalue/store.error" => crate::keyvalue::Error },
            with: { "wasi:keyvalue/store.bucket": crate::keyvalue::Bucket },
        });
    }

    pub mod draft2 {
        wasmtime::component::bindgen!({
            path: "../wit/wasi-keyvalue/0.2.0-draft2",
            world: "wasi:keyvalue/imports",
            imports: { default: trappable },
            trappable_error_type: { "wasi:keyvalue/store.error" => crate::keyvalue::Error },
            with: {
                "wasi:keyvalue/atomics.cas": crate::keyvalue::Cas,
                "wasi:keyvalue/store.bucket": crate::keyvalue::Bucket,
            },
        });
    }
}
