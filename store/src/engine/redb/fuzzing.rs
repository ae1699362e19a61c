//! What fuzz targets reach that nobody else does: how a value and the file of a large one stand on the disk.

#![allow(missing_docs, clippy::unwrap_used, reason = "it is for the fuzz targets alone")]

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::large_file::{ChunkReader, ChunkWriter, Identity};
use crate::dir::{Dir, Mode};
use crate::engine::Stamp;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;
use crate::value::{self, Content, HEADER_BYTES, Spot};

const SEAL: [u8; 16] = [1; 16];

/// Reads any bytes for a value: what is taken for whole is, to the byte, what would be written.
pub fn read_value(key: &str, stored: &[u8]) {
    let key = Key::trusted(key);
    let spot = Spot { seal: &SEAL, store: &StoreId::Shared, key: &key };
    let _ = value::counted_bytes(stored);
    let Ok(header) = value::header(&spot, stored) else { return };
    let Ok(content) = header.content() else { return };
    let mut again = vec![0; stored.len()];
    value::write(&spot, header.stamp, &content, &mut again);
    assert_eq!(again, stored);
}

/// Reads a value after edits: it is what was written, or refused.
pub fn read_damaged_value(key: &str, bytes: &[u8], edits: &[(u8, u8)]) {
    let key = Key::trusted(key);
    let spot = Spot { seal: &SEAL, store: &StoreId::Shared, key: &key };
    let stamp = Stamp { version: 7.into(), expiry: Expiry::at_ms(9), bytes: bytes.len() as u64 };
    let mut stored = vec![0; HEADER_BYTES + bytes.len()];
    value::write(&spot, stamp, &Content::Small(bytes), &mut stored);
    let length = stored.len();
    edits.iter().for_each(|(at, by)| stored[usize::from(*at) % length] ^= by);
    if let Ok(header) = value::header(&spot, &stored) {
        assert_eq!(header.stamp, stamp);
        assert!(header.content().is_err() || header.content() == Ok(Content::Small(bytes)));
    }
}

/// Reads a slice of a large value's file in `directory` after edits: it is what was written, or refused.
pub fn read_damaged_blob(
    directory: &Path,
    bytes: u32,
    edits: &[(u32, u8)],
    (offset, most): (u32, u32),
    cut_to: Option<u32>,
) {
    let dir = Dir::open_ambient(directory).unwrap();
    let written: Vec<u8> = (0..bytes).map(|n| (n * 31 + n / 251) as u8).collect();
    let identity = Identity { seal: SEAL, name: [2; 16] };
    let mut writer = ChunkWriter::new(dir.open_file("blob", Mode::CreateNew).unwrap(), identity);
    writer.write(&written).unwrap();
    writer.finish().unwrap();
    let mut file = dir.open_file("blob", Mode::Write).unwrap();
    let mut stored = Vec::new();
    file.read_to_end(&mut stored).unwrap();
    for (at, by) in edits.iter().filter(|_| bytes > 0) {
        let at = *at as usize % stored.len();
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        stored[at] ^= by;
        file.write_all(&stored[at..=at]).unwrap();
    }
    if let Some(cut_to) = cut_to {
        file.set_len(u64::from(cut_to)).unwrap();
    }
    let file = dir.open_file("blob", Mode::Read).unwrap();
    let read = ChunkReader::new(file, identity, u64::from(bytes)).read(u64::from(offset), most as usize).unwrap();
    if let Some(read) = read {
        let from = offset.min(bytes) as usize;
        assert!(read == written[from..(from + most as usize).min(bytes as usize)]);
    }
    dir.remove_file("blob").unwrap();
}
