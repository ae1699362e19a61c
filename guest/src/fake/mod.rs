//! A host for unit tests: on targets other than wasm every call goes to a store in memory, with the rules of the interface.
//!
//! So what a plugin does can be tested with `cargo test`, without a runtime:
//!
//! ```
//! use std::time::Duration;
//!
//! use larder::fake::{self, Limits};
//! use larder::{Error, storage};
//!
//! /// The code under test: remembers a guest for an hour.
//! fn welcome(guest: &str) -> Result<&'static str, Error> {
//!     let known = storage::exists(guest)?;
//!     storage::set_expiring(guest, "", Duration::from_secs(3600))?;
//!     Ok(if known { "again" } else { "hello" })
//! }
//!
//! fake::reset();
//! assert_eq!(welcome("ada")?, "hello");
//! assert_eq!(welcome("ada")?, "again");
//!
//! fake::advance(Duration::from_secs(3600));
//! assert_eq!(welcome("ada")?, "hello");
//!
//! fake::set_limits(Limits { store_keys: 1, ..Limits::default() });
//! assert!(matches!(welcome("bob"), Err(Error::QuotaExceeded(_))));
//!
//! fake::fail_next(Error::Unavailable);
//! assert_eq!(welcome("ada"), Err(Error::Unavailable));
//! # Ok::<(), Error>(())
//! ```
//!
//! There is one store, and one shared, for each thread. `cargo test` runs each test in a thread of its own, so that tests see
//! nothing of each other; with anything that does not, [`reset`] in the beginning of each test does that.
//!
//! It has no disk, so nothing is durable, and nothing is damaged or unavailable unless [`fail_next`] says so. No call is
//! throttled, and each write is committed by itself.

mod calls;
mod commit;
mod contents;
mod grant;
pub(crate) mod host;
mod limits;
mod page;
mod planned;
mod reserved;
mod streams;
mod value;
mod workspace;

use std::time::Duration;

pub use grant::Grant;
pub use limits::Limits;

use crate::Error;

/// Begins anew: two empty stores, the usual limits, no grant, nothing planned.
pub fn reset() {
    workspace::with(|workspace| *workspace = Default::default());
}

/// Sets what holds from now on. What is over a lowered quota stays, and may shrink.
pub fn set_limits(limits: Limits) {
    workspace::with(|workspace| workspace.limits = limits);
}

/// Grants the shared store from now on; in the beginning nothing is granted.
///
/// What a plugin finds there that may only read is written while more is granted:
///
/// ```
/// use larder::fake::{self, Grant};
/// use larder::{Error, shared};
///
/// fake::grant_shared(Grant::write());
/// shared::set("rates/eur", "1.07")?;
/// fake::grant_shared(Grant::read().within("rates/"));
/// assert!(shared::exists("rates/eur")?);
/// assert_eq!(shared::delete("rates/eur"), Err(Error::AccessDenied));
/// # Ok::<(), Error>(())
/// ```
pub fn grant_shared(grant: Grant) {
    workspace::with(|workspace| workspace.grant = grant);
}

/// Moves the clock on, in whole milliseconds. It stands still otherwise.
pub fn advance(by: Duration) {
    let by_ms = crate::expiry::to_ms(by);
    workspace::with(|workspace| workspace.now_ms = workspace.now_ms.saturating_add(by_ms));
}

/// Has the next call that can fail do so, and change nothing. Said twice, it is for the next two calls.
///
/// A call is one to the host: an iterator makes one for each page, a writer one for each piece that it hands over.
pub fn fail_next(error: Error) {
    workspace::with(|workspace| workspace.failures.push_back(error));
}

/// Does something just before the next commit, increment or finish of a writer, as another plugin or another instance of
/// this one would.
///
/// ```
/// use larder::{Outcome, atomic, fake, storage};
///
/// let before = atomic::entry("n")?;
/// fake::before_next_commit(|| storage::set("n", "from elsewhere").expect("the fake has room"));
/// assert_eq!(atomic::set_if("n", &before, "mine")?, Outcome::Conflict(0));
/// # Ok::<(), larder::Error>(())
/// ```
pub fn before_next_commit(act: impl FnOnce() + 'static) {
    workspace::with(|workspace| workspace.before_commit = Some(Box::new(act)));
}
