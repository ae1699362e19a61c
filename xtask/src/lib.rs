//! What the project's own programs and tests build with cargo: plugins for wasm, the components that the command line tool
//! carries, and that tool; and the tools of other languages.
//!
//! Not part of Larder: nothing that is shipped depends on it.

mod binary;
mod cargo;
pub mod components;
mod project;
pub mod tools;
pub mod wasm;

pub use binary::larder_binary;
pub use cargo::target_dir;
pub use project::{LANGUAGES, Project};
