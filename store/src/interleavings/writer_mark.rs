//! The mark of a writer: native writers that come and go, one that was killed, and a component, each in a process of its own.

use std::io::Write;

use super::{Verdict, at_once, check, explore, finds};
use crate::access::Access;
use crate::dir::simulated::Disk;
use crate::dir::{Dir, Mode};
use crate::engine::{Absent, Engine, RedbEngine, Sharing};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, block_on, thread};

const TURNS: usize = 2;
/// How often a component looks whether it may before it goes away.
const TRIES: usize = 20;

fn directory(disk: &Disk) -> Dir {
    disk.root().open_dir("workspaces").and_then(|workspaces| workspaces.open_dir("w")).unwrap()
}

/// Counts who is inside, so that nobody who may not is.
#[derive(Clone, Default)]
struct Inside {
    natives: Arc<AtomicUsize>,
    components: Arc<AtomicUsize>,
}

impl Inside {
    /// Is inside for a moment, beside nobody.
    fn be(&self, own: &AtomicUsize) -> Verdict {
        own.fetch_add(1, Ordering::SeqCst);
        thread::yield_now();
        let here = (self.natives.load(Ordering::SeqCst), self.components.load(Ordering::SeqCst));
        own.fetch_sub(1, Ordering::SeqCst);
        check(here.0 + here.1 == 1, format!("natives and components inside: {here:?}"))
    }
}

fn write_natively(disk: &Disk, inside: &Inside) -> Verdict {
    let engine = RedbEngine::open(disk.root(), Access::ReadWrite, Sharing::Exclusive).unwrap();
    for _ in 0..TURNS {
        let open = block_on(engine.open(&"w".parse().unwrap(), Absent::Leave)).map_err(|error| error.to_string())?;
        inside.be(&inside.natives)?;
        drop(open);
    }
    Ok(())
}

/// As the adapter does on WASI, where there are no locks.
fn write_as_a_component(dir: &Dir, inside: &Inside, looks: bool) -> Verdict {
    for _ in 0..TRIES {
        match dir.open_file("writer", Mode::CreateNew) {
            Ok(mut file) => {
                file.write_all(b"wasi a component since then\n").unwrap();
                inside.be(&inside.components)?;
                dir.rename("writer", "last-component").unwrap();
            }
            Err(_) if looks => thread::yield_now(),
            Err(_) => inside.be(&inside.components)?,
        }
    }
    Ok(())
}

fn at_the_same_time(looks: bool) -> Verdict {
    let (disk, inside) = (Disk::new(1), Inside::default());
    let engine = RedbEngine::open(disk.root(), Access::ReadWrite, Sharing::Exclusive).unwrap();
    drop(block_on(engine.open(&"w".parse().unwrap(), Absent::Create)).unwrap());
    let mut left = directory(&disk).open_file("writer", Mode::CreateNew).unwrap();
    left.write_all(b"native process 1 since it was killed\n").unwrap();
    let natives = (0..2).map(|_| {
        let (disk, inside) = (disk.clone(), inside.clone());
        Box::new(move || write_natively(&disk, &inside)) as Box<dyn FnOnce() -> Verdict + Send>
    });
    let component = {
        let (dir, inside) = (directory(&disk), inside.clone());
        Box::new(move || write_as_a_component(&dir, &inside, looks)) as Box<dyn FnOnce() -> Verdict + Send>
    };
    at_once(natives.chain([component])).into_iter().collect::<Verdict>()?;
    let left = directory(&disk).open_file("writer", Mode::Read).is_ok();
    check(!left, "a mark is left")
}

#[test]
fn one_writes_at_a_time_and_no_mark_is_left() {
    explore(|| at_the_same_time(true));
    finds("a component that does not look", || at_the_same_time(false));
}
