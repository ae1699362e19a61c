//! What the figures are measured with: hosts that run the plugin of `benches/plugin`, a disk to write to, and a table.
//!
//! The figures themselves are in `benches/larder` and, of plugins beside each other, in `benches/neighbours`. Each is a ratio
//! to a baseline that was measured in the same run, in turn with it, so that whatever else the machine does meets both.

mod async_host;
pub mod bindings;
mod command_line;
mod comparison;
mod disk;
mod loops;
pub mod memory;
#[cfg(feature = "peers")]
pub mod peers;
mod random;
mod report;
mod samples;
mod state;
mod sync_host;

pub use async_host::{AsyncHost, AsyncHosts};
pub use bindings::types::{Run, Shape};
pub use command_line::CommandLine;
pub use comparison::Comparison;
pub use disk::{RawLog, scratch, settle};
pub use loops::{Loops, instances, plugin};
pub use random::Random;
pub use report::Report;
pub use samples::{Samples, Unit};
pub use state::{FloorMap, State};
pub use sync_host::SyncHost;
