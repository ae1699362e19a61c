//! Storage that untrusted plugins can be given: workspaces with quotas, in a directory, safe across processes and crashes.
//!
//! ```
//! use larder_store::{Dir, Larder, Limits, Options};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let temporary = tempfile::tempdir()?;
//! # let path = temporary.path();
//! let larder = Larder::open(Dir::create_ambient(path)?, Options::default())?;
//! let session = larder.session(&"team-7".parse()?, &"notes".parse()?, Limits::default());
//! # pollster::block_on(async {
//! session.set("greeting", "hello").await?;
//! assert_eq!(session.get("greeting").await?, Some(b"hello".to_vec()));
//! # larder.close().await
//! # })?;
//! # Ok(())
//! # }
//! ```
//!
//! It knows nothing of wasm: `larder-host` puts a [`Session`] behind the interface that plugins call. It is not a database
//! server, not a cache that may forget, and does not decide who may act for which workspace: the caller has decided that
//! before a session exists.

mod access;
mod dir;
pub mod engine;
mod error;
mod housekeeper;
mod key;
mod larder;
mod limits;
mod open_workspaces;
mod page;
mod plugin_id;
mod pool;
mod queue;
mod session;
mod usage;
mod value;
mod workspace;
mod workspace_id;

pub use access::Access;
pub use dir::Dir;
pub use engine::Sharing;
pub use error::{Error, Excess, Fault, InvalidName, Unit};
pub use key::Key;
pub use larder::{Larder, Options};
pub use limits::Limits;
pub use page::KeyPage;
pub use plugin_id::PluginId;
pub use session::Session;
pub use usage::{Held, StoreUsage};
pub use workspace_id::WorkspaceId;
