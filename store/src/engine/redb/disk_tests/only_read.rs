//! A workspace that is only read, and the first write after that.

use std::sync::{Arc, Mutex};

use pollster::block_on;

use crate::dir::simulated::{Disk, FOR_EVER, Operation, Plan};
use crate::dir::{Dir, File, Mode};
use crate::engine::redb::Sharing;
use crate::engine::redb::layout::DATABASE;
use crate::engine::redb::page_format::{FLAGS, HEADER_BYTES, RECOVERY_REQUIRED};
use crate::larder::{Larder, Options};
use crate::limits::Limits;
use crate::session::Session;

const BOTH: [Sharing; 2] = [Sharing::ReadersBeside, Sharing::Exclusive];

fn open(disk: &Disk, sharing: Sharing) -> (Larder, Session) {
    let options = Options { sharing, ..Options::default() };
    let larder = Larder::open(disk.root(), options).unwrap();
    let session = larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), Limits::default());
    (larder, session)
}

/// A disk with a workspace that nobody has open.
fn disk(sharing: Sharing) -> Disk {
    let disk = Disk::new(1);
    let (larder, session) = open(&disk, sharing);
    block_on(session.set("k", "v")).unwrap();
    block_on(larder.close()).unwrap();
    disk
}

/// What the database's file has.
fn database(disk: &Disk) -> Vec<u8> {
    let open = |dir: Dir, name: &str| dir.open_dir(name).unwrap();
    let dir = open(open(disk.root(), "workspaces"), "w");
    let File::Simulated(file) = dir.open_file(DATABASE, Mode::Read).unwrap() else { unreachable!("the disk is one") };
    let mut bytes = vec![0; usize::try_from(file.status().unwrap().bytes).unwrap()];
    file.read_at(0, &mut bytes).unwrap();
    bytes
}

fn is_flagged(database: &[u8]) -> bool {
    database[FLAGS] & RECOVERY_REQUIRED != 0
}

#[test]
fn its_database_stays_as_it_is_and_nothing_is_synced() {
    for sharing in BOTH {
        let disk = disk(sharing);
        let before = database(&disk);
        let plan = Plan::failing(&[Operation::Sync], FOR_EVER);
        let (read, syncs) = disk.failing(plan, || {
            let (larder, session) = open(&disk, sharing);
            let read = block_on(session.get("k")).unwrap();
            assert_eq!(database(&disk), before, "{sharing:?}: while it is open");
            block_on(larder.close()).unwrap();
            read
        });
        assert_eq!((read.as_deref(), syncs), (Some(&b"v"[..]), 0), "{sharing:?}");
        assert_eq!(database(&disk), before, "{sharing:?}: after it was closed");
    }
}

#[test]
fn it_is_flagged_before_anything_else_is_changed_and_until_it_is_closed() {
    for sharing in BOTH {
        let disk = disk(sharing);
        let before = database(&disk);
        let (larder, session) = open(&disk, sharing);
        block_on(session.get("k")).unwrap();
        let wrong = Arc::new(Mutex::new(0));
        let count = wrong.clone();
        disk.watch(100, move |image| {
            let after = database(&image);
            if after[HEADER_BYTES..] != before[HEADER_BYTES..] && !is_flagged(&after) {
                *count.lock().unwrap() += 1;
            }
        });
        block_on(session.set("k", "new")).unwrap();
        disk.unwatch();
        assert_eq!(*wrong.lock().unwrap(), 0, "{sharing:?}: a power cut would leave what seems to have been closed");
        assert!(is_flagged(&database(&disk)), "{sharing:?}");
        block_on(larder.close()).unwrap();
        assert!(!is_flagged(&database(&disk)), "{sharing:?}");
    }
}
