//! Checks each page of a database when it is read.
//!
//! redb keeps the checksum of every page beside the number of the page, in the page above it and at last in the file's header,
//! but compares them only where it repairs. A page that is whole and stands where it does not belong, or that is older than
//! it should be, would pass: its keys would be missing, or have the values of then. So what redb reads is followed here from
//! the header on: each page is compared with what the one above it says, and says itself what is right below it. What this
//! process has written is compared with that.
//!
//! A page that is not what it should be, or that the disk does not read, is given to redb as one that leads nowhere, so that
//! whoever needs it gets an error, and nobody else does.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use xxhash_rust::xxh3::xxh3_128;

use super::page_format::{Header, PAGE_BYTES, Tree, below, lead_nowhere, summed};

/// What the pages of a database are to be, as far as is known.
#[derive(Default)]
pub(super) struct PageSums(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// How many bytes a region takes, and its header.
    region_bytes: u64,
    region_header_bytes: u64,
    /// By the place of the page in the file.
    pages: HashMap<u64, Right>,
    /// Whether one was not what it was to be. It stays so, as redb may still have what it was given for that page.
    found_damage: bool,
    /// Pages that were taken for right as nothing is known of them.
    #[cfg(test)]
    unknown: Vec<u64>,
    /// Whether whatever is read is taken for right.
    #[cfg(test)]
    blind: bool,
}

/// What a page is to be: the sum, of which half suffices, and of what.
#[derive(Clone, Copy)]
enum Right {
    /// The part of it that the page above has the sum of.
    InTree(u64, Tree),
    /// All of it, as it was written here.
    Written(u64),
}

/// A page, as another one refers to it.
pub(super) struct Link {
    pub page: u64,
    pub sum: u128,
    pub tree: Tree,
}

impl PageSums {
    /// Whether a page was refused.
    pub fn found_damage(&self) -> bool {
        self.known().found_damage
    }

    /// Whether what was read is what it should be, as far as is known; and learns from it what others are to be.
    pub fn is_right(&self, offset: u64, bytes: &[u8]) -> bool {
        if offset < PAGE_BYTES {
            self.known().learn_header(bytes);
            return true;
        }
        #[cfg(test)]
        if self.known().blind {
            return true;
        }
        // Bound here, so that nothing is locked while the sum is made.
        let right = self.known().pages.get(&offset).copied();
        let is_right = match right {
            None => {
                #[cfg(test)]
                self.known().unknown.push(offset);
                true
            }
            Some(Right::Written(sum)) => half(xxh3_128(bytes)) == sum,
            Some(Right::InTree(sum, tree)) => summed(bytes, tree).is_some_and(|part| half(xxh3_128(part)) == sum),
        };
        let mut known = self.known();
        if let (true, Some(Right::InTree(_, tree))) = (is_right, right) {
            for link in below(bytes, tree) {
                known.learn(&link);
            }
        }
        is_right
    }

    /// Has redb refuse a page that is damaged, or that the disk did not read.
    pub fn refuse(&self, page: &mut [u8]) {
        self.known().found_damage = true;
        lead_nowhere(page);
    }

    /// Remembers what was written.
    pub fn wrote(&self, offset: u64, bytes: &[u8]) {
        if offset >= PAGE_BYTES {
            let sum = half(xxh3_128(bytes));
            self.known().pages.insert(offset, Right::Written(sum));
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("nothing panics while this is locked")
    }
}

impl Known {
    fn learn_header(&mut self, bytes: &[u8]) {
        // redb looks at the first bytes alone to tell whether it is a database.
        let Some(header) = Header::parse(bytes) else { return };
        self.region_bytes = header.region_bytes;
        self.region_header_bytes = header.region_header_bytes;
        for link in header.other_roots {
            // Where it was overwritten since, what is there is known from elsewhere.
            if let Some(offset) = self.offset(link.page)
                && !self.pages.contains_key(&offset)
            {
                self.learn(&link);
            }
        }
        for link in &header.roots {
            self.learn(link);
        }
    }

    fn learn(&mut self, link: &Link) {
        // What was written here is so, whatever a page says that was read before that and is looked at only now.
        if let Some(offset) = self.offset(link.page)
            && !matches!(self.pages.get(&offset), Some(Right::Written(_)))
        {
            self.pages.insert(offset, Right::InTree(half(link.sum), link.tree));
        }
    }

    /// Where a page begins, by its number: an index of 20 bits that is the shorter the larger the page, the region, and how
    /// often the size of the page was doubled.
    fn offset(&self, page: u64) -> Option<u64> {
        let order = page >> 59;
        let index = page & (0x000f_ffff >> order);
        let region = (page >> 20) & 0x000f_ffff;
        let in_region =
            self.region_header_bytes.checked_add(index.checked_mul(PAGE_BYTES.checked_shl(order as u32)?)?)?;
        PAGE_BYTES.checked_add(region.checked_mul(self.region_bytes)?)?.checked_add(in_region)
    }
}

fn half(sum: u128) -> u64 {
    sum as u64
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    use redb::{Builder, Database, ReadableDatabase, ReadableTable, TableDefinition};

    use super::*;
    use crate::dir::simulated::Disk;
    use crate::dir::{Dir, Mode};
    use crate::engine::redb::backend::Backend;

    const ROWS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("rows");
    const NUMBERS: TableDefinition<u64, u32> = TableDefinition::new("numbers");

    fn open(dir: &Dir, mode: Mode) -> (Database, Arc<PageSums>) {
        let backend = Backend::new(dir.open_file("data", mode).unwrap()).unwrap();
        let sums = backend.state.sums.clone();
        (builder().create_with_backend(backend).unwrap(), sums)
    }

    fn builder() -> Builder {
        let mut builder = Builder::new();
        builder.set_cache_size(16 * 1024);
        builder
    }

    fn write(database: &Database, round: u64) {
        let transaction = database.begin_write().unwrap();
        {
            let mut rows = transaction.open_table(ROWS).unwrap();
            let mut numbers = transaction.open_table(NUMBERS).unwrap();
            for number in (0..3000).filter(|number| number % 7 != round % 7) {
                let key = format!("key {number} {}", round % 3);
                let value = vec![round as u8; if number % 500 == 0 { 20_000 } else { 30 }];
                rows.insert(key.as_bytes(), value.as_slice()).unwrap();
                numbers.insert(number * round, round as u32).unwrap();
            }
            for number in 0..500 {
                rows.remove(format!("key {number} {}", (round + 1) % 3).as_bytes()).unwrap();
            }
        }
        transaction.commit().unwrap();
    }

    fn sum(database: &impl ReadableDatabase) -> Result<u64, redb::Error> {
        let transaction = database.begin_read()?;
        let mut total = 0;
        for row in transaction.open_table(ROWS)?.iter()? {
            let (key, value) = row?;
            total += (key.value().len() + value.value().len()) as u64;
        }
        for row in transaction.open_table(NUMBERS)?.iter()? {
            let (key, value) = row?;
            total += key.value() + u64::from(value.value());
        }
        Ok(total)
    }

    /// If redb's format changes in a way that is not seen here, nothing would be checked any more.
    #[test]
    fn every_page_that_is_read_is_known() {
        let dir = Disk::new(1).root();
        let mut expected = 0;
        for round in 0..8 {
            let (mut database, sums) = open(&dir, if round == 0 { Mode::CreateNew } else { Mode::Write });
            if round > 0 {
                assert_eq!(sum(&database).unwrap(), expected);
            }
            write(&database, round);
            write(&database, round + 20);
            if round == 5 {
                database.compact().unwrap();
            }
            expected = sum(&database).unwrap();
            drop(database);
            let known = sums.known();
            assert_eq!(known.unknown, [0; 0], "round {round}");
            assert!(!known.found_damage && known.pages.len() > 50, "round {round}");
        }
    }

    /// How many of many databases, in each of which a page stands in another one's place, give other rows than were written
    /// without an error.
    fn silently_wrong(blind: bool) -> usize {
        let dir = Disk::new(2).root();
        let (database, _) = open(&dir, Mode::CreateNew);
        write(&database, 1);
        let expected = sum(&database).unwrap();
        drop(database);
        let mut whole = Vec::new();
        dir.open_file("data", Mode::Read).unwrap().read_to_end(&mut whole).unwrap();
        let pages = whole.len() / PAGE_BYTES as usize;
        let wrong = |page: &usize| {
            let mut file = dir.open_file("data", Mode::Write).unwrap();
            file.write_all(&whole).unwrap();
            file.seek(SeekFrom::Start(*page as u64 * PAGE_BYTES)).unwrap();
            let other = (1 + page * 7 % (pages - 1)) * PAGE_BYTES as usize;
            file.write_all(&whole[other..other + PAGE_BYTES as usize]).unwrap();
            let backend = Backend::new(dir.open_file("data", Mode::Read).unwrap()).unwrap();
            backend.state.sums.known().blind = blind;
            let told = catch_unwind(AssertUnwindSafe(|| sum(&builder().open_read_only_with_backend(backend)?)));
            told.is_ok_and(|told| told.is_ok_and(|told| told != expected))
        };
        (1..pages).filter(wrong).count()
    }

    #[test]
    fn a_page_in_another_ones_place_is_refused() {
        assert_eq!(silently_wrong(false), 0);
        assert!(silently_wrong(true) > 5, "without the sums it passes");
    }
}
