//! What a power cut leaves of what was not synced.

use std::collections::HashSet;

use super::content::{Content, SECTOR_BYTES};
use super::node::{DirNode, FileChange, FileNode, Names};
use crate::random::Random;

/// What reaches the disk before the power goes, of changes that are numbered in the order in which they were made.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// Those before this one, and of this one some sectors.
    Until(u64),
    /// All but this one: what it writes to stays as it was.
    Without(u64),
    /// Any, in any order: each is the last that its sector saw with so many chances in a hundred.
    Any(usize),
}

impl Reach {
    pub fn any(random: &mut Random, unsynced: &[u64]) -> Self {
        let Some(&some) = unsynced.get(random.index(unsynced.len())) else { return Self::Any(0) };
        match random.index(5) {
            0 => Self::Until(some),
            1 => Self::Without(some),
            2 => Self::Any(*random.pick(&[0, 100])),
            _ => Self::Any(*random.pick(&[2, 10, 50, 80])),
        }
    }

    fn reaches(self, number: u64, random: &mut Random) -> bool {
        match self {
            Self::Until(until) => number < until || (number == until && random.percent(50)),
            Self::Without(one) => number != one,
            Self::Any(stops) => !random.percent(stops),
        }
    }
}

/// What is compared with a sector's number, and stands for the length of a file.
const LENGTH: u64 = u64::MAX;

pub fn of_file(file: &FileNode, reach: Reach, random: &mut Random) -> Content {
    let mut left = file.durable.clone();
    // A sector has what it had after one of the changes to it, not a mix.
    let mut stopped = HashSet::new();
    let mut bytes = left.bytes();
    for (number, change) in &file.pending {
        let mut reaches = |what: u64| {
            if !stopped.contains(&what) && !reach.reaches(*number, random) {
                stopped.insert(what);
            }
            !stopped.contains(&what)
        };
        match change {
            FileChange::SetLen(to) => {
                if reaches(LENGTH) {
                    bytes = *to;
                    // Whatever is written later, what was cut off is gone.
                    left.set_len(left.bytes().min(*to));
                }
            }
            FileChange::Write { offset, bytes: written } => {
                let end = offset + written.len() as u64;
                if end > bytes && reaches(LENGTH) {
                    bytes = end;
                }
                let mut from = *offset;
                while from < end {
                    let sector = from / SECTOR_BYTES;
                    let to = end.min((sector + 1) * SECTOR_BYTES);
                    if reaches(sector) {
                        left.write(from, &written[(from - offset) as usize..(to - offset) as usize]);
                    }
                    from = to;
                }
            }
        }
    }
    left.set_len(bytes);
    left
}

pub fn of_dir(dir: &DirNode, reach: Reach, random: &mut Random) -> Names {
    let mut left = dir.durable.clone();
    for (number, change) in &dir.pending {
        if reach.reaches(*number, random) {
            change.apply(&mut left);
        }
    }
    left
}
