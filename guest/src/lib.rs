//! Storage for plugins: keep bytes under a key, and find them again in the next call, the next process, after a crash.
//!
//! ```
//! use larder::storage;
//!
//! fn remember(visitor: &str, colour: &str) -> Result<(), larder::Error> {
//!     storage::set(format!("colour/{visitor}"), colour)
//! }
//!
//! remember("ada", "green")?;
//! assert_eq!(storage::get("colour/ada")?.as_deref(), Some(b"green".as_slice()));
//! # Ok::<(), larder::Error>(())
//! ```
//!
//! There is nothing to open and nothing to configure. Which store a plugin sees, and how much it may keep there, is the
//! host's decision; when [`storage::set`] returns, a power cut does not undo it. A missing key is an answer, not an
//! error, and after an error the store is as it was before (only [`Error::OutcomeUnknown`] leaves that open).
//!
//! | module | for |
//! |---|---|
//! | [`storage`] | the plugin's own store: values, expiry, listing, usage |
//! | [`shared`] | the same for the store that the plugins of a workspace share, with a grant |
//! | [`atomic`] | several keys at once, conditions, counters |
//! | [`streams`] | values too large to hold in memory |
#![cfg_attr(
    feature = "serde",
    doc = "| [`json`] | values of any type; also `get_json` and `set_json` in both stores |"
)]
#![cfg_attr(not(target_arch = "wasm32"), doc = "| [`fake`] | unit tests without wasm |")]
//!
//! A plugin imports what it calls and nothing else: one that only uses [`storage`] runs on a host that offers only that.
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
//! # Testing a plugin
//!
//! On targets other than wasm every call goes to a store in memory with the same rules, so `cargo test` is enough; `fake`
//! moves its clock, lowers its limits, and has it fail.
//!
//! # Limits
//!
//! A host may choose other limits than these; [`storage::limits`] and [`storage::usage`] tell which ones hold.
//!
//! | what | unless the host says otherwise |
//! |---|---|
//! | key, prefix or position | 1,024 bytes; any string, also an empty one |
//! | value | 64 MiB; any bytes, also none |
//! | one page, one commit, one answer of many | 1,000 items and 4 MiB; a single value alone: the value's limit |
//! | one piece of a stream | 1 MiB |
//! | readers and writers open | 16 |
//! | `delete_prefix` with a prefix that is not empty | 100,000 keys |
//! | one store | 100 MiB and 1,000,000 keys; counted are keys, values and 64 bytes a key |
//!
//! # What it is not
//!
//! Not a file system, not SQL, not a cache that may forget. A plugin cannot name another plugin's keys. Two calls are not
//! one transaction unless the host makes the whole plugin call one: otherwise another instance of the plugin may write
//! between a [`storage::get`] and a [`storage::set`], and [`atomic`] is for that.

mod address;
pub mod atomic;
mod bindings;
mod commit;
mod create_options;
mod entry;
mod error;
mod expectation;
mod expiry;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
mod host;
mod io_error;
#[cfg(feature = "serde")]
pub mod json;
mod list;
mod outcome;
mod reader;
pub mod shared;
pub mod storage;
mod store;
pub mod streams;
mod version;
mod writer;

pub use bindings::larder::storage::types::{
    Address, Excess, Item, ItemPage, KeyPage, Store, StoreLimits, StoreUsage, Unit,
};
pub use commit::Commit;
pub use create_options::CreateOptions;
pub use entry::Entry;
pub use error::Error;
pub use expectation::Expectation;
pub use list::List;
pub use outcome::Outcome;
pub use reader::Reader;
pub use version::Version;
pub use writer::Writer;

// What docs/plugin-authors.md says compiles, and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/plugin-authors.md")]
struct PluginAuthors;
