//! Locks, atomics and threads.
//!
//! They are the standard library's, or such as run under a scheduler that tries the orders in which threads can come; see
//! `interleavings`. What stands below an engine's own door is not explored, and uses the standard library's.

#[cfg(all(test, feature = "interleavings"))]
mod explored;
#[cfg(not(all(test, feature = "interleavings")))]
mod real;

#[cfg(all(test, feature = "interleavings"))]
pub(crate) use explored::*;
#[cfg(not(all(test, feature = "interleavings")))]
pub(crate) use real::*;
