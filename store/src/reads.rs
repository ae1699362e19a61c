use std::collections::BTreeSet;

use crate::engine::Place;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;

/// What a whole call has read, and up to which commit that is known to be so.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    keys: BTreeSet<Place>,
    ranges: Vec<ReadRange>,
    /// The state that all of it was read from, or has been compared with since; none before the first read.
    pub seen: Option<Seen>,
    /// When the first of the values that were read is gone.
    pub first_expiry: Expiry,
}

/// A committed state of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Which opening of the workspace it belongs to; 0 where there was no workspace.
    pub epoch: u64,
    /// The number of the commit.
    pub commit: u64,
}

/// A part of a store that a listing covered.
#[derive(Clone, Debug)]
pub(crate) struct ReadRange {
    pub store: StoreId,
    pub prefix: Key<'static>,
    pub after: Option<Key<'static>>,
    /// The last key; none where it went to the end.
    pub last: Option<String>,
}

/// What a commit has changed.
#[derive(Clone, Debug)]
pub(crate) enum Touch {
    Key(Place),
    Prefix(StoreId, Key<'static>),
}

impl Default for Reads {
    fn default() -> Self {
        Self { keys: BTreeSet::new(), ranges: Vec::new(), seen: None, first_expiry: Expiry::NEVER }
    }
}

impl Reads {
    pub fn add_key(&mut self, place: Place) {
        self.keys.insert(place);
    }

    pub fn add_range(&mut self, range: ReadRange) {
        self.ranges.push(range);
    }

    pub fn is_touched_by(&self, touch: &Touch) -> bool {
        match touch {
            Touch::Key(place) => self.keys.contains(place) || self.ranges.iter().any(|range| range.covers(place)),
            Touch::Prefix(store, prefix) => {
                let starts = |key: &str| key.starts_with(prefix.as_str());
                self.keys.iter().any(|place| place.store == *store && starts(place.key.as_str()))
                    || self.ranges.iter().any(|range| range.store == *store && range.meets(prefix))
            }
        }
    }
}

impl ReadRange {
    fn covers(&self, Place { store, key }: &Place) -> bool {
        *store == self.store
            && key.as_str().starts_with(self.prefix.as_str())
            && self.after.as_ref().is_none_or(|after| key > after)
            && self.last.as_ref().is_none_or(|last| key.as_str() <= last.as_str())
    }

    /// Whether a key that starts with `prefix` may lie in the range; what lies beside it may count too.
    fn meets(&self, prefix: &Key) -> bool {
        let (one, other) = (self.prefix.as_str(), prefix.as_str());
        one.starts_with(other) || other.starts_with(one)
    }
}

impl Touch {
    /// Bytes of the key, for bounding what is remembered.
    pub fn bytes(&self) -> usize {
        let (Self::Key(Place { key, .. }) | Self::Prefix(_, key)) = self;
        key.as_bytes().len() + size_of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(key: &str) -> Place {
        Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() }
    }

    fn own(text: &str) -> Key<'static> {
        Key::trusted(text).into_owned()
    }

    #[test]
    fn a_change_within_what_was_read_touches_it() {
        let mut reads = Reads::default();
        reads.add_key(place("k"));
        let range = ReadRange {
            store: StoreId::Shared,
            prefix: own("n/"),
            after: Some(own("n/b")),
            last: Some("n/d".to_owned()),
        };
        reads.add_range(range);
        for touched in ["k", "n/c", "n/d", "n/b\0"] {
            assert!(reads.is_touched_by(&Touch::Key(place(touched))), "{touched}");
        }
        for beside in ["", "kk", "n/", "n/b", "n/da", "m/c"] {
            assert!(!reads.is_touched_by(&Touch::Key(place(beside))), "{beside}");
        }
        for (prefix, touches) in [("", true), ("k", true), ("n/c", true), ("n", true), ("m", false), ("kk", false)] {
            assert_eq!(reads.is_touched_by(&Touch::Prefix(StoreId::Shared, own(prefix))), touches, "{prefix}");
        }
        let elsewhere = Place { store: StoreId::Private("p".parse().unwrap()), ..place("k") };
        assert!(!reads.is_touched_by(&Touch::Key(elsewhere)));
    }
}
