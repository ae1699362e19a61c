//! What the tests of the whole system stand on: larders in directories of their own, the plugins of `tests/plugins`, and the
//! command line tool.

pub mod acks;
mod address;
mod command_line;
mod composed;
mod conformance;
mod hostile;
pub mod keyvalue;
mod pantry;
mod plugins;
mod probe;
mod refusal;
mod relay;
mod stock;

pub use address::{private, shared};
pub use command_line::{CommandLine, Ended};
pub use composed::{Composed, compose};
pub use conformance::{
    COMPOSED_FOR_CONFORMANCE, Captured, Conformance, NOT_DENIED, Verdict, Verdicts, conformance_bytes, conformance_file,
};
pub use hostile::{Attacks, Deed, End, Flooded, Hostile};
pub use larder_host::bindings::types;
pub use pantry::Pantry;
pub use plugins::{plugin, plugin_bytes};
pub use probe::{Probe, bindings};
pub use refusal::{Refusal, refused};
pub use relay::{Relay, bindings as relay_bindings};
pub use stock::Stock;
