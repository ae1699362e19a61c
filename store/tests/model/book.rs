use std::collections::HashMap;

use larder_store::Version;

/// A write that the model has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Write {
    number: u64,
    /// The commit of the whole call that it was part of.
    commit: Option<u64>,
}

/// Which version the store gave which write: each its own, for good.
#[derive(Debug, Default)]
pub struct Book {
    drawn: u64,
    versions: HashMap<Write, Version>,
    writes: HashMap<Version, Write>,
}

impl Write {
    /// One that writes nothing, so that no version is its own.
    pub const NONE: Self = Self { number: 0, commit: None };

    /// Whether the two may have one version: as parts of one commit.
    fn goes_with(self, other: Self) -> bool {
        self == other || (self.commit.is_some() && self.commit == other.commit)
    }
}

impl Book {
    pub fn next(&mut self) -> Write {
        self.drawn += 1;
        Write { number: self.drawn, commit: None }
    }

    /// A write that may share its version with others of the same commit.
    pub fn next_of(&mut self, commit: Write) -> Write {
        Write { commit: Some(commit.number), ..self.next() }
    }

    /// Whether `version` can be that of `write`, which it is from now on.
    pub fn agrees(&mut self, write: Write, version: Version) -> bool {
        if write == Write::NONE {
            return true;
        }
        *self.versions.entry(write).or_insert(version) == version
            && self.writes.entry(version).or_insert(write).goes_with(write)
    }

    pub fn version(&self, write: Write) -> Option<Version> {
        self.versions.get(&write).copied()
    }
}
