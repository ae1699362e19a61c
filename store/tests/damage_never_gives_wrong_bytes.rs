//! A damaged database ends nothing but itself: every read gives what was written or an error, and other workspaces work.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use larder_store::{Error, Larder};
use pollster::block_on;
use support::{Random, database, get, reader, session, set, writer};

const PAGE: usize = 4096;
/// In each of the two tests.
const MUTANTS: u64 = 100;

type Contents = BTreeMap<(&'static str, String), Vec<u8>>;

/// Fills a workspace as use does: with values of many sizes, some of them replaced and some removed.
fn fill(larder: &Larder) -> Contents {
    let mut random = Random(1);
    let mut contents = Contents::new();
    for number in 0..160 {
        let plugin = *random.pick(&["a", "b"]);
        let key = format!("key {}", random.below(60));
        if number % 10 == 9 {
            block_on(session(larder, "hurt", plugin).delete(&key)).unwrap();
            contents.remove(&(plugin, key));
            continue;
        }
        let size = *random.pick(&[0, 10, 500, 3000, 9000]);
        let value = random.bytes(size);
        block_on(session(larder, "hurt", plugin).set(&key, value.clone())).unwrap();
        contents.insert((plugin, key), value);
    }
    contents
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    let length = bytes.len();
    let place = |random: &mut Random| usize::try_from(random.below(length as u64)).unwrap();
    // redb keeps what it needs to begin with in the first of its pages, which would seldom be met by chance.
    let at = if random.below(4) == 0 { place(random) % 512 } else { place(random) };
    let page = place(random) / PAGE * PAGE;
    let whole = page..(page + PAGE).min(length);
    match random.below(6) {
        0..2 => {
            bytes[at] ^= 1 << random.below(8);
            format!("a bit flipped in byte {at}")
        }
        2 => {
            bytes.truncate(at);
            format!("cut to {at} bytes")
        }
        3 => {
            bytes[whole].fill(0);
            format!("page at {page} zeroed")
        }
        4 => {
            let noise = random.bytes(whole.len() as u64);
            bytes[whole].copy_from_slice(&noise);
            format!("noise in the page at {page}")
        }
        _ => {
            let from = place(random) / PAGE * PAGE;
            if from + PAGE <= length {
                bytes.copy_within(from..from + whole.len(), page);
            }
            format!("page at {from} copied over the one at {page}")
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    right: u32,
    refused: u32,
    missing: u32,
}

impl Tally {
    fn read(&mut self, larder: &Larder, contents: &Contents, mutant: &str) {
        for ((plugin, key), value) in contents {
            match block_on(session(larder, "hurt", plugin).get(key)) {
                Ok(Some(told)) => {
                    assert!(told == *value, "{mutant}: wrong bytes for {key:?} of {plugin}");
                    self.right += 1;
                }
                Ok(None) => self.missing += 1,
                Err(error) => {
                    assert!(matches!(error, Error::Damaged | Error::Unavailable(_)), "{mutant}: {error:?}");
                    assert!(!error.to_string().contains(char::is_control), "{mutant}: {error:?}");
                    self.refused += 1;
                }
            }
        }
    }
}

/// Writes to what is damaged: what is acknowledged is there, and nothing panics.
fn write(larder: &Larder, mutant: &str) {
    for plugin in ["a", "b", "new"] {
        if set(larder, "hurt", plugin, "new", "value").is_ok() {
            let told = block_on(session(larder, "hurt", plugin).get("new"));
            assert!(!matches!(told, Ok(None)), "{mutant}: an acknowledged write is not there");
        }
        let _ = block_on(session(larder, "hurt", plugin).private().keys("", None, 1000));
        let _ = block_on(larder.delete_plugin(&"hurt".parse().unwrap(), &plugin.parse().unwrap()));
    }
}

fn try_mutants(make: impl Fn(&Path) -> Contents, seed: u64) {
    let origin = tempfile::tempdir().unwrap();
    let contents = make(origin.path());
    let whole = fs::read(database(origin.path(), "hurt")).unwrap();
    let mut random = Random(seed);
    let mut tally = Tally::default();
    let temporary = tempfile::tempdir().unwrap();
    set(&writer(temporary.path()), "well", "p", "k", "v").unwrap();
    set(&writer(temporary.path()), "hurt", "p", "k", "v").unwrap();
    for number in 0..MUTANTS {
        let mut bytes = whole.clone();
        let mutant = format!("seed {seed}, mutant {number}, {}", mutate(&mut bytes, &mut random));
        fs::write(database(temporary.path(), "hurt"), &bytes).unwrap();
        if number % 4 == 0 {
            tally.read(&reader(temporary.path()), &contents, &mutant);
            fs::write(database(temporary.path(), "hurt"), &bytes).unwrap();
        }
        let larder = writer(temporary.path());
        tally.read(&larder, &contents, &mutant);
        assert_eq!(get(&larder, "well", "p", "k").unwrap().as_deref(), Some("v"), "{mutant}");
        if number % 8 == 0 {
            write(&larder, &mutant);
            set(&larder, "well", "p", "k", "v").unwrap();
        }
    }
    println!("{tally:?}");
    assert!(tally.right > 0 && tally.refused > 0, "the mutants are too mild or too harsh: {tally:?}");
}

#[test]
fn to_a_workspace_that_was_closed() {
    try_mutants(|path| fill(&writer(path)), 1);
}

/// Opening it means repairing it first.
#[test]
fn to_a_workspace_whose_writer_was_killed() {
    let killed = |path: &Path| {
        let temporary = tempfile::tempdir().unwrap();
        let larder = writer(temporary.path());
        let contents = fill(&larder);
        set(&writer(path), "hurt", "p", "k", "v").unwrap();
        fs::copy(database(temporary.path(), "hurt"), database(path, "hurt")).unwrap();
        contents
    };
    try_mutants(killed, 2);
}
