use std::io::Read;

use crate::expiry::Expiry;
use crate::export_file::{Piece, PieceReader};
use crate::import_error::ImportError;
use crate::store_id::StoreId;
use crate::tally::Tally;

/// Reads an export: its stores, of each its entries, of each entry the rest of its value.
///
/// Makes sure that the pieces come in that order and that none is missing. What belongs to a store or an entry is read to
/// its end before the next one is asked for.
pub(crate) struct ExportReader<R> {
    pieces: PieceReader<R>,
    ahead: Option<(u64, Piece)>,
    owed_bytes: u64,
    tally: Tally,
}

/// A key with its value, or with the beginning of it.
pub(crate) struct ExportedEntry {
    pub key: String,
    pub expiry: Expiry,
    pub value: Vec<u8>,
    /// Whether that is all of the value.
    pub complete: bool,
}

impl<R: Read> ExportReader<R> {
    pub(crate) fn begin(input: R) -> Result<Self, ImportError> {
        Ok(Self { pieces: PieceReader::begin(input)?, ahead: None, owed_bytes: 0, tally: Tally::default() })
    }

    /// What has been read by now.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The next store; none at the end, once it is sure that it is the end.
    pub(crate) fn next_store(&mut self) -> Result<Option<StoreId>, ImportError> {
        match self.next_piece()? {
            (_, Piece::Store(store)) => {
                self.tally.stores += 1;
                Ok(Some(store))
            }
            (_, Piece::End(tally)) if tally == self.tally => {
                self.pieces.expect_end()?;
                Ok(None)
            }
            (at_byte, _) => Err(ImportError::Damaged { at_byte }),
        }
    }

    /// The next entry of the store.
    pub(crate) fn next_entry(&mut self) -> Result<Option<ExportedEntry>, ImportError> {
        match self.next_piece()? {
            (at_byte, Piece::Entry { key, expiry, size, value }) => {
                let here = value.len() as u64;
                self.owed_bytes = size.checked_sub(here).ok_or(ImportError::Damaged { at_byte })?;
                self.tally.keys += 1;
                self.tally.bytes += here;
                Ok(Some(ExportedEntry { key, expiry, value, complete: self.owed_bytes == 0 }))
            }
            (at_byte, Piece::More(_)) => Err(ImportError::Damaged { at_byte }),
            other => {
                self.ahead = Some(other);
                Ok(None)
            }
        }
    }

    /// The next bytes of the entry's value.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        if self.owed_bytes == 0 {
            return Ok(None);
        }
        match self.next_piece()? {
            (_, Piece::More(chunk)) if (1..=self.owed_bytes).contains(&(chunk.len() as u64)) => {
                self.owed_bytes -= chunk.len() as u64;
                self.tally.bytes += chunk.len() as u64;
                Ok(Some(chunk))
            }
            (at_byte, _) => Err(ImportError::Damaged { at_byte }),
        }
    }

    fn next_piece(&mut self) -> Result<(u64, Piece), ImportError> {
        self.ahead.take().map_or_else(|| self.pieces.next(), Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export_file::PieceWriter;

    fn file(tally: [u64; 3], write: impl FnOnce(&mut PieceWriter<&mut Vec<u8>>)) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = PieceWriter::begin(&mut file, &"team-7".parse().unwrap(), 1_700_000_000_000).unwrap();
        write(&mut writer);
        let [stores, keys, bytes] = tally;
        writer.end(&Tally { stores, keys, bytes }).unwrap();
        file
    }

    fn notes() -> StoreId {
        StoreId::Private("notes".parse().unwrap())
    }

    fn whole_file() -> Vec<u8> {
        file([2, 3, 10], |writer| {
            writer.store(&notes()).unwrap();
            writer.entry("", Expiry::NEVER, 0, b"").unwrap();
            writer.entry("large", Expiry::at_ms(1_800_000_000_000), 7, b"one").unwrap();
            writer.more(b"tw").unwrap();
            writer.more(b"o!").unwrap();
            writer.store(&StoreId::Shared).unwrap();
            writer.entry("key\0", Expiry::NEVER, 3, b"abc").unwrap();
        })
    }

    /// A line for each thing in a file.
    fn lines(file: &[u8]) -> Result<Vec<String>, ImportError> {
        let mut export = ExportReader::begin(file)?;
        let mut lines = Vec::new();
        while let Some(store) = export.next_store()? {
            lines.push(store.to_string());
            while let Some(ExportedEntry { key, expiry, mut value, .. }) = export.next_entry()? {
                while let Some(chunk) = export.next_chunk()? {
                    value.extend(chunk);
                }
                lines.push(format!("{key:?} {:?} {}", expiry.as_ms(), value.escape_ascii()));
            }
        }
        Ok(lines)
    }

    #[test]
    fn what_was_written_is_read() {
        let expected = ["p/notes", "\"\" None ", "\"large\" Some(1800000000000) onetwo!", "s", "\"key\\0\" None abc"];
        assert_eq!(lines(&whole_file()).unwrap(), expected);
        assert!(lines(&file([0, 0, 0], |_| {})).unwrap().is_empty());
    }

    #[test]
    fn any_changed_bit_and_any_missing_byte_is_noticed() {
        let whole = whole_file();
        for bit in 0..whole.len() * 8 {
            let mut mutant = whole.clone();
            mutant[bit / 8] ^= 1 << (bit % 8);
            assert!(lines(&mutant).is_err(), "bit {bit}");
        }
        for bytes in 0..whole.len() {
            assert!(lines(&whole[..bytes]).is_err(), "cut to {bytes} bytes");
        }
        assert!(matches!(lines(&[&*whole, b"\0"].concat()), Err(ImportError::Damaged { .. })));
        assert!(matches!(lines(&[&*whole, &*whole].concat()), Err(ImportError::Damaged { .. })));
    }

    #[test]
    fn a_file_of_another_kind_is_told_from_a_damaged_one() {
        assert!(matches!(lines(b""), Err(ImportError::NotAnExport)));
        assert!(matches!(lines(b"SQLite format 3\0 and so on"), Err(ImportError::NotAnExport)));
        assert!(matches!(lines(b"larder export 2\nsomething new"), Err(ImportError::UnknownFormat)));
        assert!(matches!(lines(b"larder export 1\n"), Err(ImportError::CutOff { at_byte: 16 })));
    }

    #[test]
    fn pieces_that_are_missing_or_in_the_wrong_place_are_noticed() {
        type Write = fn(&mut PieceWriter<&mut Vec<u8>>);
        let cases: [(&str, [u64; 3], Write); 7] = [
            ("an entry in no store", [0, 1, 0], |writer| writer.entry("k", Expiry::NEVER, 0, b"").unwrap()),
            ("bytes of no value", [1, 0, 1], |writer| {
                writer.store(&notes()).unwrap();
                writer.more(b"1").unwrap();
            }),
            ("less than the value", [1, 1, 1], |writer| {
                writer.store(&notes()).unwrap();
                writer.entry("k", Expiry::NEVER, 2, b"1").unwrap();
            }),
            ("more than the value", [1, 1, 3], |writer| {
                writer.store(&notes()).unwrap();
                writer.entry("k", Expiry::NEVER, 2, b"1").unwrap();
                writer.more(b"23").unwrap();
            }),
            ("more than the value at once", [1, 1, 3], |writer| {
                writer.store(&notes()).unwrap();
                writer.entry("k", Expiry::NEVER, 2, b"123").unwrap();
            }),
            ("nothing, as bytes of a value", [1, 1, 2], |writer| {
                writer.store(&notes()).unwrap();
                writer.entry("k", Expiry::NEVER, 2, b"1").unwrap();
                writer.more(b"").unwrap();
                writer.more(b"2").unwrap();
            }),
            ("a wrong count", [1, 2, 1], |writer| {
                writer.store(&notes()).unwrap();
                writer.entry("k", Expiry::NEVER, 1, b"1").unwrap();
            }),
        ];
        for (case, tally, write) in cases {
            let read = lines(&file(tally, write));
            assert!(matches!(read, Err(ImportError::Damaged { .. })), "{case}: {read:?}");
        }
    }
}
