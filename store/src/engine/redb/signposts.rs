//! Keys that a database's pages begin with, to be tried where its trees do not lead on.
//!
//! They are read from the file as it is, also from pages that are damaged or no longer used, and so are worth a try and
//! nothing more.

use std::cell::OnceCell;
use std::io::{Read, Seek, SeekFrom};

use super::layout::{DATABASE, open_file};
use super::page_format::{PAGE_BYTES, first_key};
use crate::dir::{Dir, Mode};

/// The largest key that a page may seem to have.
const KEY_BYTES: usize = 2048;

pub(super) struct Signposts<'a> {
    dir: &'a Dir,
    // Most databases need none.
    keys: OnceCell<Vec<Vec<u8>>>,
}

impl<'a> Signposts<'a> {
    /// Those of the database of the workspace in `dir`.
    pub fn of(dir: &'a Dir) -> Self {
        Self { dir, keys: OnceCell::new() }
    }

    /// The one in the middle of those above one key and below another.
    pub fn between(&self, low: Option<&[u8]>, high: Option<&[u8]>) -> Option<&[u8]> {
        let keys = self.keys.get_or_init(|| read(self.dir));
        let from = low.map_or(0, |low| keys.partition_point(|key| key.as_slice() <= low));
        let to = high.map_or(keys.len(), |high| keys.partition_point(|key| key.as_slice() < high));
        keys.get(from..to).and_then(|between| between.get(between.len() / 2)).map(Vec::as_slice)
    }
}

fn read(dir: &Dir) -> Vec<Vec<u8>> {
    let Ok(Some(mut file)) = open_file(dir, DATABASE, Mode::Read) else { return Vec::new() };
    let (mut keys, mut page) = (Vec::new(), vec![0; PAGE_BYTES as usize]);
    let bytes = Dir::status_of(&file).map_or(0, |status| status.bytes);
    for at in (0..bytes).step_by(page.len()) {
        // What cannot be read has none.
        if file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut page)).is_ok() {
            keys.extend(first_key(&page).filter(|key| key.len() <= KEY_BYTES).map(<[u8]>::to_vec));
        }
    }
    keys.sort();
    keys.dedup();
    keys
}
