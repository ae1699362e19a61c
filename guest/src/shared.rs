//! The store that the plugins of a workspace share.
//!
//! The calls are those of [`storage`](crate::storage). Without a grant from the host every one but [`limits`] is
//! [`Error::AccessDenied`]. A grant may be for reading alone, and it may be for a prefix: then a key or a listing outside of
//! it, and [`usage`], are [`Error::AccessDenied`]; nothing is narrowed.
//!
//! ```
//! use larder::{Error, shared};
//!
//! assert_eq!(shared::set("board/today", "soup"), Err(Error::AccessDenied));
//!
//! # use larder::fake::{self, Grant};
//! # fake::grant_shared(Grant::write().within("board/"));
//! // Where the host has granted writing below `board/`:
//! shared::set("board/today", "soup")?;
//! assert_eq!(shared::get("board/today")?.as_deref(), Some(b"soup".as_slice()));
//! assert_eq!(shared::list("board/").count(), 1);
//! assert_eq!(shared::get("till"), Err(Error::AccessDenied));
//! assert_eq!(shared::keys("", None, 100), Err(Error::AccessDenied));
//! # Ok::<(), Error>(())
//! ```

use std::time::Duration;

use crate::store::store;
use crate::{Error, Item, ItemPage, KeyPage, List, StoreLimits, StoreUsage, expiry, host};

store!(shared);
