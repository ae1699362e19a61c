//! What a compaction has cut off a database's file and is still there.
//!
//! Cutting off much at once takes long, and everybody else is kept out meanwhile. So redb is told that it is done, and the room
//! is given back piece by piece while others read: as holes, and in the end the file becomes shorter. It has one of the two
//! lengths at every moment, as redb opens none of another; one that is longer than it should be is what a crash may leave.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use crate::dir::{Dir, File};

/// What is less is cut off at once.
const MUCH_BYTES: u64 = if cfg!(test) { 64 * 1024 } else { 4 * 1024 * 1024 };
/// How much is given back while a read may have to wait for it.
const PIECE_BYTES: u64 = MUCH_BYTES;
/// How many pieces are given back while a write waits.
const PIECES: u32 = 16;

/// The length of a database's file.
pub(super) struct Tail {
    file: Arc<dyn StorageBackend>,
    compacting: AtomicBool,
    left: Mutex<Option<Left>>,
}

#[derive(Clone, Copy)]
struct Left {
    /// Where the database ends.
    from: u64,
    /// From here on there are holes.
    to: u64,
}

impl Tail {
    pub fn new(file: Arc<dyn StorageBackend>) -> Self {
        Self { file, compacting: AtomicBool::new(false), left: Mutex::default() }
    }

    /// Leaves there for now what `compact` cuts off.
    pub fn leave<T>(&self, compact: impl FnOnce() -> T) -> T {
        self.compacting.store(Dir::MAKES_HOLES, Ordering::Relaxed);
        let compacted = compact();
        self.compacting.store(false, Ordering::Relaxed);
        compacted
    }

    /// The length that the file has for redb.
    pub fn len(&self) -> io::Result<u64> {
        self.left().map_or_else(|| self.file.len(), |left| Ok(left.from))
    }

    pub fn set_len(&self, bytes: u64) -> io::Result<()> {
        let mut left = self.left();
        let there = self.file.len()?;
        let end = left.map_or(there, |left| left.from);
        let added = bytes.saturating_sub(end);
        let leaves = left.is_some() || self.compacting.load(Ordering::Relaxed);
        if leaves && there.saturating_sub(bytes) >= MUCH_BYTES && added <= PIECE_BYTES {
            // What is added to a file is zero.
            self.file.write(end, &vec![0; added as usize])?;
            *left = Some(Left { from: bytes, to: left.map_or(there, |left| left.to).max(bytes) });
            return Ok(());
        }
        if bytes > end && left.is_some() {
            self.file.set_len(end)?;
        }
        self.file.set_len(bytes)?;
        *left = None;
        Ok(())
    }

    pub fn is_left(&self) -> bool {
        self.left().is_some()
    }

    /// Gives back some of what is left; `file` is the database's, opened once more.
    pub fn give_back_some(&self, file: &File) -> io::Result<()> {
        for _ in 0..PIECES {
            let mut left = self.left();
            let Some(Left { from, to }) = *left else { return Ok(()) };
            let piece = to.saturating_sub(PIECE_BYTES).max(from);
            if piece == to || Dir::make_hole(file, piece, to - piece).is_err() {
                drop(left);
                return self.cut_off();
            }
            *left = Some(Left { from, to: piece });
        }
        Ok(())
    }

    /// Cuts off what is left.
    pub fn cut_off(&self) -> io::Result<()> {
        let mut left = self.left();
        if let Some(Left { from, .. }) = *left {
            self.file.set_len(from)?;
            *left = None;
        }
        Ok(())
    }

    fn left(&self) -> MutexGuard<'_, Option<Left>> {
        self.left.lock().expect("nothing panics while this is locked")
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::dir::Mode;
    use crate::engine::redb::simulated_file::backend;

    const PAGE: u64 = 4096;
    const BYTES: u64 = 40 * PIECE_BYTES;

    /// The end of a file of sevens, with the file opened once more.
    fn with_tail(test: impl FnOnce(&Tail, &File)) {
        let temporary = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient(temporary.path()).unwrap();
        dir.open_file("file", Mode::CreateNew).unwrap().write_all(&vec![7; BYTES as usize]).unwrap();
        let file = backend(dir.open_file("file", Mode::Write).unwrap()).unwrap();
        test(&Tail::new(file), &dir.open_file("file", Mode::Write).unwrap());
    }

    fn lengths(tail: &Tail) -> (u64, u64) {
        (tail.len().unwrap(), tail.file.len().unwrap())
    }

    fn read(tail: &Tail, from: u64, to: u64) -> Vec<u8> {
        let mut bytes = vec![1; (to - from) as usize];
        tail.file.read(from, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn much_goes_some_at_a_time_and_the_file_is_short_in_the_end() {
        with_tail(|tail, file| {
            tail.leave(|| tail.set_len(PAGE)).unwrap();
            tail.give_back_some(file).unwrap();
            assert_eq!((lengths(tail), tail.is_left()), ((PAGE, BYTES), true));
            let holes = BYTES - u64::from(PIECES) * PIECE_BYTES;
            assert_eq!(read(tail, holes - PAGE, holes), [7; PAGE as usize]);
            assert_eq!(read(tail, holes, holes + PAGE), [0; PAGE as usize]);
            while tail.is_left() {
                tail.give_back_some(file).unwrap();
            }
            assert_eq!((lengths(tail), read(tail, 0, PAGE)), ((PAGE, PAGE), vec![7; PAGE as usize]));
        });
    }

    #[test]
    fn little_is_cut_off_at_once_and_so_is_all_without_a_compaction_or_when_it_is_closed() {
        with_tail(|tail, _| {
            tail.leave(|| tail.set_len(BYTES - PAGE)).unwrap();
            assert_eq!((lengths(tail), tail.is_left()), ((BYTES - PAGE, BYTES - PAGE), false));
            tail.set_len(BYTES / 2).unwrap();
            assert_eq!((lengths(tail), tail.is_left()), ((BYTES / 2, BYTES / 2), false));
            tail.leave(|| tail.set_len(PAGE)).unwrap();
            assert_eq!((lengths(tail), tail.is_left()), ((PAGE, BYTES / 2), true));
            tail.cut_off().unwrap();
            assert_eq!((lengths(tail), tail.is_left()), ((PAGE, PAGE), false));
        });
    }

    #[test]
    fn what_is_added_is_zero_whatever_was_left_there() {
        for added in [PAGE, PIECE_BYTES, PIECE_BYTES + PAGE, 2 * BYTES] {
            for given_back in [false, true] {
                with_tail(|tail, file| {
                    tail.leave(|| tail.set_len(PAGE)).unwrap();
                    if given_back {
                        tail.give_back_some(file).unwrap();
                    }
                    tail.set_len(PAGE + added).unwrap();
                    assert_eq!(tail.len().unwrap(), PAGE + added);
                    assert_eq!(read(tail, 0, PAGE), [7; PAGE as usize]);
                    assert!(read(tail, PAGE, PAGE + added).iter().all(|byte| *byte == 0), "{added}");
                    tail.file.write(PAGE, &[5]).unwrap();
                    while tail.is_left() {
                        tail.give_back_some(file).unwrap();
                    }
                    assert_eq!((lengths(tail), read(tail, PAGE, PAGE + 1)), ((PAGE + added, PAGE + added), vec![5]));
                });
            }
        }
    }
}
