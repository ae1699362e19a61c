//! The file of a large value.
//!
//! Chunks of 64 KiB, the last one as long as it is, each followed by an XXH3 (64 bits, little-endian) over workspace, name,
//! number of the chunk and bytes: so a slice can be trusted without reading the whole.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem;

use xxhash_rust::xxh3::Xxh3;

use crate::dir::{Dir, File};
use crate::engine::LargeName;
use crate::value::Seal;

const CHUNK_BYTES: usize = 64 * 1024;
const SUM_BYTES: usize = 8;
/// After so many the disk begins with them.
const BEGIN_CHUNKS: u64 = 64;

/// What the checksums of a file cover beside its bytes.
#[derive(Clone, Copy)]
pub(super) struct Identity {
    pub seal: Seal,
    pub name: LargeName,
}

impl Identity {
    fn sum(&self, chunk: u64, bytes: &[u8]) -> [u8; SUM_BYTES] {
        let mut hash = Xxh3::new();
        hash.update(&self.seal);
        hash.update(&self.name);
        hash.update(&chunk.to_le_bytes());
        hash.update(bytes);
        hash.digest().to_le_bytes()
    }
}

/// Writes such a file from its start.
pub(super) struct ChunkWriter {
    file: File,
    identity: Identity,
    /// The chunk that is not yet full.
    pending: Vec<u8>,
    chunk: u64,
    bytes: u64,
}

impl ChunkWriter {
    pub fn new(file: File, identity: Identity) -> Self {
        Self { file, identity, pending: Vec::with_capacity(CHUNK_BYTES + SUM_BYTES), chunk: 0, bytes: 0 }
    }

    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        if !self.pending.is_empty() {
            let room = CHUNK_BYTES - self.pending.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == CHUNK_BYTES {
                self.write_pending()?;
            }
        }
        let (chunks, rest) = bytes.as_chunks::<CHUNK_BYTES>();
        for chunk in chunks {
            self.write_chunk(chunk)?;
        }
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// Makes the bytes durable; how many there are.
    pub fn finish(mut self) -> io::Result<u64> {
        if !self.pending.is_empty() {
            self.write_pending()?;
        }
        self.file.sync_data()?;
        Ok(self.bytes)
    }

    fn write_pending(&mut self) -> io::Result<()> {
        let mut pending = mem::take(&mut self.pending);
        self.write_chunk(&pending)?;
        pending.clear();
        self.pending = pending;
        Ok(())
    }

    fn write_chunk(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(chunk)?;
        self.file.write_all(&self.identity.sum(self.chunk, chunk))?;
        self.chunk += 1;
        if self.chunk.is_multiple_of(BEGIN_CHUNKS) {
            let bytes = BEGIN_CHUNKS * (CHUNK_BYTES + SUM_BYTES) as u64;
            Dir::begin_to_sync(&self.file, (self.chunk / BEGIN_CHUNKS - 1) * bytes, bytes);
        }
        Ok(())
    }
}

/// Reads such a file, from anywhere.
pub(super) struct ChunkReader {
    file: File,
    identity: Identity,
    bytes: u64,
}

impl ChunkReader {
    pub fn new(file: File, identity: Identity, bytes: u64) -> Self {
        Self { file, identity, bytes }
    }

    /// The bytes from `offset` on, `most` of them or as many as there are; none where they are not what was written.
    pub fn read(&mut self, offset: u64, most: usize) -> io::Result<Option<Vec<u8>>> {
        let end = offset.saturating_add(most as u64).min(self.bytes);
        if offset >= end {
            return Ok(Some(Vec::new()));
        }
        let chunk_bytes = CHUNK_BYTES as u64;
        let (first, last) = (offset / chunk_bytes, (end - 1) / chunk_bytes);
        let mut read = Vec::with_capacity(usize::try_from(end - offset).unwrap_or(0));
        let mut buffer = vec![0; CHUNK_BYTES + SUM_BYTES];
        self.file.seek(SeekFrom::Start(first * (chunk_bytes + SUM_BYTES as u64)))?;
        for chunk in first..=last {
            let start = chunk * chunk_bytes;
            let length = usize::try_from(chunk_bytes.min(self.bytes - start)).unwrap_or(CHUNK_BYTES);
            let stored = &mut buffer[..length + SUM_BYTES];
            match self.file.read_exact(stored) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                done => done?,
            }
            let (bytes, sum) = stored.split_at(length);
            if self.identity.sum(chunk, bytes) != *sum {
                return Ok(None);
            }
            let within =
                |position: u64| usize::try_from(position.saturating_sub(start)).map_or(length, |at| at.min(length));
            read.extend_from_slice(&bytes[within(offset)..within(end)]);
        }
        Ok(Some(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dir::Mode;
    use crate::dir::simulated::Disk;

    const IDENTITY: Identity = Identity { seal: [1; 16], name: [2; 16] };

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|n| (n * 31 + n / 251) as u8).collect()
    }

    fn written(value: &[u8], piece: usize) -> Dir {
        let dir = Disk::new(0).root();
        let mut writer = ChunkWriter::new(dir.open_file("f", Mode::CreateNew).unwrap(), IDENTITY);
        value.chunks(piece).for_each(|piece| writer.write(piece).unwrap());
        assert_eq!(writer.finish().unwrap(), value.len() as u64);
        dir
    }

    fn reader(dir: &Dir, identity: Identity, bytes: usize) -> ChunkReader {
        ChunkReader::new(dir.open_file("f", Mode::Read).unwrap(), identity, bytes as u64)
    }

    #[test]
    fn any_slice_is_read_as_it_was_written() {
        for size in [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7] {
            let value = bytes(size);
            let mut reader = reader(&written(&value, 10_007), IDENTITY, size);
            for (offset, most) in
                [(0, size), (0, 1), (1, CHUNK_BYTES), (CHUNK_BYTES - 1, 2), (size - 1, 9), (size, 1), (size + 9, 1)]
            {
                let from = offset.min(size);
                let expected = &value[from..(from + most).min(size)];
                let read = reader.read(offset as u64, most).unwrap();
                assert_eq!(read.as_deref(), Some(expected), "{most} from {offset} of {size}");
            }
        }
    }

    #[test]
    fn what_was_not_written_so_is_not_given() {
        let value = bytes(2 * CHUNK_BYTES);
        let dir = written(&value, CHUNK_BYTES);
        let other = Identity { name: [3; 16], ..IDENTITY };
        let foreign = reader(&dir, other, value.len()).read(0, 1).unwrap();
        assert_eq!(foreign, None, "the file of another value");

        let mut file = dir.open_file("f", Mode::Write).unwrap();
        file.seek(SeekFrom::Start(CHUNK_BYTES as u64 + SUM_BYTES as u64 + 5)).unwrap();
        file.write_all(&[!value[CHUNK_BYTES + 5]]).unwrap();
        let mut reader = reader(&dir, IDENTITY, value.len());
        assert_eq!(reader.read(0, CHUNK_BYTES).unwrap().as_deref(), Some(&value[..CHUNK_BYTES]), "the first is whole");
        assert_eq!(reader.read(CHUNK_BYTES as u64 - 1, 2).unwrap(), None);

        file.set_len(CHUNK_BYTES as u64).unwrap();
        assert_eq!(reader.read(0, 1).unwrap(), None, "cut");
    }
}
