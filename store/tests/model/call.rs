use larder_store::{Store, Version};

use super::content::Content;

/// A call of the interface.
#[derive(Clone, Debug)]
pub enum Call {
    Set {
        at: At,
        value: Content,
    },
    SetExpiring {
        at: At,
        value: Content,
        ms: u64,
    },
    Get(At),
    Delete(At),
    Exists(At),
    Keys(Listing),
    Items(Listing),
    DeletePrefix {
        store: Store,
        prefix: &'static str,
    },
    Usage(Store),
    Entry(At),
    GetMany(Vec<At>),
    Apply {
        checks: Vec<(At, Expect)>,
        changes: Vec<(At, Deed)>,
    },
    Increment {
        at: At,
        by: i64,
    },
    Open(At),
    /// Of the readers that are open, the one of this number; that many are counted in circles.
    Read {
        reader: usize,
        offset: u64,
        most: u32,
    },
    Close {
        reader: usize,
    },
    Create {
        at: At,
        expect: Option<Expect>,
        ms: Option<u64>,
    },
    Write {
        writer: usize,
        value: Content,
    },
    Finish {
        writer: usize,
    },
    Abandon {
        writer: usize,
    },
}

#[derive(Clone, Copy, Debug)]
pub struct At {
    pub store: Store,
    pub key: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub struct Listing {
    pub store: Store,
    pub prefix: &'static str,
    pub after: Option<&'static str>,
    pub most: u32,
}

#[derive(Clone, Copy, Debug)]
pub enum Expect {
    Absent,
    Present,
    /// Made by the write that made what is there now.
    AsNow,
    /// Made by another write.
    AsElsewhere,
    Unchanged(Version),
}

/// What is done to a key.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Set(Content),
    SetExpiring(Content, u64),
    Delete,
    Add(i64),
}

impl Deed {
    pub fn value(self) -> Option<Content> {
        match self {
            Self::Set(value) | Self::SetExpiring(value, _) => Some(value),
            Self::Delete | Self::Add(_) => None,
        }
    }
}

impl Call {
    /// With the versions that are meant by `AsNow` and `AsElsewhere`.
    pub fn with_versions(mut self, mut version: impl FnMut(At, Expect) -> Version) -> Self {
        let mut name = |at: At, expect: &mut Expect| {
            if matches!(expect, Expect::AsNow | Expect::AsElsewhere) {
                *expect = Expect::Unchanged(version(at, *expect));
            }
        };
        match &mut self {
            Self::Apply { checks, .. } => checks.iter_mut().for_each(|(at, expect)| name(*at, expect)),
            Self::Create { at, expect: Some(expect), .. } => name(*at, expect),
            _ => {}
        }
        self
    }
}
