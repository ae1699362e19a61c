//! Storage for plugins: keep bytes under a key, and find them again in the next call, the next process, after a crash.
//!
//! ```no_run
//! use larder::storage;
//!
//! fn count_a_visit(visitor: &str) -> Result<u64, larder::Error> {
//!     let key = format!("visits/{visitor}");
//!     let before = storage::get(&key)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
//!     storage::set(&key, (before + 1).to_le_bytes())?;
//!     Ok(before + 1)
//! }
//! ```
//!
//! There is nothing to open and nothing to configure. Which store a plugin sees, and how much it may keep there, is the
//! host's decision; when [`storage::set`] returns, a power cut does not undo it. A missing key is an answer, not an
//! error, and after an error the store is as it was before (only [`Error::OutcomeUnknown`] leaves that open).
//!
//! # Building a plugin
//!
//! Rust's own `wasm32-wasip2` target makes a component; nothing else is needed. A program with a `main` is a command:
//!
//! ```text
//! rustup target add wasm32-wasip2
//! cargo build --release --target wasm32-wasip2
//! larder run target/wasm32-wasip2/release/my-plugin.wasm
//! ```
//!
//! A plugin that exports functions of its own is a library of crate type `cdylib`, with `wit_bindgen::generate!` for its
//! own world beside this crate; the two worlds are joined when it is linked.
//!
//! On other targets this crate compiles, so that a plugin can be checked and documented there, but there is no host to
//! call: every function of [`storage`] panics.
//!
//! # Limits
//!
//! A host may choose other limits than these; [`storage::limits`] and [`storage::usage`] tell which ones hold.
//!
//! | what | unless the host says otherwise |
//! |---|---|
//! | key, prefix or position | 1,024 bytes; any string, also an empty one |
//! | value | 64 MiB; any bytes, also none |
//! | keys in one page | 1,000 |
//! | one store | 100 MiB and 1,000,000 keys; counted are keys, values and 64 bytes a key |
//!
//! # What it is not
//!
//! Not a file system, not SQL, not a cache that may forget. A plugin cannot name another plugin's keys, and two calls are
//! not one transaction: another instance of the plugin may write between a [`storage::get`] and a [`storage::set`].

mod bindings;
mod error;
mod key_list;
pub mod storage;

pub use bindings::larder::storage::types::{Excess, KeyPage, StoreLimits, StoreUsage, Unit};
pub use error::Error;
pub use key_list::KeyList;
