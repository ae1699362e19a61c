//! What a bad disk or a clumsy hand does to a larder's files.

#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Random, blobs, database, directory, files_in};

pub const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// Where the bytes of a damaged file may come from.
pub struct Sources {
    /// The directory of another workspace that has the same keys, with other values.
    pub other: PathBuf,
    /// The database as it was earlier.
    pub earlier: Vec<u8>,
}

/// Which file was damaged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Victim {
    Database,
    LargeValue,
    Format,
    Note,
}

/// Damages one file of a workspace, as `random` says; which one, and what was done to it.
pub fn mutate(larder: &Path, workspace: &str, sources: &Sources, random: &mut Random) -> (Victim, String) {
    let (victim, file) = match random.below(20) {
        0..14 => (Victim::Database, database(larder, workspace)),
        14..17 => (Victim::LargeValue, random.pick(&blobs(larder, workspace)).clone()),
        17 => (Victim::Format, larder.join("FORMAT")),
        _ => (Victim::Note, note(larder, workspace, random)),
    };
    let name = file.strip_prefix(larder).unwrap().display().to_string();
    let mut bytes = fs::read(&file).unwrap();
    let done = match random.below(12) {
        0 if victim == Victim::Database => earlier_page(&mut bytes, &sources.earlier, random),
        0 | 1 => {
            let other = match victim {
                Victim::LargeValue => random.pick(&files_in(&sources.other.join("blobs"))).clone(),
                _ => sources.other.join(file.file_name().unwrap()),
            };
            other_file(&mut bytes, &fs::read(other).unwrap_or_default(), random)
        }
        _ => mutate_bytes(&mut bytes, random),
    };
    fs::write(&file, bytes).unwrap();
    if victim == Victim::Note {
        // Found later than when it was made: what is new may be a writer's that is making it.
        age(&file);
    }
    (victim, format!("{name}: {done}"))
}

/// A small file beside the database, as a process that was killed leaves it.
fn note(larder: &Path, workspace: &str, random: &mut Random) -> PathBuf {
    let name = *random.pick(&["writer", "spare-writer", "last-component", "unsynced"]);
    let file = directory(larder, workspace).join(name);
    let kind = if name == "last-component" { "wasi a component" } else { "native process 1" };
    fs::write(&file, format!("{kind} since 2020-01-01T00:00:00Z\n")).unwrap();
    file
}

#[allow(clippy::disallowed_types, reason = "an hour passes")]
fn age(file: &Path) {
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
}

/// A page whose last write was lost. The first one, which says what the others are, would make it that earlier state whole.
fn earlier_page(bytes: &mut [u8], earlier: &[u8], random: &mut Random) -> String {
    let pages = (bytes.len().min(earlier.len()) / PAGE).saturating_sub(1);
    if pages == 0 {
        return "nothing".to_owned();
    }
    let page = (1 + random.below(pages as u64) as usize) * PAGE;
    bytes[page..page + PAGE].copy_from_slice(&earlier[page..page + PAGE]);
    format!("an earlier page at {page}")
}

fn other_file(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) -> String {
    match random.below(4) {
        0 => {
            other.clone_into(bytes);
            "that of another workspace".to_owned()
        }
        1 => {
            *bytes = b"PK\x03\x04\x14\0".repeat(1 + bytes.len() / 6);
            "a file of another format".to_owned()
        }
        2 => {
            bytes.clear();
            "empty".to_owned()
        }
        _ => {
            let page = place(bytes.len().min(other.len()), random) / PAGE * PAGE;
            let end = bytes.len().min(other.len()).min(page + PAGE);
            bytes[page..end].copy_from_slice(&other[page..end]);
            format!("the page at {page} of another workspace's")
        }
    }
}

/// Damages the bytes of a file; what was done.
pub fn mutate_bytes(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    let length = bytes.len();
    // What a file begins with says how to read the rest, and would seldom be met by chance.
    let start = if random.below(4) == 0 { SECTOR } else { length };
    let at = place(length.min(start), random);
    let (unit, name) = *random.pick(&[(SECTOR, "sector"), (PAGE, "page")]);
    let to = place(length, random) / unit * unit;
    let from = place(length, random) / unit * unit;
    let room = unit.min(length - to.max(from));
    match random.below(12) {
        0..4 => {
            flip(bytes, at, 1 << random.below(8));
            format!("a bit flipped in byte {at}")
        }
        4 => {
            flip(bytes, at, 1 + random.below(255) as u8);
            format!("another byte at {at}")
        }
        5 => {
            let end = length.min(at + 1 + random.below(2000) as usize);
            bytes[at..end].fill(0);
            format!("zeros from {at} to {end}")
        }
        6 => {
            bytes[to..to + room].fill(0);
            format!("the {name} at {to} zeroed")
        }
        7 => {
            let noise = random.bytes(room as u64);
            bytes[to..to + room].copy_from_slice(&noise);
            format!("noise in the {name} at {to}")
        }
        8 => {
            bytes.truncate(at);
            format!("cut to {at} bytes")
        }
        9 => {
            let more = *random.pick(&[1, unit, 16 * unit, 1 << 20]);
            bytes.resize(length + more, *random.pick(&[0, 0xff]));
            format!("{more} bytes appended")
        }
        10 => {
            bytes.copy_within(from..from + room, to);
            format!("the {name} at {from} copied over the one at {to}")
        }
        _ => {
            let kept = bytes[to..to + room].to_vec();
            bytes.copy_within(from..from + room, to);
            bytes[from..from + room].copy_from_slice(&kept);
            format!("the {name}s at {from} and {to} swapped")
        }
    }
}

fn flip(bytes: &mut [u8], at: usize, bits: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= bits;
    }
}

fn place(length: usize, random: &mut Random) -> usize {
    random.below(length.max(1) as u64) as usize
}
