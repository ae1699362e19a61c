use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::content::Content;
use super::power_cut::{self, Reach};
use crate::random::Random;

/// What the names in a directory lead to.
pub type Names = BTreeMap<String, u64>;

#[derive(Clone)]
pub enum Node {
    File(FileNode),
    Dir(DirNode),
}

/// A file as everybody sees it, and as the disk has it for certain.
#[derive(Clone, Default)]
pub struct FileNode {
    pub now: Content,
    pub durable: Content,
    /// What was changed since the last sync, with its number among all changes.
    pub pending: Vec<(u64, FileChange)>,
    /// What cannot be read.
    pub unreadable: Option<Range<u64>>,
}

#[derive(Clone)]
pub enum FileChange {
    Write { offset: u64, bytes: Arc<[u8]> },
    SetLen(u64),
}

/// What becomes of what was not synced when a sync fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// The next sync tries again.
    Kept,
    /// It is taken for written and never is, as with Linux: it can be read until the power goes.
    Forgotten,
    /// It is gone at once.
    Dropped,
}

impl FileNode {
    pub fn with(content: Content) -> Self {
        Self { now: content.clone(), durable: content, ..Self::default() }
    }

    pub fn change(&mut self, number: u64, change: FileChange) {
        change.apply(&mut self.now);
        self.pending.push((number, change));
    }

    pub fn sync(&mut self) {
        // Not what is there now, which may be more than what is still to be written.
        for (_, change) in self.pending.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    pub fn fail_to_sync(&mut self, unsynced: Unsynced, reach: Reach, random: &mut Random) {
        if unsynced == Unsynced::Kept {
            return;
        }
        self.durable = power_cut::of_file(self, reach, random);
        self.pending.clear();
        if unsynced == Unsynced::Dropped {
            self.now = self.durable.clone();
        }
    }
}

impl FileChange {
    fn apply(&self, content: &mut Content) {
        match self {
            Self::Write { offset, bytes } => content.write(*offset, bytes),
            Self::SetLen(bytes) => content.set_len(*bytes),
        }
    }
}

/// A directory as everybody sees it, and as the disk has it for certain.
#[derive(Clone, Default)]
pub struct DirNode {
    pub now: Names,
    pub durable: Names,
    pub pending: Vec<(u64, DirChange)>,
    /// Nothing is made in it any more.
    pub removed: bool,
}

#[derive(Clone)]
pub enum DirChange {
    Link(String, u64),
    Unlink(String),
    Rename { from: String, to: String, node: u64 },
}

impl DirNode {
    pub fn with(names: Names) -> Self {
        Self { now: names.clone(), durable: names, ..Self::default() }
    }

    pub fn change(&mut self, number: u64, change: DirChange) {
        change.apply(&mut self.now);
        self.pending.push((number, change));
    }

    pub fn sync(&mut self) {
        self.durable = self.now.clone();
        self.pending.clear();
    }
}

impl DirChange {
    pub fn apply(&self, names: &mut Names) {
        match self {
            Self::Link(name, node) => {
                names.insert(name.clone(), *node);
            }
            Self::Unlink(name) => {
                names.remove(name);
            }
            Self::Rename { from, to, node } => {
                if names.get(from) == Some(node) {
                    names.remove(from);
                }
                names.insert(to.clone(), *node);
            }
        }
    }
}
