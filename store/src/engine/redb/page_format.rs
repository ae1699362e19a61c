//! As much of redb's file format (version 3) as is needed to follow the checksums of its pages.
//!
//! Numbers are little-endian. A table is a tree of pages; so is the list of tables, in which each is described.
//!
//! | | |
//! |---|---|
//! | header | magic (9), flags (1), (2), page size (4), pages of a region's header (4), other pages of a region (4), …; at 64 and 192 a slot each |
//! | slot (128) | version (1), whether there are tables (1), and tables of redb's own (1), (5), reference to each, (48), sum of the rest (16) |
//! | reference (32) | number of the root (8), its sum (16), (8) |
//! | leaf | 1 (1), (1), number of pairs (2); ends of the keys, ends of the values (4 each, not where their size is fixed); keys; values |
//! | branch | 2 (1), (1), number of keys (2), (4); sums of the children (16 each), their numbers (8 each); ends of the keys (as above), keys |
//! | description | kind (1), (8), whether it has a root (1), reference, size of a key if fixed (1 + 4), of a value (1 + 4), … |

use xxhash_rust::xxh3::xxh3_128;

use super::page_sums::Link;

pub(super) const PAGE_BYTES: u64 = 4096;

const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";
pub(super) const FLAGS: usize = MAGIC.len();
pub(super) const SECOND_IS_PRIMARY: u8 = 1;
/// Set while a process has the database open for writing.
pub(super) const RECOVERY_REQUIRED: u8 = 2;
const REGION: usize = 16;
const SLOTS: [usize; 2] = [64, 192];
const SLOT_BYTES: usize = 128;
pub(super) const HEADER_BYTES: usize = SLOTS[1] + SLOT_BYTES;
const SLOT_SUM: usize = SLOT_BYTES - 16;
const VERSION: u8 = 3;
const LEAF: u8 = 1;
const BRANCH: u8 = 2;
const TABLE: u8 = 3;
/// A number of a page that none can have.
const NOWHERE: u64 = u64::MAX;

/// How to read the pages of a tree.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    /// The size of a key and of a value, where it is fixed.
    key_bytes: Option<u16>,
    value_bytes: Option<u16>,
    holds: Holds,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Tables,
    Rows,
}

const TABLES: Tree = Tree { key_bytes: None, value_bytes: None, holds: Holds::Tables };

/// What the header says.
pub(super) struct Header {
    pub region_bytes: u64,
    pub region_header_bytes: u64,
    pub roots: Vec<Link>,
    /// Those of the commit before, or of one that was interrupted.
    pub other_roots: Vec<Link>,
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(&MAGIC) {
            return None;
        }
        let flags = *bytes.get(FLAGS)?;
        let [header_pages, pages] = [REGION, REGION + 4].map(|at| array(bytes, at).map(u32::from_le_bytes));
        let (header_pages, pages) = (u64::from(header_pages?), u64::from(pages?));
        let [first, second] = SLOTS.map(|at| roots(bytes.get(at..at + SLOT_BYTES)?));
        let (primary, other) = if flags & SECOND_IS_PRIMARY == 0 { (first, second) } else { (second, first) };
        Some(Self {
            region_bytes: (header_pages + pages) * PAGE_BYTES,
            region_header_bytes: header_pages * PAGE_BYTES,
            roots: primary.unwrap_or_default(),
            other_roots: other.unwrap_or_default(),
        })
    }
}

/// The roots that a slot refers to, if it is whole.
fn roots(slot: &[u8]) -> Option<Vec<Link>> {
    if slot[0] != VERSION || xxh3_128(&slot[..SLOT_SUM]).to_le_bytes() != slot[SLOT_SUM..] {
        return None;
    }
    let root = |there: usize, at: usize| (slot[there] != 0).then(|| link(slot, at, TABLES)).flatten();
    Some([root(1, 8), root(2, 40)].into_iter().flatten().collect())
}

/// The part of a page that its sum is of; none where the page is none of the tree's.
pub(super) fn summed(page: &[u8], tree: Tree) -> Option<&[u8]> {
    let count = count(page)?;
    // Where the last of some items ends, of which the ends are listed from `list` on if their size is not fixed.
    let end = |bytes: Option<u16>, begin: usize, list: usize| match bytes {
        Some(bytes) => Some(begin + count * usize::from(bytes)),
        None => array(page, list + 4 * count.checked_sub(1)?).map(|end| u32::from_le_bytes(end) as usize),
    };
    let list_bytes = |bytes: Option<u16>| if bytes.is_some() { 0 } else { 4 * count };
    let end = match *page.first()? {
        LEAF => {
            let values = 4 + list_bytes(tree.key_bytes);
            let keys_end = end(tree.key_bytes, values + list_bytes(tree.value_bytes), 4)?;
            end(tree.value_bytes, keys_end, values)?
        }
        BRANCH => {
            let keys = 8 + (count + 1) * (16 + 8);
            end(tree.key_bytes, keys, keys)?
        }
        _ => return None,
    };
    page.get(..end)
}

/// The pages that a page of a tree leads to.
pub(super) fn below(page: &[u8], tree: Tree) -> Vec<Link> {
    let Some(count) = count(page) else { return Vec::new() };
    match page[0] {
        BRANCH => {
            let child = |n| {
                let sum = u128::from_le_bytes(array(page, 8 + 16 * n)?);
                let number = u64::from_le_bytes(array(page, 8 + 16 * (count + 1) + 8 * n)?);
                Some(Link { page: number, sum, tree })
            };
            (0..=count).filter_map(child).collect()
        }
        LEAF if tree.holds == Holds::Tables => (0..count).filter_map(|n| table(page, count, n)).collect(),
        _ => Vec::new(),
    }
}

/// The first key of a page, if it is one of a tree whose keys and values are of any size, and leads no further.
pub(super) fn first_key(page: &[u8]) -> Option<&[u8]> {
    let count = count(page).filter(|count| *count > 0 && page[0] == LEAF)?;
    // Ends of the keys and of the values, then the keys.
    let start = 4 + 8 * count;
    let end = u32::from_le_bytes(array(page, 4)?) as usize;
    page.get(start..end)
}

/// Makes a branch of a page, of which each child has a number that no page can have.
///
/// Whoever follows it gets an error from redb. Whoever puts its children and keys into another one panics at the first key,
/// which ends before it begins; searching begins with the second one. Where keys have a fixed width, as in a few tables of redb's
/// own, that other one must not be written.
pub(super) fn lead_nowhere(page: &mut [u8]) {
    const START: [u8; 8] = [BRANCH, 0, 2, 0, 0, 0, 0, 0];
    const CHILDREN: usize = START.len() + 3 * 16;
    const ENDS: usize = CHILDREN + 3 * 8;
    page.fill(0);
    page[..START.len()].copy_from_slice(&START);
    page[CHILDREN..ENDS].copy_from_slice([NOWHERE.to_le_bytes(); 3].as_flattened());
    page[ENDS..ENDS + 8].copy_from_slice([(START.len() as u32).to_le_bytes(); 2].as_flattened());
}

/// Whether a page has children from one that was made to.
pub(super) fn leads_nowhere(page: &[u8]) -> bool {
    page.first() == Some(&BRANCH) && below(page, TABLES).iter().any(|link| link.page == NOWHERE)
}

/// The root of the `n`th table that a page describes.
fn table(page: &[u8], count: usize, n: usize) -> Option<Link> {
    let end = |n: usize| array(page, 4 + 4 * n).map(|end| u32::from_le_bytes(end) as usize);
    // The ends of the values come after those of the keys, and the first value after the last key.
    let description = page.get(end(count + n - 1)?..end(count + n)?)?;
    if *description.first()? != TABLE || *description.get(9)? == 0 {
        return None;
    }
    let size = |at: usize| {
        let bytes = u32::from_le_bytes(array(description, at + 1)?);
        let fixed = *description.get(at)? != 0;
        Some(if fixed { Some(u16::try_from(bytes).ok()?) } else { None })
    };
    link(description, 10, Tree { key_bytes: size(42)?, value_bytes: size(47)?, holds: Holds::Rows })
}

fn link(bytes: &[u8], at: usize, tree: Tree) -> Option<Link> {
    let (page, sum) = (u64::from_le_bytes(array(bytes, at)?), u128::from_le_bytes(array(bytes, at + 8)?));
    Some(Link { page, sum, tree })
}

fn count(page: &[u8]) -> Option<usize> {
    array(page, 2).map(|count| usize::from(u16::from_le_bytes(count)))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One without tables.
    fn slot(version: u8) -> [u8; SLOT_BYTES] {
        let mut slot = [0; SLOT_BYTES];
        slot[0] = version;
        let sum = xxh3_128(&slot[..SLOT_SUM]);
        slot[SLOT_SUM..].copy_from_slice(&sum.to_le_bytes());
        slot
    }

    #[test]
    fn a_slot_is_followed_where_both_its_version_and_its_sum_are_right() {
        assert!(roots(&slot(VERSION)).is_some_and(|roots| roots.is_empty()));
        assert!(roots(&slot(VERSION + 1)).is_none(), "of a version that is not known");
        let mut damaged = slot(VERSION);
        damaged[SLOT_SUM - 1] ^= 1;
        assert!(roots(&damaged).is_none(), "not what its sum is of");
    }
}
