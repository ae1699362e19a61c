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
mod address;
mod atomic;
mod clock;
mod commit;
mod damage;
mod dir;
pub mod engine;
mod error;
mod expiry;
mod export;
mod export_file;
mod export_reader;
mod give_way;
mod grant;
mod handles;
mod hot_cache;
mod housekeeper;
mod import;
mod import_error;
mod in_flight;
#[cfg(all(test, feature = "interleavings"))]
mod interleavings;
mod key;
pub mod keyvalue;
mod larder;
mod limits;
mod moment;
mod open_workspaces;
mod page;
mod plugin_id;
mod pool;
mod queue;
#[cfg(test)]
#[path = "../tests/support/random.rs"]
#[allow(dead_code, reason = "other tests need the rest of it")]
mod random;
mod read_committed;
mod reader;
mod reads;
mod recent;
mod reservation;
mod scope;
mod session;
mod snapshot;
mod store_id;
mod store_view;
mod sync;
mod tally;
mod usage;
mod value;
mod version;
mod whole_call;
mod workspace;
mod workspace_id;
mod writer;

pub use access::Access;
pub use address::{Address, Store};
pub use atomic::{Action, Change, Check, Entry, Expectation, Outcome};
pub use clock::{Clock, SystemClock};
pub use commit::Commit;
pub use damage::{Damage, Salvage};
pub use dir::Dir;
pub use engine::Sharing;
pub use error::{Error, Excess, Fault, InvalidName, Unit};
pub use expiry::Expiry;
pub use export::{ExportError, export};
pub use grant::Grant;
pub use import::{check_export, import};
pub use import_error::ImportError;
pub use key::Key;
pub use larder::{Larder, Options};
pub use limits::Limits;
pub use moment::Moment;
pub use page::{Item, ItemPage, KeyPage};
pub use plugin_id::PluginId;
pub use reader::Reader;
pub use session::Session;
pub use snapshot::{Snapshot, SnapshotEntry};
pub use store_id::StoreId;
pub use store_view::StoreView;
pub use tally::Tally;
pub use usage::{Held, StoreUsage};
pub use version::Version;
pub use workspace_id::WorkspaceId;
pub use writer::Writer;
