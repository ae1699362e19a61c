//! A larder whose contents are known, to be damaged again and again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use larder_store::Larder;
use pollster::block_on;
use tempfile::TempDir;

use super::answers::Class;
use crate::support::damage::{Sources, Victim, mutate};
use crate::support::{Random, database, directory, directory_in_memory, session, set, sharing, writer};

/// The workspace that is damaged.
pub const HURT: &str = "hurt";
/// One with the same keys.
const OTHER: &str = "other";
const LARGE: u64 = 1_100_000;

/// How the larder was left before it was damaged.
#[derive(Clone, Copy, Debug)]
pub enum Left {
    Closed,
    /// Opening it means repairing it first.
    Killed,
}

/// What a key holds and held.
#[derive(Clone, Default)]
pub struct Value {
    now: Option<Vec<u8>>,
    before: Vec<Vec<u8>>,
}

impl Value {
    pub fn class_of(&self, told: Option<Vec<u8>>) -> Class {
        match told {
            told if told == self.now => Class::Right,
            None => Class::Missing,
            Some(told) if self.before.contains(&told) && self.now.is_none() => Class::Returned,
            Some(told) if self.before.contains(&told) => Class::Stale,
            Some(_) if self.now.is_none() && self.before.is_empty() => Class::Invented,
            Some(_) => Class::Wrong,
        }
    }
}

/// What was stored.
#[derive(Clone, Default)]
pub struct Contents {
    values: BTreeMap<(&'static str, String), Value>,
    in_doubt: bool,
}

impl Contents {
    pub fn values(&self) -> impl Iterator<Item = (&(&'static str, String), &Value)> {
        self.values.iter()
    }

    pub fn value(&self, store: &str, key: &str) -> Option<&Value> {
        self.values.iter().find(|((of, at), _)| *of == store && at == key).map(|(_, value)| value)
    }

    pub fn set(&mut self, store: &'static str, key: &str, new: Option<Vec<u8>>) {
        let value = self.values.entry((store, key.to_owned())).or_default();
        let old = std::mem::replace(&mut value.now, new);
        value.before.extend(old);
    }

    /// Nothing is known any more of a key, and so of what its store holds.
    pub fn forget(&mut self, store: &'static str, key: &str) {
        self.values.remove(&(store, key.to_owned()));
        self.in_doubt = true;
    }

    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    pub fn keys_of(&self, store: &str) -> impl Iterator<Item = &String> {
        self.values.iter().filter(move |((of, _), value)| *of == store && value.now.is_some()).map(|((_, key), _)| key)
    }

    /// Bytes and keys that a store holds.
    pub fn held(&self, store: &str) -> (u64, u64) {
        let held = self.values.iter().filter(|((of, _), _)| *of == store);
        let sizes = held.filter_map(|((_, key), value)| Some(key.len() + value.now.as_ref()?.len() + 64));
        sizes.fold((0, 0), |(bytes, keys), size| (bytes + size as u64, keys + 1))
    }
}

/// A larder to damage, and what it is put together from again afterwards.
pub struct World {
    directory: TempDir,
    files: BTreeMap<PathBuf, Vec<u8>>,
    pub contents: Contents,
    sources: Sources,
    _other: TempDir,
}

impl World {
    pub fn new(left: Left) -> Self {
        let (origin, other) = (directory_in_memory(), directory_in_memory());
        let larder = writer(origin.path());
        set(&larder, "well", "p", "k", "v").unwrap();
        let mut contents = Contents::default();
        let mut random = Random(1);
        fill(&larder, HURT, &mut contents, &mut random);
        block_on(larder.close()).unwrap();
        let earlier = fs::read(database(origin.path(), HURT)).unwrap();
        fill(&larder, HURT, &mut contents, &mut random);
        let files = match left {
            Left::Closed => {
                drop(larder);
                all_files(origin.path())
            }
            Left::Killed => all_files(origin.path()),
        };
        fill(&writer(other.path()), OTHER, &mut Contents::default(), &mut Random(2));
        let sources = Sources { other: directory(other.path(), OTHER), earlier };
        Self { directory: directory_in_memory(), files, contents, sources, _other: other }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Puts the larder together again and damages it in one place.
    pub fn damage(&self, random: &mut Random) -> (Victim, String) {
        for entry in fs::read_dir(self.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        for (name, bytes) in &self.files {
            let file = self.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        mutate(self.path(), HURT, &self.sources, random)
    }
}

/// Fills a workspace as use does: with values of many sizes, some of them replaced and some removed.
fn fill(larder: &Larder, workspace: &str, contents: &mut Contents, random: &mut Random) {
    let shared = sharing(larder, workspace, "a");
    for number in 0..120 {
        let plugin = *random.pick(&["a", "b"]);
        let key = format!("key {}", random.below(60));
        let session = session(larder, workspace, plugin);
        let size = *random.pick(&[0, 10, 500, 3000, 9000]);
        let value = random.bytes(size);
        let new = match number % 10 {
            9 => block_on(session.delete(&key)).map(|()| None),
            8 => {
                let store = session.private();
                block_on(store.set_expiring(&key, value.clone(), Duration::from_secs(1 << 30))).map(|()| Some(value))
            }
            7 => {
                block_on(shared.shared().set(&key, value.clone())).unwrap();
                contents.set("shared", &key, Some(value));
                continue;
            }
            _ => block_on(session.set(&key, value.clone())).map(|()| Some(value)),
        };
        contents.set(plugin, &key, new.unwrap());
    }
    let large = random.bytes(LARGE);
    block_on(session(larder, workspace, "a").set("large", large.clone())).unwrap();
    contents.set("a", "large", Some(large));
}

fn all_files(larder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut left = vec![larder.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                files.insert(path.strip_prefix(larder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}
