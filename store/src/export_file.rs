//! The file that an export is: pieces, each with a checksum over all that stands before it.
//!
//! `docs/export-format.md` has it byte for byte.

use std::io::{self, ErrorKind, Read, Write};

use xxhash_rust::xxh3::Xxh3;

use crate::expiry::Expiry;
use crate::import_error::ImportError;
use crate::plugin_id::PluginId;
use crate::store_id::StoreId;
use crate::tally::Tally;
use crate::workspace_id::WorkspaceId;

const MAGIC: &[u8; 16] = b"larder export 1\n";
const MAGIC_OF_ANY_VERSION: &[u8] = b"larder export ";

/// Bytes of a value in one piece, at most, when it is written.
pub(crate) const CHUNK_BYTES: u32 = 1024 * 1024;

/// Bytes of a key, at most.
pub(crate) const KEY_BYTES: u32 = PIECE_BYTES - CHUNK_BYTES - ENTRY_FIELDS_BYTES;

/// Bytes in the body of a piece, at most: what a reader takes into memory before it knows that they are right.
const PIECE_BYTES: u32 = 16 * 1024 * 1024;

const HEAD_BYTES: usize = 1 + 4;
const ENTRY_FIELDS_BYTES: u32 = 8 + 8 + 4;

const HEADER: u8 = 1;
const STORE: u8 = 2;
const ENTRY: u8 = 3;
const MORE: u8 = 4;
const END: u8 = 5;

const PRIVATE: u8 = 0;
const SHARED: u8 = 1;

/// Writes pieces.
pub(crate) struct PieceWriter<W> {
    output: W,
    sum: Xxh3,
    piece: Vec<u8>,
}

impl<W: Write> PieceWriter<W> {
    /// Begins a file.
    pub(crate) fn begin(mut output: W, workspace: &WorkspaceId, at_ms: u64) -> io::Result<Self> {
        output.write_all(MAGIC)?;
        let mut sum = Xxh3::new();
        sum.update(MAGIC);
        let mut writer = Self { output, sum, piece: Vec::new() };
        writer.write(HEADER, &[&at_ms.to_le_bytes(), workspace.as_str().as_bytes()])?;
        Ok(writer)
    }

    /// Begins a store, which all entries up to the next one are in.
    pub(crate) fn store(&mut self, store: &StoreId) -> io::Result<()> {
        match store {
            StoreId::Private(plugin) => self.write(STORE, &[&[PRIVATE], plugin.as_str().as_bytes()]),
            StoreId::Shared => self.write(STORE, &[&[SHARED]]),
        }
    }

    /// Writes a key, what is known of its value, and the value's first bytes.
    pub(crate) fn entry(&mut self, key: &str, expiry: Expiry, size: u64, value: &[u8]) -> io::Result<()> {
        let (expiry, size) = (expiry.to_stored().to_le_bytes(), size.to_le_bytes());
        let key_bytes = (key.len() as u32).to_le_bytes();
        self.write(ENTRY, &[&expiry, &size, &key_bytes, key.as_bytes(), value])
    }

    /// Writes the next bytes of the value that was begun.
    pub(crate) fn more(&mut self, value: &[u8]) -> io::Result<()> {
        self.write(MORE, &[value])
    }

    /// Ends the file.
    pub(crate) fn end(mut self, tally: &Tally) -> io::Result<()> {
        let Tally { stores, keys, bytes } = tally;
        self.write(END, &[&stores.to_le_bytes(), &keys.to_le_bytes(), &bytes.to_le_bytes()])?;
        self.output.flush()
    }

    fn write(&mut self, kind: u8, body: &[&[u8]]) -> io::Result<()> {
        let body_bytes = body.iter().map(|part| part.len()).sum::<usize>();
        debug_assert!(body_bytes <= PIECE_BYTES as usize);
        self.piece.clear();
        self.piece.push(kind);
        self.piece.extend((body_bytes as u32).to_le_bytes());
        body.iter().for_each(|part| self.piece.extend_from_slice(part));
        self.sum.update(&self.piece);
        let checksum = self.sum.digest().to_le_bytes();
        self.sum.update(&checksum);
        self.piece.extend(checksum);
        self.output.write_all(&self.piece)
    }
}

/// A piece of an export.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A store begins.
    Store(StoreId),
    /// A key, with its value or the beginning of it.
    Entry { key: String, expiry: Expiry, size: u64, value: Vec<u8> },
    /// The next bytes of a value.
    More(Vec<u8>),
    /// The end.
    End(Tally),
}

/// Reads pieces, each only once its checksum is right; in which order they come is not its concern.
pub(crate) struct PieceReader<R> {
    input: R,
    sum: Xxh3,
    at_byte: u64,
}

impl<R: Read> PieceReader<R> {
    /// Reads the beginning of a file.
    pub(crate) fn begin(input: R) -> Result<Self, ImportError> {
        let mut reader = Self { input, sum: Xxh3::new(), at_byte: 0 };
        let magic = match reader.take::<{ MAGIC.len() }>() {
            Err(ImportError::CutOff { .. }) => return Err(ImportError::NotAnExport),
            magic => magic?,
        };
        if magic != *MAGIC {
            let other_version = magic.starts_with(MAGIC_OF_ANY_VERSION);
            return Err(if other_version { ImportError::UnknownFormat } else { ImportError::NotAnExport });
        }
        let (at_byte, kind, body) = reader.whole_piece()?;
        // The time that the export was made at, and the name of its workspace: for people to read.
        match kind == HEADER && body.len() > 8 && std::str::from_utf8(&body[8..]).is_ok() {
            true => Ok(reader),
            false => Err(ImportError::Damaged { at_byte }),
        }
    }

    /// Reads the next piece, and says at which byte it begins.
    pub(crate) fn next(&mut self) -> Result<(u64, Piece), ImportError> {
        let (at_byte, kind, body) = self.whole_piece()?;
        match Piece::parse(kind, body) {
            Some(piece) => Ok((at_byte, piece)),
            None => Err(ImportError::Damaged { at_byte }),
        }
    }

    /// Expects that nothing follows.
    pub(crate) fn expect_end(&mut self) -> Result<(), ImportError> {
        let at_byte = self.at_byte;
        match self.take::<1>() {
            Err(ImportError::CutOff { .. }) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(ImportError::Damaged { at_byte }),
        }
    }

    fn whole_piece(&mut self) -> Result<(u64, u8, Vec<u8>), ImportError> {
        let at_byte = self.at_byte;
        let [kind, body_bytes @ ..] = self.take::<HEAD_BYTES>()?;
        let body_bytes = u32::from_le_bytes(body_bytes);
        if body_bytes > PIECE_BYTES {
            return Err(ImportError::Damaged { at_byte });
        }
        let body = self.take_body(body_bytes)?;
        let checksum = self.sum.digest().to_le_bytes();
        match self.take()? == checksum {
            true => Ok((at_byte, kind, body)),
            false => Err(ImportError::Damaged { at_byte }),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ImportError> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => ImportError::CutOff { at_byte: self.at_byte },
            _ => ImportError::Read(error),
        })?;
        self.taken(&bytes);
        Ok(bytes)
    }

    fn take_body(&mut self, body_bytes: u32) -> Result<Vec<u8>, ImportError> {
        let mut body = Vec::new();
        // Grows as the bytes come, so that a wrong length takes no memory that the file does not fill.
        self.input.by_ref().take(body_bytes.into()).read_to_end(&mut body).map_err(ImportError::Read)?;
        self.taken(&body);
        match body.len() == body_bytes as usize {
            true => Ok(body),
            false => Err(ImportError::CutOff { at_byte: self.at_byte }),
        }
    }

    fn taken(&mut self, bytes: &[u8]) {
        self.sum.update(bytes);
        self.at_byte += bytes.len() as u64;
    }
}

impl Piece {
    fn parse(kind: u8, mut body: Vec<u8>) -> Option<Self> {
        match kind {
            STORE => match body.split_first()? {
                (&PRIVATE, plugin) => Some(Self::Store(StoreId::Private(parse_plugin(plugin)?))),
                (&SHARED, []) => Some(Self::Store(StoreId::Shared)),
                _ => None,
            },
            ENTRY => {
                let (fields, rest) = body.split_at_checked(ENTRY_FIELDS_BYTES as usize)?;
                let [expiry, size] = numbers(&fields[..16])?;
                let key_bytes = u32::from_le_bytes(fields[16..].try_into().ok()?);
                let (key, _) = rest.split_at_checked(key_bytes as usize)?;
                let key = String::from_utf8(key.to_vec()).ok()?;
                body.drain(..fields.len() + key.len());
                Some(Self::Entry { key, expiry: Expiry::at_ms(expiry), size, value: body })
            }
            MORE => Some(Self::More(body)),
            END => {
                let [stores, keys, bytes] = numbers(&body)?;
                Some(Self::End(Tally { stores, keys, bytes }))
            }
            _ => None,
        }
    }
}

fn parse_plugin(name: &[u8]) -> Option<PluginId> {
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// The numbers that `bytes` are, if they are so many and nothing else.
fn numbers<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    let numbers: [[u8; 8]; N] = numbers.try_into().ok()?;
    rest.is_empty().then(|| numbers.map(u64::from_le_bytes))
}
