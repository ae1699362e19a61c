//! A workspace that somebody removes, or puts another in the place of, in the middle of a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pollster::block_on;

use crate::dir::Dir;
use crate::dir::simulated::Disk;
use crate::error::{Error, Fault};
use crate::larder::{Larder, Options};
use crate::limits::Limits;
use crate::session::Session;

fn session(larder: &Larder) -> Session {
    larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), Limits::default())
}

fn remove(workspaces: &Dir) {
    workspaces.remove_dir_all("w").unwrap();
}

fn move_away(workspaces: &Dir) {
    workspaces.rename("w", "elsewhere").unwrap();
}

fn replace(workspaces: &Dir) {
    workspaces.rename("w", "elsewhere").unwrap();
    workspaces.rename("other", "w").unwrap();
}

/// What is acknowledged is in the workspace; where that cannot be told, nothing is.
#[test]
fn a_write_meanwhile_is_not_acknowledged() {
    for deed in [remove, move_away, replace] {
        let mut met = 0;
        for after in 0..4 {
            let disk = Disk::new(1);
            let larder = Larder::open(disk.root(), Options::default()).unwrap();
            block_on(session(&larder).set("k", "old")).unwrap();
            let workspaces = disk.root().open_dir("workspaces").unwrap();
            workspaces.create_dir("other").unwrap();
            let done = Arc::new(AtomicBool::new(false));
            let note = done.clone();
            disk.interrupt(after, move || {
                deed(&workspaces);
                note.store(true, Ordering::SeqCst);
            });
            let told = block_on(session(&larder).set("k", "new"));
            if !done.load(Ordering::SeqCst) {
                told.unwrap();
                continue;
            }
            met += 1;
            assert!(matches!(told, Err(Error::OutcomeUnknown(Fault::Replaced { .. }))), "{after}: {told:?}");
            assert!(!matches!(block_on(session(&larder).get("k")), Ok(Some(_))), "{after}: it is not there");
        }
        assert!(met > 1, "a commit has more than one sync");
    }
}
