//! What is planted at the names that the larder uses beside its data: nothing followed, nothing hung, and the data is served
//! or refused with a clear error.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "who plants does not go through the larder")]

mod support;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use larder_store::{Access, Error, Fault};
use pollster::block_on;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use support::{blobs, directory, get, open, session, set, workspace_names, writer};

const HANGS: Duration = Duration::from_secs(60);
const LARGE: usize = 1_100_000;

type Plant = (&'static str, fn(place: &Path, outside: &Path));

const PLANTS: [Plant; 6] = [
    ("a symbolic link", |place, outside| symlink(outside, place).unwrap()),
    ("a symbolic link to a file", |place, outside| symlink(outside.join("mine"), place).unwrap()),
    ("a hard link", |place, outside| fs::hard_link(outside.join("mine"), place).unwrap()),
    ("a FIFO", |place, _| mknodat(CWD, place, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap()),
    ("a directory", |place, _| fs::create_dir_all(place.join("full")).unwrap()),
    ("a huge sparse file", |place, _| File::create(place).unwrap().set_len(1 << 42).unwrap()),
];

/// A larder with a small and a large value, and what is of no concern to it, outside.
struct Scene {
    _temporary: tempfile::TempDir,
    larder: PathBuf,
    outside: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let (larder, outside) = (temporary.path().join("larder"), temporary.path().join("outside"));
        fs::create_dir(&larder).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("mine"), "precious").unwrap();
        let first = writer(&larder);
        set(&first, "w", "p", "k", "v").unwrap();
        block_on(session(&first, "w", "p").set("large", vec![7; LARGE])).unwrap();
        Self { _temporary: temporary, larder, outside }
    }

    fn outside_is_untouched(&self, what: &str) {
        assert_eq!(fs::read_to_string(self.outside.join("mine")).unwrap(), "precious", "{what}");
        assert_eq!(fs::read_dir(&self.outside).unwrap().count(), 1, "{what}");
    }
}

/// What reading, writing and writing something large come to; nothing of it may hang.
fn try_all(larder: &Path, access: Access) -> [Result<(), Error>; 3] {
    let (send, receive) = mpsc::channel();
    let larder = larder.to_owned();
    thread::spawn(move || {
        let larder = open(&larder, access);
        let read = get(&larder, "w", "p", "k").map(|told| assert_eq!(told.as_deref(), Some("v")));
        let written = set(&larder, "w", "p", "new", "v");
        let large = block_on(session(&larder, "w", "p").set("new large", vec![8; LARGE]));
        // Where nobody waits any more, it was too late.
        let _ = send.send([read, written, large]);
    });
    receive.recv_timeout(HANGS).expect("it hangs or has panicked")
}

fn is_clear(told: &Result<(), Error>, what: &str) {
    if let Err(error) = told {
        assert!(matches!(error, Error::Unavailable(_) | Error::AccessDenied), "{what}: {error:?}");
        assert!(!error.to_string().contains(char::is_control), "{what}: {error}");
    }
}

/// The component that was here last tells readers when to read again; a writer has no need of it.
#[test]
fn at_that_of_the_last_component() {
    for (name, plant) in PLANTS {
        let scene = Scene::new();
        plant(&directory(&scene.larder, "w").join("last-component"), &scene.outside);
        let [read, _, _] = try_all(&scene.larder, Access::ReadOnly);
        is_clear(&read, name);
        for told in try_all(&scene.larder, Access::ReadWrite) {
            told.unwrap();
        }
        scene.outside_is_untouched(name);
    }
}

/// What the next mark would be made of; where that cannot be used, one is made anew.
#[test]
fn at_a_spare_mark() {
    for (name, plant) in PLANTS {
        let scene = Scene::new();
        let spare = directory(&scene.larder, "w").join("spare-writer");
        if spare.exists() {
            fs::remove_file(&spare).unwrap();
        }
        plant(&spare, &scene.outside);
        for _ in 0..2 {
            for told in try_all(&scene.larder, Access::ReadWrite) {
                told.unwrap();
            }
        }
        scene.outside_is_untouched(name);
    }
}

/// Whatever is there, what is on the disk is written once more.
#[test]
fn at_the_note_of_a_sync_that_failed() {
    for (name, plant) in PLANTS {
        let scene = Scene::new();
        plant(&directory(&scene.larder, "w").join("unsynced"), &scene.outside);
        for access in [Access::ReadOnly, Access::ReadWrite] {
            let [read, written, large] = try_all(&scene.larder, access);
            read.unwrap();
            is_clear(&written, name);
            is_clear(&large, name);
        }
        scene.outside_is_untouched(name);
    }
}

#[test]
fn at_a_writers_mark() {
    for (name, plant) in PLANTS {
        let scene = Scene::new();
        let mark = directory(&scene.larder, "w").join("writer");
        plant(&mark, &scene.outside);
        for told in try_all(&scene.larder, Access::ReadWrite) {
            is_clear(&told, name);
            let refused = matches!(told, Err(Error::Unavailable(Fault::NotRegular { .. })));
            assert_eq!(refused, name != "a huge sparse file", "{name}: {told:?}");
        }
        scene.outside_is_untouched(name);
    }
}

/// The large value is refused, and no new one is written elsewhere; what is small is served.
#[test]
fn in_place_of_the_large_values() {
    for (name, plant) in PLANTS {
        let scene = Scene::new();
        let large = directory(&scene.larder, "w").join("blobs");
        fs::rename(&large, scene.larder.join("away")).unwrap();
        plant(&large, &scene.outside);
        let [read, written, new_large] = try_all(&scene.larder, Access::ReadWrite);
        read.unwrap();
        written.unwrap();
        assert_eq!(new_large.is_ok(), name == "a directory", "{name}: {new_large:?}");
        is_clear(&new_large, name);
        let told = block_on(session(&writer(&scene.larder), "w", "p").get("large"));
        assert!(matches!(told, Err(Error::Damaged | Error::Unavailable(_))), "{name}");
        scene.outside_is_untouched(name);
    }
}

#[test]
fn in_place_of_a_large_value() {
    for (name, plant) in PLANTS {
        let scene = Scene::new();
        let [blob] = blobs(&scene.larder, "w").try_into().unwrap();
        fs::remove_file(&blob).unwrap();
        plant(&blob, &scene.outside);
        let larder = writer(&scene.larder);
        let told = block_on(session(&larder, "w", "p").get("large"));
        assert!(matches!(told, Err(Error::Damaged | Error::Unavailable(_))), "{name}");
        block_on(session(&larder, "w", "p").set("large", "now small")).unwrap();
        assert_eq!(get(&larder, "w", "p", "large").unwrap().as_deref(), Some("now small"), "{name}");
        drop(larder);
        scene.outside_is_untouched(name);
    }
}

/// What is swept at the start is removed, and not what it leads to.
#[test]
fn at_names_of_what_was_interrupted() {
    for prefix in [".gone-", ".new-"] {
        for (name, plant) in PLANTS {
            let scene = Scene::new();
            let place = scene.larder.join("workspaces").join(format!("{prefix}1"));
            plant(&place, &scene.outside);
            if name == "a directory" {
                symlink(&scene.outside, place.join("link")).unwrap();
            }
            if !name.contains("link") && name != "a FIFO" {
                File::open(&place).unwrap().set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
            }
            for told in try_all(&scene.larder, Access::ReadWrite) {
                told.unwrap();
            }
            scene.outside_is_untouched(name);
            if name == "a directory" {
                assert_eq!(workspace_names(&scene.larder), ["w"], "{prefix}: {name}");
            }
        }
    }
}
