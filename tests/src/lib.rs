//! What the tests of the whole system stand on: larders in directories of their own, the plugins of `tests/plugins`, and the
//! command line tool.

mod command_line;
mod pantry;
mod plugins;
mod probe;
mod refusal;

pub use command_line::{CommandLine, Ended};
pub use larder_host::bindings::types;
pub use pantry::Pantry;
pub use plugins::{plugin, plugin_bytes};
pub use probe::{Probe, bindings};
pub use refusal::{Refusal, refused};
