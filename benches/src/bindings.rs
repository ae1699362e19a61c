//! What `bindgen!` makes of the plugin's world, for a host with async support and one without.

#![allow(missing_docs, reason = "generated")]

wasmtime::component::bindgen!({
    path: "plugin/wit",
    world: "bench:loops/plugin",
    imports: { default: async },
    exports: { default: async },
});

pub use bench::loops::types;

pub mod sync {
    wasmtime::component::bindgen!({
        path: "plugin/wit",
        world: "bench:loops/plugin",
        with: { "bench:loops/types": crate::bindings::types },
    });
}
