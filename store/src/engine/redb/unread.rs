//! The pages that the disk does not read.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use redb::StorageBackend;

/// How long it takes at least until the disk is asked again for one, and how many times as long as it took to answer.
const PATIENCE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(1) };
const PATIENCE_TIMES: u32 = if cfg!(test) { 0 } else { 20 };

pub(super) struct Unread {
    file: Arc<dyn StorageBackend>,
    known: Mutex<Known>,
    patience: Duration,
}

#[derive(Default)]
struct Known {
    /// Whether one is taken for damaged rather than told as a failure of the disk.
    accepted: bool,
    /// How large each is, and what the disk said, by its place in the file.
    pages: BTreeMap<u64, (usize, io::Error)>,
    /// Which was asked for last, and when the next one is at the earliest.
    asked: Option<(u64, Instant)>,
}

impl Unread {
    pub fn new(file: Arc<dyn StorageBackend>) -> Self {
        Self { file, known: Mutex::default(), patience: PATIENCE }
    }

    /// From now on one is taken for damaged. Not before a database is open: a repair takes what is damaged for what was never
    /// written whole, and goes back to the commit before.
    pub fn accept(&self) {
        self.known().accepted = true;
    }

    /// Takes note of one, or gives the error back.
    pub fn add(&self, offset: u64, bytes: usize, error: io::Error) -> io::Result<()> {
        let mut known = self.known();
        if !known.accepted {
            return Err(error);
        }
        known.pages.insert(offset, (bytes, error));
        Ok(())
    }

    pub fn has(&self, offset: u64) -> bool {
        self.known().pages.contains_key(&offset)
    }

    /// A page was written, so the disk has found another place for it.
    pub fn wrote(&self, offset: u64) {
        self.known().pages.remove(&offset);
    }

    /// What the disk said of one, if there is one.
    pub fn told(&self) -> Option<String> {
        self.known().pages.values().next().map(|(_, error)| error.to_string())
    }

    /// Whether the disk reads one of them again; it is asked for one after the other, and not all the time.
    pub fn is_read_again(&self) -> bool {
        let mut known = self.known();
        let last = match known.asked {
            Some((_, next)) if Instant::now() < next => return false,
            Some((last, _)) => Bound::Excluded(last),
            None => Bound::Unbounded,
        };
        let mut after = known.pages.range((last, Bound::Unbounded)).chain(&known.pages);
        let Some((&offset, &(bytes, _))) = after.next() else { return false };
        let since = Instant::now();
        known.asked = Some((offset, since + self.patience));
        drop(known);
        let read = self.file.read(offset, &mut vec![0; bytes]);
        let patience = self.patience.max(since.elapsed() * PATIENCE_TIMES);
        self.known().asked = Some((offset, Instant::now() + patience));
        read.is_ok()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while this is locked")
    }
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;
    use crate::dir::simulated::{Disk, FOR_EVER, Operation, Plan};
    use crate::dir::{File, Mode};
    use crate::engine::redb::backend::Backend;
    use crate::engine::redb::page_format::leads_nowhere;

    /// Two pages that the disk does not read.
    fn unread(disk: &Disk, patience: Duration) -> Unread {
        let File::Simulated(file) = disk.root().open_file("data", Mode::CreateNew).unwrap() else { unreachable!() };
        file.write_at(0, &[1; 3 * 4096]).unwrap();
        let unread = Unread { patience, ..Unread::new(Arc::new(file)) };
        unread.accept();
        for offset in [0, 8192] {
            unread.add(offset, 4096, Errno::IO.into()).unwrap();
        }
        unread
    }

    /// What is answered to so many questions, and how often the disk was asked for it, which reads so many times in vain.
    fn asked(patience: Duration, questions: usize, in_vain: usize) -> (Vec<bool>, usize) {
        let disk = Disk::new(1);
        let unread = unread(&disk, patience);
        let plan = Plan::failing(&[Operation::Read], in_vain);
        disk.failing(plan, || (0..questions).map(|_| unread.is_read_again()).collect())
    }

    #[test]
    fn the_disk_is_asked_again_and_not_all_the_time() {
        let (answers, reads) = asked(Duration::from_secs(3600), 100, FOR_EVER);
        assert_eq!((answers, reads), (vec![false; 100], 1));
        let eventually = |_| asked(Duration::ZERO, 10_000, 2).0.contains(&true);
        assert!((0..3).all(eventually));
    }

    #[test]
    fn whoever_needs_one_does_not_wait_for_the_disk() {
        let disk = Disk::new(1);
        let file = disk.root().open_file("data", Mode::CreateNew).unwrap();
        let backend = Backend::new(file).unwrap();
        backend.write(0, &[0; 3 * 4096]).unwrap();
        backend.state.unread.accept();
        let (_, reads) = disk.failing(Plan::failing(&[Operation::Read], FOR_EVER), || {
            for _ in 0..10 {
                let mut page = [0; 4096];
                backend.read(4096, &mut page).unwrap();
                assert!(leads_nowhere(&page));
                assert!(backend.write(8192, &page).is_err(), "nothing hangs on it");
            }
        });
        assert_eq!(reads, 2);
    }

    #[test]
    fn all_are_asked_for_in_turn() {
        let disk = Disk::new(1);
        let unread = unread(&disk, Duration::ZERO);
        let asked = |last| {
            unread.known().asked = last;
            unread.is_read_again();
            unread.known().asked.unwrap().0
        };
        let then = Some(Instant::now());
        assert_eq!(asked(None), 0);
        assert_eq!(asked(then.map(|then| (0, then))), 8192);
        assert_eq!(asked(then.map(|then| (8192, then))), 0);
        unread.wrote(0);
        assert_eq!(asked(then.map(|then| (8192, then))), 8192);
        unread.wrote(8192);
        unread.known().asked = None;
        assert!(!unread.is_read_again() && unread.told().is_none());
    }
}
