//! The plugin's own store in the workspace that it runs for.
//!
//! Any string is a key, compared by its bytes: `a//b`, `../b` and the empty string are three different keys.
//!
//! ```
//! use std::time::Duration;
//!
//! use larder::storage;
//!
//! storage::set("notes/1", "milk")?;
//! storage::set("notes/2", [0x89, b'P', b'N', b'G'])?;
//! assert_eq!(storage::get("notes/1")?.as_deref(), Some(b"milk".as_slice()));
//! assert_eq!(storage::get("notes/3")?, None);
//!
//! storage::set_expiring("seen/ada", "", Duration::from_secs(3600))?;
//! assert!(storage::exists("seen/ada")?);
//!
//! let names: Vec<String> = storage::list("notes/").collect::<Result<_, _>>()?;
//! assert_eq!(names, ["notes/1", "notes/2"]);
//! for item in storage::list_items("notes/") {
//!     let item = item?;
//!     println!("{} has {} bytes", item.key, item.value.len());
//! }
//!
//! storage::delete("notes/1")?;
//! assert_eq!(storage::delete_prefix("notes/")?, 1);
//! assert_eq!(storage::usage()?.keys, 1);
//! # Ok::<(), larder::Error>(())
//! ```

use std::time::Duration;

use crate::store::store;
use crate::{Error, Item, ItemPage, KeyPage, List, StoreLimits, StoreUsage, expiry, host};

store!(storage);
