//! `wasi:keyvalue` on a [`Session`](crate::Session): what the standard's drafts leave open, decided once for all who offer
//! it.
//!
//! The buckets `""` and `default` are the plugin's own store, `shared` is the one that its workspace shares; there are no
//! others.

mod bucket;
mod cas;
mod counter;
mod cursors;
mod error;
mod opened;

pub use bucket::Bucket;
pub use cas::Cas;
pub use cursors::Cursors;
pub use error::{Error, Told};
pub use opened::Opened;
