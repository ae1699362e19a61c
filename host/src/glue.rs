//! The interfaces, implemented on a [`StorageView`](crate::StorageView): wasmtime's types in, the store's out, and back.
//!
//! No rule is decided here. Each function is written once; [`implement!`](implement) makes it serve hosts with and without
//! async support.

#[macro_use]
pub(crate) mod implement;

mod answers;
mod atomic;
mod atomic_types;
mod questions;
mod refusals;
mod store;
mod streams;
