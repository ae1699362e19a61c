//! A salvage that is interrupted, or that the disk fails: there is the old workspace or the new one, and nothing else.

use std::sync::{Arc, Mutex};

use pollster::block_on;
use rustix::io::Errno;

use super::judge::watch;
use super::salvage::{bytes, engine, furnished, id, workspace};
use super::user::Said;
use super::world::World;
use crate::dir::Mode;
use crate::dir::simulated::{Disk, Lies, Operation, Plan, Unsynced};
use crate::engine::{Absent, Engine, Sharing};
use crate::error::Error;

const ORPHAN: &str = "00000000000000000000000000000000";

/// A workspace with a file that is not carried over.
fn hurt(disk: &Disk) -> Arc<Mutex<Said>> {
    let said = furnished(disk);
    let blobs = workspace(disk).open_dir("blobs").unwrap();
    blobs.open_file(ORPHAN, Mode::CreateNew).unwrap().sync_all().unwrap();
    blobs.sync().unwrap();
    said
}

fn salvage(disk: &Disk) -> Result<String, Error> {
    block_on(engine(disk).salvage(&id())).map(|salvaged| salvaged.unwrap().aside)
}

/// Also where it leads to no workspace at all for a moment, which a host that runs would take for leave to make one.
#[test]
fn there_is_a_workspace_at_every_moment() {
    let disk = Disk::new(4);
    hurt(&disk);
    let missing: Arc<Mutex<usize>> = Arc::default();
    let told = missing.clone();
    disk.watch(100, move |image| {
        let found = image.root().open_dir("workspaces").and_then(|workspaces| workspaces.open_dir("w"));
        *told.lock().unwrap() +=
            usize::from(!found.is_ok_and(|found| found.open_file("data.redb", Mode::Read).is_ok()));
    });
    salvage(&disk).unwrap();
    assert_eq!(*missing.lock().unwrap(), 0);
}

/// The test of power cuts is worth something: without its syncs a salvage does not pass it.
#[test]
fn a_disk_that_lies_is_found_out() {
    let disk = Disk::new(3);
    let said = hurt(&disk);
    let disk = disk.lying(Lies { files: true, dirs: false });
    let verdict = watch(&disk, 100, Sharing::ReadersBeside, &said, 3);
    salvage(&disk).unwrap();
    assert!(!verdict.lock().unwrap().wrong.is_empty());
}

#[test]
fn what_is_kept_aside_is_durable_before_the_new_one_is_in_place() {
    let disk = Disk::new(5);
    hurt(&disk);
    let old = bytes(&workspace(&disk), "data.redb");
    let (wrong, was) = (Arc::new(Mutex::new(0)), old.clone());
    let told = wrong.clone();
    disk.watch(100, move |image| {
        if bytes(&workspace(&image), "data.redb") == was {
            return;
        }
        let workspaces = image.root().open_dir("workspaces").unwrap();
        let aside = workspaces.names().unwrap().into_iter().find(|name| name.starts_with(".damaged-w-"));
        let is_kept = aside.is_some_and(|aside| {
            let aside = workspaces.open_dir(&aside).unwrap();
            bytes(&aside, "data.redb") == was && aside.open_dir("blobs").unwrap().names().unwrap() == [ORPHAN]
        });
        *told.lock().unwrap() += usize::from(!is_kept);
    });
    salvage(&disk).unwrap();
    assert_eq!(*wrong.lock().unwrap(), 0);
    assert!(bytes(&workspace(&disk), "data.redb") != old);
    assert!(!workspace(&disk).open_dir("blobs").unwrap().names().unwrap().contains(&ORPHAN.to_owned()));
}

/// What tells the new database from the old one.
fn database(disk: &Disk) -> Option<(u64, u64)> {
    workspace(disk).status("data.redb").unwrap().identity
}

fn compare(disk: &Disk, said: &Mutex<Said>, what: &str) {
    let found = World::read(&engine(disk), 10).unwrap_or_else(|error| panic!("{what}: {error}"));
    let expected = &said.lock().unwrap().worlds[0];
    assert!(found == *expected, "{what}: found {}, expected {}", found.describe(), expected.describe());
}

#[test]
fn the_disk_fails() {
    for operation in Operation::ALL {
        // There are many of some.
        let step = if matches!(operation, Operation::Read | Operation::Write) { 97 } else { 1 };
        for after in (0..).step_by(step) {
            let disk = Disk::new(after as u64);
            let said = hurt(&disk);
            let old = database(&disk);
            let operations: &'static [Operation] = Box::leak(Box::new([operation]));
            let plan = Plan { operations, after, times: 1, error: Errno::IO, unsynced: Unsynced::Forgotten };
            let failing = engine(&disk);
            let (salvaged, met) = disk.failing(plan, || block_on(failing.salvage(&id())));
            let what = format!("{operation:?} {after}: {:?}", salvaged.as_ref().err());
            compare(&disk, &said, &what);
            compare(&disk.power_cut(), &said, &what);
            // Whoever has opened it to write has what was said to be in place, also when the power goes.
            let is_new = database(&disk) != old;
            assert!(is_new || salvaged.is_err(), "{what}");
            drop(failing);
            block_on(engine(&disk).open(&id(), Absent::Leave)).unwrap().unwrap();
            let names = disk.power_cut().root().open_dir("workspaces").unwrap().names().unwrap();
            let is_aside = names.iter().any(|name| name.starts_with(".damaged-w-"));
            assert!(is_aside || !is_new, "{what}");
            if is_new {
                assert!(database(&disk.power_cut()) != old, "{what}: the old one came back");
            }
            salvage(&disk).unwrap();
            compare(&disk, &said, &what);
            if met <= after {
                break;
            }
        }
    }
}
