//! A damaged database: nothing panics, every value is what was written or an error, and a write that is acknowledged is there.

#![no_main]

use std::fs;
use std::panic;
use std::path::Path;
use std::sync::LazyLock;

use larder_store::{Dir, Error, Larder, Limits, Options, Session};
use libfuzzer_sys::fuzz_target;
use pollster::block_on;

const KEYS: usize = 40;

fn value(number: usize) -> Vec<u8> {
    vec![number as u8; [0, 10, 500, 3000, 9000][number % 5]]
}

fn open(path: &Path) -> Larder {
    Larder::open(Dir::open_ambient(path).unwrap(), Options::default()).unwrap()
}

fn session(larder: &Larder) -> Session {
    larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), Limits::default())
}

/// The database of a workspace that was closed, and of one that was not.
static WHOLE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let larder = open(directory.path());
    let database = directory.path().join("workspaces/w/data.redb");
    for number in 0..KEYS {
        block_on(session(&larder).set(&format!("key {number}"), value(number))).unwrap();
    }
    let unclosed = fs::read(&database).unwrap();
    block_on(larder.close()).unwrap();
    [fs::read(database).unwrap(), unclosed]
});

/// A larder to put databases into, one for all of them.
static GROUND: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    // redb panics on what is damaged, which the store contains; the fuzzer's own hook would end the process first. What is
    // not contained still does.
    panic::set_hook(Box::new(|_| {}));
    let directory = tempfile::tempdir().unwrap();
    block_on(session(&open(directory.path())).set("k", "v")).unwrap();
    directory
});

#[derive(Debug, arbitrary::Arbitrary)]
enum Edit {
    Xor { at: u32, by: u8 },
    Zero { page: u16 },
    Copy { from: u16, to: u16 },
    Cut { to: u32 },
    Append { bytes: u16 },
}

fn edit(bytes: &mut Vec<u8>, edit: &Edit) {
    const PAGE: usize = 4096;
    let page = |number: u16, length: usize| usize::from(number) % (length / PAGE).max(1) * PAGE;
    let length = bytes.len();
    match *edit {
        Edit::Xor { at, by } if length > 0 => bytes[at as usize % length] ^= by,
        Edit::Zero { page: number } if length >= PAGE => {
            let at = page(number, length);
            bytes[at..at + PAGE].fill(0);
        }
        Edit::Copy { from, to } if length >= PAGE => {
            let from = page(from, length);
            bytes.copy_within(from..from + PAGE, page(to, length));
        }
        Edit::Cut { to } => bytes.truncate(to as usize % (length + 1)),
        Edit::Append { bytes: more } => bytes.resize(length + usize::from(more), 0xa5),
        _ => {}
    }
}

fuzz_target!(|input: (bool, Vec<Edit>)| {
    let (unclosed, edits) = input;
    let mut bytes = WHOLE[usize::from(unclosed)].clone();
    edits.iter().for_each(|one| edit(&mut bytes, one));
    let path = GROUND.path();
    fs::write(path.join("workspaces/w/data.redb"), &bytes).unwrap();
    let _ = fs::remove_file(path.join("workspaces/w/writer"));
    let larder = open(path);
    let session = session(&larder);
    let told = |error: &Error| assert!(matches!(error, Error::Damaged | Error::Unavailable(_)), "{error:?}");
    for number in 0..KEYS {
        match block_on(session.get(&format!("key {number}"))) {
            // A page that stands in another's place can hide a key; no value is another's.
            Ok(found) => assert!(found.is_none_or(|found| found == value(number))),
            Err(error) => told(&error),
        }
    }
    if let Err(error) = block_on(session.private().keys("", None, 1000)) {
        told(&error);
    }
    match block_on(session.set("new", "v")) {
        Ok(()) => assert!(!matches!(block_on(session.get("new")), Ok(None)), "an acknowledged write is not there"),
        Err(Error::OutcomeUnknown(_)) => {}
        Err(error) => told(&error),
    }
});
