//! What is done in a process that will be killed: the same for the same seed, so that its parent knows it too.

use crate::support::Random;

/// From which size on a value is a file of its own.
pub const LARGE_BYTES: usize = 1024 * 1024;
/// How long what is to be gone soon has to live.
pub const SOON_MS: u64 = 20;

/// One of those who work in a process at the same time. Nobody else touches what it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub process: u64,
    pub number: u64,
}

/// Which of an actor's workspaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum In {
    /// The one that the actors of a process have in common.
    Common,
    /// Its own, which it removes and makes anew.
    Own,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub workspace: In,
    pub shared: bool,
    pub key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Of the step that has written it.
    pub number: u64,
    pub bytes: usize,
    pub lives: Lives,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lives {
    Forever,
    /// Longer than any test.
    Long,
    Shortly,
}

/// Changes to keys of one workspace; none removes the key.
pub type Changes = Vec<(Place, Option<Value>)>;

#[derive(Clone, Debug)]
pub enum Step {
    Set(Place, Value),
    /// A chunk at a time.
    Stream(Place, Value),
    Delete(Place),
    /// In one commit.
    Together(In, Changes),
    /// In one call that is committed at its end.
    WholeCall(In, Changes),
    /// Removes all that is in the private store of its own workspace.
    Empty,
    DeleteWorkspace,
    CreateWorkspace,
    /// Closes what is open; the next step opens it again.
    Close,
    /// Long enough for the workspace to fall idle.
    Rest,
}

impl Actor {
    pub fn workspace(self, which: In) -> String {
        match which {
            In::Common => format!("common-{}", self.process),
            In::Own => format!("own-{}-{}", self.process, self.number),
        }
    }

    pub fn plugin(self) -> String {
        format!("actor-{}", self.number)
    }

    /// What all its keys in a store that is shared begin with.
    pub fn prefix(self) -> String {
        format!("{}/", self.number)
    }

    /// What it does as number `number`.
    pub fn step(self, seed: u64, number: u64) -> Step {
        let mut random = Random(seed ^ (self.process << 56) ^ (self.number << 48) ^ (number << 16));
        match random.below(100) {
            0..=27 => Step::Set(self.place(&mut random), value(&mut random, number)),
            28..=34 => Step::Set(self.place(&mut random), large(&mut random, number)),
            35..=38 => Step::Stream(self.place(&mut random), large(&mut random, number)),
            39..=46 => Step::Delete(self.place(&mut random)),
            47..=64 => self.changes(&mut random, number, Step::Together),
            65..=84 => self.changes(&mut random, number, Step::WholeCall),
            85..=86 => Step::Empty,
            87..=91 => Step::DeleteWorkspace,
            92..=93 => Step::CreateWorkspace,
            94..=97 => Step::Close,
            _ => Step::Rest,
        }
    }

    fn changes(self, random: &mut Random, number: u64, step: fn(In, Changes) -> Step) -> Step {
        let workspace = which(random);
        let mut changes = Changes::new();
        for _ in 0..2 + random.below(5) {
            let place = self.place_in(random, workspace);
            changes.retain(|(other, _)| *other != place);
            let written = match random.below(8) {
                0 => None,
                1 => Some(large(random, number)),
                _ => Some(value(random, number)),
            };
            changes.push((place, written.map(|value| Value { lives: Lives::Forever, ..value })));
        }
        step(workspace, changes)
    }

    fn place(self, random: &mut Random) -> Place {
        let workspace = which(random);
        self.place_in(random, workspace)
    }

    fn place_in(self, random: &mut Random, workspace: In) -> Place {
        let (shared, key) = (random.below(3) == 0, random.below(5));
        let prefix = if shared { self.prefix() } else { String::new() };
        Place { workspace, shared, key: format!("{prefix}{key}") }
    }
}

impl Step {
    /// Where it changes something, if it does.
    pub fn workspace(&self) -> Option<In> {
        match self {
            Self::Set(place, _) | Self::Stream(place, _) | Self::Delete(place) => Some(place.workspace),
            Self::Together(workspace, _) | Self::WholeCall(workspace, _) => Some(*workspace),
            Self::Empty | Self::DeleteWorkspace | Self::CreateWorkspace => Some(In::Own),
            Self::Close | Self::Rest => None,
        }
    }
}

impl Value {
    pub fn content(self) -> Vec<u8> {
        self.number.to_le_bytes().into_iter().cycle().take(self.bytes).collect()
    }
}

fn which(random: &mut Random) -> In {
    *random.pick(&[In::Common, In::Common, In::Own])
}

fn value(random: &mut Random, number: u64) -> Value {
    let bytes = 8 + random.below(3000) as usize;
    let lives = *random.pick(&[Lives::Forever, Lives::Forever, Lives::Forever, Lives::Long, Lives::Shortly]);
    Value { number, bytes, lives }
}

fn large(random: &mut Random, number: u64) -> Value {
    Value { bytes: LARGE_BYTES + random.below(70_000) as usize, ..value(random, number) }
}
