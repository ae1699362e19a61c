//! On a file system that is full, whatever is refused is refused clearly and leaves nothing, reads go on, and it heals.
//!
//! Needs a small file system of its own: who may not mount one skips this, and says so.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "somebody else uses the same disk")]
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use larder_store::{Access, Error, Fault, Larder};
use pollster::block_on;
use support::{Random, open, session};

/// A small file system, until it is dropped.
struct SmallDisk {
    at: tempfile::TempDir,
    /// What it is in, where it is not in memory.
    _image: Option<tempfile::NamedTempFile>,
}

impl SmallDisk {
    /// One in memory of so many mebibytes.
    fn in_memory(mib: u64) -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        run("mount", &["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs", path(at.path())])
            .then_some(Self { at, _image: None })
    }

    /// One with a journal.
    fn with_journal(mib: u64) -> Option<Self> {
        let (at, image) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        image.as_file().set_len(mib << 20).unwrap();
        let made = run("mkfs.ext4", &["-q", "-m", "0", path(image.path())]);
        let mounted = made && run("mount", &["-o", "loop", path(image.path()), path(at.path())]);
        mounted.then_some(Self { at, _image: Some(image) })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run("umount", &[path(self.at.path())]);
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What was acknowledged: sizes and seeds, as the values themselves would be too many.
type Acknowledged = BTreeMap<String, (u64, u64)>;

fn value((seed, size): (u64, u64)) -> Vec<u8> {
    Random(seed).bytes(size)
}

fn all_there(larder: &Larder, acknowledged: &Acknowledged) {
    for (key, what) in acknowledged {
        let told = block_on(session(larder, "w", "p").get(key)).unwrap();
        assert!(told == Some(value(*what)), "{key}");
    }
    let page = block_on(session(larder, "w", "p").private().keys("", None, 1000)).unwrap();
    assert!(page.keys.iter().eq(acknowledged.keys()), "nothing that was refused is there");
    let usage = block_on(session(larder, "w", "p").private().usage()).unwrap();
    let held = acknowledged.iter().map(|(key, (_, size))| key.len() as u64 + size + 64).sum::<u64>();
    assert_eq!((usage.keys, usage.bytes), (acknowledged.len() as u64, held));
}

/// Writes values of a size until there is no room, and then some; how many were refused.
fn fill(larder: &Larder, size: u64, acknowledged: &mut Acknowledged) -> usize {
    let mut refused = 0;
    for number in 0..1000 {
        let (key, what) = (format!("{size} {number:04}"), (size + number, size));
        match block_on(session(larder, "w", "p").set(&key, value(what))) {
            Ok(()) => drop(acknowledged.insert(key, what)),
            Err(error) => {
                assert!(is_no_room(&error), "{error:?}");
                refused += 1;
            }
        }
        if refused == 5 {
            break;
        }
    }
    refused
}

fn is_no_room(error: &Error) -> bool {
    let Error::Unavailable(Fault::Io { source, .. }) = error else { return false };
    source.kind() == io::ErrorKind::StorageFull && !error.to_string().contains(char::is_control)
}

fn on(disk: &SmallDisk) {
    let larder_dir = disk.at.path().join("larder");
    let ballast = disk.at.path().join("ballast");
    fs::create_dir(&larder_dir).unwrap();
    let larder = open(&larder_dir, Access::ReadWrite);
    let mut acknowledged = Acknowledged::new();
    for round in 0..2 {
        fs::write(&ballast, vec![1; 4 << 20]).unwrap();
        // The larger ones first, so that each kind of file meets the end.
        for size in [1_200_000, 200_000, 3000] {
            assert_eq!(fill(&larder, size, &mut acknowledged), 5, "round {round}: it is full");
            all_there(&larder, &acknowledged);
        }
        all_there(&open(&larder_dir, Access::ReadOnly), &acknowledged);

        // Removing takes some room as well, for a moment.
        let doomed: Vec<String> = acknowledged.keys().step_by(2).cloned().collect();
        match block_on(session(&larder, "w", "p").delete(&doomed[0])) {
            Ok(()) => drop(acknowledged.remove(&doomed[0])),
            Err(error) => assert!(is_no_room(&error), "{error:?}"),
        }
        all_there(&larder, &acknowledged);

        fs::remove_file(&ballast).unwrap();
        for key in doomed {
            block_on(session(&larder, "w", "p").delete(&key)).expect("there is room again");
            acknowledged.remove(&key);
        }
        all_there(&larder, &acknowledged);
        let (key, what) = (format!("after round {round}"), (round, 1_200_000));
        block_on(session(&larder, "w", "p").set(&key, value(what))).expect("it heals");
        acknowledged.insert(key, what);
    }
    drop(larder);
    all_there(&open(&larder_dir, Access::ReadWrite), &acknowledged);
}

#[test]
fn in_memory() {
    match SmallDisk::in_memory(24) {
        Some(disk) => on(&disk),
        None => println!("skipped: a full file system in memory, as none can be mounted here"),
    }
}

#[test]
fn with_a_journal() {
    match SmallDisk::with_journal(32) {
        Some(disk) => on(&disk),
        None => println!("skipped: a full file system with a journal, as none can be mounted here"),
    }
}
