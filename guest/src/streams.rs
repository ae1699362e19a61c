//! Values too large to hold in memory: read and written piece by piece.
//!
//! ```
//! use std::io::{self, BufRead, Write};
//!
//! use larder::streams;
//!
//! let mut writer = streams::create("report")?;
//! for line in 1..=1000 {
//!     writeln!(writer, "line {line}")?;
//! }
//! writer.finish()?;
//!
//! let reader = streams::open("report")?.ok_or(io::ErrorKind::NotFound)?;
//! let last = reader.lines().last().transpose()?;
//! assert_eq!(last.as_deref(), Some("line 1000"));
//! # Ok::<(), io::Error>(())
//! ```
//!
//! Reading and writing give an [`io::Error`](std::io::Error) with an [`Error`] inside, and either becomes the other with
//! `?`. Small pieces are gathered, so that they do not cost a call to the host each.

use crate::{Address, CreateOptions, Error, Reader, Writer, host};

/// Opens the value at a key for reading; none where there is no value.
///
/// # Errors
///
/// [`Error::TooManyOpen`] where as many readers and writers are open as may be; [`Error::KeyTooLong`];
/// [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Damaged`] and [`Error::Unavailable`] where the store fails.
pub fn open(at: impl Into<Address>) -> Result<Option<Reader>, Error> {
    Ok(host::streams::open(&at.into())?.map(Reader::new))
}

/// Begins a value, which is there once [`Writer::finish`] has returned. [`CreateOptions`] has it expire, or sets conditions.
///
/// # Errors
///
/// [`Error::TooManyOpen`] where as many readers and writers are open as may be; [`Error::KeyTooLong`];
/// [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Unavailable`] where the store fails.
pub fn create(at: impl Into<Address>) -> Result<Writer, Error> {
    CreateOptions::new().create(at)
}
