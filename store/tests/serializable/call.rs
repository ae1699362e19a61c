use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Which call it is: calls are numbered from 0 in a history.
pub type Id = usize;

/// A call as the one who made it saw it.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Whether it committed. What one that did not has read must still have been there at one moment.
    pub committed: bool,
    /// When it began and ended, by a clock that counts what happens.
    pub began: u64,
    pub ended: u64,
    pub reads: Vec<Read>,
    pub writes: Vec<Write>,
}

/// Names a value: which call wrote it, and as the how manieth of its writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    pub call: Id,
    pub number: u32,
}

/// What a call has seen that it had not written itself.
#[derive(Clone, Debug)]
pub enum Read {
    Key {
        key: String,
        seen: Option<Tag>,
    },
    /// All that starts with a prefix, and nothing else that does.
    Listing {
        prefix: String,
        seen: BTreeMap<String, Tag>,
    },
}

/// What a call has left at a key, over what it had found there; a key that was removed is never written again.
#[derive(Clone, Debug)]
pub struct Write {
    pub key: String,
    pub over: Option<Tag>,
    /// None where the key was removed.
    pub tag: Option<Tag>,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.call, self.number)
    }
}

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (call, number) = text.split_once('.')?;
            Some(Self { call: call.parse().ok()?, number: number.parse().ok()? })
        };
        parse().ok_or_else(|| format!("{text:?} is nobody's value"))
    }
}
