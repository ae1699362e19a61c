use std::io::{self, Write};

use crate::{Error, Version, host};

const BUFFER_BYTES: usize = 64 * 1024;

/// A value being written. Dropped without [`Writer::finish`], it never was.
///
/// Small writes are gathered into pieces of 64 KiB; [`Write::flush`] hands over what was gathered, and makes nothing durable.
/// A write that is refused leaves what was written before it, and the writer can go on; one whose host's disk fails cannot.
#[derive(Debug)]
pub struct Writer {
    host: host::streams::Writer,
    chunk_bytes: usize,
    buffer: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(host: host::streams::Writer, chunk_bytes: u32) -> Self {
        Self { host, chunk_bytes: chunk_bytes as usize, buffer: Vec::new() }
    }

    /// Makes the value visible and durable, and gives its version; none where a condition does not hold that
    /// [`CreateOptions::only_if`](crate::CreateOptions::only_if) set.
    ///
    /// The writer is gone then, also after an error, and the value is wholly there or wholly not.
    ///
    /// # Errors
    ///
    /// [`Error::ValueTooLarge`] and [`Error::QuotaExceeded`] where a limit stands against it; [`Error::AccessDenied`];
    /// [`Error::Throttled`]; [`Error::Unavailable`] and [`Error::OutcomeUnknown`] where the store fails.
    pub fn finish(mut self) -> Result<Option<Version>, Error> {
        self.hand_over()?;
        Ok(host::streams::Writer::finish(self.host)?.map(Version::from))
    }

    fn hand_over(&mut self) -> Result<(), Error> {
        if !self.buffer.is_empty() {
            self.host.write(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BUFFER_BYTES.min(self.chunk_bytes);
        if self.buffer.len() + bytes.len() > room {
            self.hand_over()?;
        }
        if bytes.len() < room {
            self.buffer.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let chunk = &bytes[..bytes.len().min(self.chunk_bytes)];
        self.host.write(chunk).map_err(Error::from)?;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(self.hand_over()?)
    }
}
