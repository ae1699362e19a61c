use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crate::{Error, Version, host};

const BUFFER_BYTES: usize = 64 * 1024;

/// A value as it was when opened, whatever happens to the key meanwhile.
///
/// Small reads are served from a buffer of 64 KiB. Whoever has only reads in places far from each other is better served by
/// [`Reader::read_at`].
#[derive(Debug)]
pub struct Reader {
    buffer: BufReader<Chunks>,
}

impl Reader {
    pub(crate) fn new(host: host::streams::Reader) -> Self {
        let chunks = Chunks { size: host.size(), host, position: 0 };
        Self { buffer: BufReader::with_capacity(BUFFER_BYTES, chunks) }
    }

    /// How many bytes the value has.
    pub fn size(&self) -> u64 {
        self.buffer.get_ref().size
    }

    /// Which write made the value.
    pub fn version(&self) -> Version {
        self.buffer.get_ref().host.version().into()
    }

    /// Reads from `offset` on, wherever the reader is otherwise, and says how many bytes it read.
    ///
    /// They are fewer than the buffer has where the value ends, or where a chunk does.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`]; [`Error::Damaged`] and [`Error::Unavailable`] where the store fails.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        self.buffer.get_ref().read_at(buffer, offset)
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.buffer.read(buffer)
    }

    fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        self.buffer.read_to_end(bytes)
    }
}

impl BufRead for Reader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.buffer.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.buffer.consume(amount);
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.buffer.seek(to)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        self.buffer.stream_position()
    }

    fn seek_relative(&mut self, by: i64) -> io::Result<()> {
        self.buffer.seek_relative(by)
    }
}

/// Asks for what is read, a chunk at a time.
#[derive(Debug)]
struct Chunks {
    host: host::streams::Reader,
    size: u64,
    position: u64,
}

impl Chunks {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        let bytes = self.host.read(offset, u32::try_from(buffer.len()).unwrap_or(u32::MAX))?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }

    // The standard one would ask for small pieces first, to find out how much there is.
    fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let before = bytes.len();
        let left = self.size.saturating_sub(self.position);
        bytes.try_reserve_exact(usize::try_from(left).unwrap_or(usize::MAX))?;
        loop {
            let chunk = self.host.read(self.position, u32::MAX).map_err(Error::from)?;
            if chunk.is_empty() {
                return Ok(bytes.len() - before);
            }
            self.position += chunk.len() as u64;
            bytes.extend_from_slice(&chunk);
        }
    }
}

impl Seek for Chunks {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
