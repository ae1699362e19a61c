//! What the project's own programs and tests build with cargo: plugins for wasm, and the command line tool.
//!
//! Not part of Larder: nothing that is shipped depends on it.

mod binary;
mod cargo;
pub mod wasm;

pub use binary::larder_binary;
