//! Where the calls go: in a plugin to its host, on other targets to the fake.

#[cfg(target_arch = "wasm32")]
pub(crate) use crate::bindings::larder::storage::{atomic, shared, storage, streams};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::fake::host::{atomic, shared, storage, streams};
