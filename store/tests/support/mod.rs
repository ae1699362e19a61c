//! What the tests set up in common.

#![allow(dead_code, reason = "no test needs all of it")]

use std::path::{Path, PathBuf};

use larder_store::{Access, Dir, Error, Excess, Fault, Larder, Limits, Options, Session, Unit};
use pollster::block_on;

pub fn options(access: Access) -> Options {
    let mut options = Options::default();
    options.access = access;
    options
}

pub fn open(path: &Path, access: Access) -> Larder {
    Larder::open(Dir::open_ambient(path).unwrap(), options(access)).unwrap()
}

pub fn writer(path: &Path) -> Larder {
    open(path, Access::ReadWrite)
}

pub fn reader(path: &Path) -> Larder {
    open(path, Access::ReadOnly)
}

/// A session under the default limits.
pub fn session(larder: &Larder, workspace: &str, plugin: &str) -> Session {
    limited(larder, workspace, plugin, Limits::default())
}

pub fn limited(larder: &Larder, workspace: &str, plugin: &str, limits: Limits) -> Session {
    larder.session(&workspace.parse().unwrap(), &plugin.parse().unwrap(), limits)
}

pub fn set(larder: &Larder, workspace: &str, plugin: &str, key: &str, value: &str) -> Result<(), Error> {
    block_on(session(larder, workspace, plugin).set(key, value))
}

pub fn get(larder: &Larder, workspace: &str, plugin: &str, key: &str) -> Result<Option<String>, Error> {
    let value = block_on(session(larder, workspace, plugin).get(key))?;
    Ok(value.map(|value| String::from_utf8(value).unwrap()))
}

pub fn database(larder: &Path, workspace: &str) -> PathBuf {
    directory(larder, workspace).join("data.redb")
}

pub fn directory(larder: &Path, workspace: &str) -> PathBuf {
    larder.join("workspaces").join(workspace)
}

/// The names in the larder's directory of workspaces.
pub fn workspace_names(larder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(larder.join("workspaces"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn is_held<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unavailable(Fault::Held { .. })))
}

pub fn bytes(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Bytes, limit, actual }
}

pub fn items(limit: u64, actual: u64) -> Excess {
    Excess { unit: Unit::Items, limit, actual }
}

/// Numbers that are the same for the same seed (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    pub fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}
