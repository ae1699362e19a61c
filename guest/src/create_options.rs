use std::time::Duration;

use crate::{Address, Error, Expectation, Writer, expiry, host};

/// How a value that is written piece by piece begins.
///
/// ```
/// use std::io::Write;
/// use std::time::Duration;
///
/// use larder::{CreateOptions, Expectation};
///
/// let minute = Duration::from_secs(60);
/// let mut writer = CreateOptions::new().only_if(Expectation::Absent).expires_in(minute).create("cache/page")?;
/// writer.write_all(b"<html>")?;
/// if writer.finish()?.is_none() {
///     println!("somebody else was first");
/// }
/// # assert!(larder::storage::exists("cache/page")?);
/// # Ok::<(), larder::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CreateOptions {
    expect: Option<Expectation>,
    expires_in: Option<Duration>,
}

impl CreateOptions {
    /// No condition, and no expiry.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value is stored only if this is true of the key when the writer is finished.
    ///
    /// It may be what was read, as in [`Commit::check`](crate::Commit::check).
    #[must_use]
    pub fn only_if(mut self, expect: impl Into<Expectation>) -> Self {
        self.expect = Some(expect.into());
        self
    }

    /// The value is gone so long after the writer was made, in whole milliseconds.
    #[must_use]
    pub fn expires_in(mut self, expires_in: Duration) -> Self {
        self.expires_in = Some(expires_in);
        self
    }

    /// Begins the value.
    ///
    /// # Errors
    ///
    /// As [`streams::create`](crate::streams::create).
    pub fn create(self, at: impl Into<Address>) -> Result<Writer, Error> {
        let (expect, expires_in_ms) = (self.expect.map(Into::into), self.expires_in.map(expiry::to_ms));
        let writer = host::streams::create(&at.into(), expect, expires_in_ms)?;
        Ok(Writer::new(writer, host::storage::limits().chunk_bytes))
    }
}
