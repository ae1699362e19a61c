//! The interfaces that a host of plugins offers, as a component that needs only WASI.
//!
//! Joined with a plugin by `larder compose`, it keeps what the plugin stores in the directory that the runtime grants, in the
//! format in which every other larder is. A component cannot know when a call ends, and WASI has no locks: so nothing is open
//! between the calls of the plugin, and one that ends in whatever way leaves nothing behind but what a killed one leaves.

#![cfg(target_os = "wasi")]

mod atomic;
mod bindings;
mod directory;
mod error;
mod keyvalue;
mod opened;
mod settings;
mod store;
mod streams;

// The same text converts the types that `bindgen!` makes for a host.
#[path = "../../host/src/glue/answers.rs"]
mod answers;
#[path = "../../host/src/glue/atomic_types.rs"]
mod atomic_types;
#[path = "../../host/src/glue/questions.rs"]
mod questions;
#[path = "../../host/src/glue/refusals.rs"]
mod refusals;

/// What exports the interfaces.
struct Adapter;

bindings::export!(Adapter with_types_in bindings);
