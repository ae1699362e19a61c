//! Whatever is planted where the larder's own files should be: a clear error of one line, nothing followed, nothing hung.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "who plants does not go through the larder")]

mod support;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use larder_store::{Access, Dir, Error, Fault, Larder, Options};
use pollster::block_on;
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use support::{database, directory, get, is_held, options, set, writer};

const HANGS: Duration = Duration::from_secs(60);

/// A larder that holds a value, and what is of no concern to it, outside.
struct Scene {
    _temporary: tempfile::TempDir,
    larder: PathBuf,
    outside: PathBuf,
}

fn scene() -> Scene {
    let temporary = tempfile::tempdir().unwrap();
    let (larder, outside) = (temporary.path().join("larder"), temporary.path().join("outside"));
    fs::create_dir(&larder).unwrap();
    fs::create_dir(&outside).unwrap();
    set(&writer(&larder), "w", "p", "k", "v").unwrap();
    set(&writer(&larder), "well", "p", "k", "v").unwrap();
    Scene { _temporary: temporary, larder, outside }
}

/// What is planted in place of something of the same content.
type Plant = (&'static str, fn(place: &Path, outside: &Path));

const PLANTS: [Plant; 7] = [
    ("a symbolic link", |place, outside| {
        move_out(place, outside);
        symlink(outside.join("was"), place).unwrap();
    }),
    ("a symbolic link to nowhere", |place, outside| {
        move_out(place, outside);
        symlink(outside.join("nowhere"), place).unwrap();
    }),
    ("a symbolic link to its neighbour", |place, outside| {
        move_out(place, outside);
        let was = place.with_file_name("was");
        fs::rename(outside.join("was"), &was).unwrap();
        symlink("was", place).unwrap();
    }),
    ("a hard link", |place, outside| {
        move_out(place, outside);
        fs::hard_link(outside.join("was"), place).unwrap();
    }),
    ("a FIFO", |place, outside| {
        move_out(place, outside);
        mknodat(CWD, place, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }),
    ("a directory", |place, outside| {
        move_out(place, outside);
        fs::create_dir(place).unwrap();
    }),
    ("a socket", |place, outside| {
        move_out(place, outside);
        drop(UnixListener::bind(place).unwrap());
    }),
];

/// Devices, of which one is never at an end and the other is full; who may not make them plants nothing.
const DEVICES: [Plant; 2] = [
    ("/dev/zero", |place, outside| plant_device(place, outside, 5)),
    ("/dev/full", |place, outside| plant_device(place, outside, 7)),
];

fn plant_device(place: &Path, outside: &Path, minor: u32) {
    move_out(place, outside);
    mknodat(CWD, place, FileType::CharacterDevice, Mode::RUSR | Mode::WUSR, makedev(1, minor)).unwrap();
}

fn may_make_devices() -> bool {
    let temporary = tempfile::tempdir().unwrap();
    let made = mknodat(CWD, temporary.path().join("d"), FileType::CharacterDevice, Mode::RUSR, makedev(1, 5));
    if made.is_err() {
        println!("skipped: devices in place of files, as this user may not make any");
    }
    made.is_ok()
}

fn move_out(place: &Path, outside: &Path) {
    if !place.exists() {
        fs::write(place, "native process 1 since 2020\n").unwrap();
    }
    fs::rename(place, outside.join("was")).unwrap();
}

/// Every file, and every byte of it.
fn contents(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(contents(&path)) } else { all.push((path.clone(), fs::read(&path).unwrap())) }
    }
    all.sort();
    all
}

/// Opens, writes, reads and deletes, whatever comes of it; the errors.
fn try_everything(larder: &Path, access: Access) -> Vec<Error> {
    let (send, receive) = mpsc::channel();
    let larder = larder.to_owned();
    thread::spawn(move || {
        let larder = Dir::open_ambient(larder).map(|dir| Larder::open(dir, options(access))).unwrap();
        send.send(match larder {
            Err(error) => vec![error],
            Ok(larder) => {
                let mut told = vec![get(&larder, "w", "p", "k").map(drop)];
                if access == Access::ReadWrite {
                    told.push(set(&larder, "w", "p", "k", "w"));
                    told.push(block_on(larder.delete_workspace(&"w".parse().unwrap())).map(drop));
                }
                assert_eq!(get(&larder, "well", "p", "k").unwrap().as_deref(), Some("v"), "the other one works");
                told.into_iter().map(|told| told.expect_err("a planted thing was taken for our own")).collect()
            }
        })
    });
    receive.recv_timeout(HANGS).expect("it hangs or has panicked")
}

fn is_refused_everywhere(place: fn(&Path) -> PathBuf, plants: &[Plant], accesses: &[Access]) {
    for (name, plant) in plants {
        for access in accesses {
            let scene = scene();
            let place = place(&scene.larder);
            plant(&place, &scene.outside);
            let before = contents(&scene.outside);
            for error in try_everything(&scene.larder, *access) {
                let told = format!("{name} at {}: {error}", place.display());
                assert!(matches!(error, Error::Unavailable(Fault::NotRegular { .. })), "{told}");
                assert!(!error.to_string().contains(char::is_control), "{told}");
            }
            assert_eq!(contents(&scene.outside), before, "{name}: something outside was touched");
        }
    }
}

const BOTH: [Access; 2] = [Access::ReadWrite, Access::ReadOnly];

#[test]
fn in_place_of_the_format() {
    is_refused_everywhere(|larder| larder.join("FORMAT"), &PLANTS, &BOTH);
}

#[test]
fn in_place_of_a_database() {
    is_refused_everywhere(|larder| database(larder, "w"), &PLANTS, &BOTH);
}

#[test]
fn in_place_of_the_writer_s_mark() {
    is_refused_everywhere(|larder| directory(larder, "w").join("writer"), &PLANTS, &[Access::ReadWrite]);
}

#[test]
fn a_device() {
    if may_make_devices() {
        is_refused_everywhere(|larder| larder.join("FORMAT"), &DEVICES, &BOTH);
        is_refused_everywhere(|larder| database(larder, "w"), &DEVICES, &BOTH);
        is_refused_everywhere(|larder| directory(larder, "w").join("writer"), &DEVICES, &[Access::ReadWrite]);
        is_refused_everywhere(|larder| directory(larder, "w"), &DEVICES, &BOTH);
    }
}

#[test]
fn in_place_of_a_workspace() {
    // A directory cannot have a hard link, and a directory in its place is one without a database.
    let plants = [PLANTS[0], PLANTS[1], PLANTS[2], PLANTS[4], PLANTS[6]];
    is_refused_everywhere(|larder| directory(larder, "w"), &plants, &BOTH);
}

#[test]
fn in_place_of_all_workspaces() {
    for (name, plant) in [PLANTS[0], PLANTS[1], PLANTS[2], PLANTS[4], PLANTS[6]] {
        for access in BOTH {
            let scene = scene();
            plant(&scene.larder.join("workspaces"), &scene.outside);
            let before = contents(&scene.outside);
            let told = Larder::open(Dir::open_ambient(&scene.larder).unwrap(), options(access))
                .and_then(|larder| get(&larder, "w", "p", "k"));
            assert!(matches!(told, Err(Error::Unavailable(Fault::NotRegular { .. }))), "{name}: {told:?}");
            assert_eq!(contents(&scene.outside), before, "{name}");
        }
    }
}

fn refusal(directory: &Path) -> Error {
    let opened = Larder::open(Dir::open_ambient(directory).unwrap(), Options::default());
    opened.err().expect("it is no larder")
}

#[test]
fn a_directory_that_is_something_else_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("thesis.txt"), "precious").unwrap();
    assert!(matches!(refusal(temporary.path()), Error::Unavailable(Fault::NotALarder)));
    fs::create_dir(temporary.path().join("workspaces")).unwrap();
    assert!(matches!(refusal(temporary.path()), Error::Unavailable(Fault::NotALarder)));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 2);
}

#[test]
fn a_format_that_is_not_known_is_named_in_one_line() {
    for format in ["larder 1\n", "larder 3\n", "", "larder 2x", "larder\u{1b}[31m 1\nlarder 2", &"9".repeat(100_000)] {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join("FORMAT"), format).unwrap();
        let error = refusal(temporary.path());
        assert!(matches!(error, Error::Unavailable(Fault::UnknownFormat { .. })), "{error:?}");
        let line = error.to_string();
        assert!(line.len() < 200 && !line.contains(char::is_control), "{line:?}");
    }
}

#[test]
fn a_database_that_is_not_this_workspace_s_own_is_damage() {
    type Deed = (&'static str, fn(&Path));
    let deeds: [Deed; 5] = [
        ("empty", |larder| fs::write(database(larder, "w"), "").unwrap()),
        ("missing", |larder| fs::remove_file(database(larder, "w")).unwrap()),
        ("text", |larder| fs::write(database(larder, "w"), "x".repeat(100_000)).unwrap()),
        ("huge and sparse", |larder| File::create(database(larder, "w")).unwrap().set_len(1 << 40).unwrap()),
        ("another workspace's", |larder| {
            fs::copy(database(larder, "well"), database(larder, "w")).unwrap();
        }),
    ];
    for (name, deed) in deeds {
        let scene = scene();
        deed(&scene.larder);
        for access in BOTH {
            let larder = Larder::open(Dir::open_ambient(&scene.larder).unwrap(), options(access)).unwrap();
            let told = get(&larder, "w", "p", "k");
            assert!(matches!(&told, Err(Error::Unavailable(Fault::Damaged { .. }))), "{name}: {told:?}");
            assert!(!told.unwrap_err().to_string().contains(char::is_control), "{name}");
            assert_eq!(get(&larder, "well", "p", "k").unwrap().as_deref(), Some("v"), "{name}");
        }
        if name == "empty" {
            assert_eq!(
                fs::read(database(&scene.larder, "w")).unwrap(),
                [],
                "a new one was made over it without a word"
            );
        }
        let larder = writer(&scene.larder);
        let told = set(&larder, "w", "p", "k", "w");
        assert!(told.is_err() && !is_held(&told), "{name}: {told:?}");
        assert!(block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap(), "{name}: it can be removed");
        set(&larder, "w", "p", "k", "begun again").unwrap();
    }
}
