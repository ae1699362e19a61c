use std::collections::BTreeSet;

use crate::engine::Place;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;

/// So much is kept of keys, each with what it takes beside its bytes.
const MOST_KEY_BYTES: usize = 1024 * 1024;
/// So many ranges are kept: each change of others is compared with all of them.
const MOST_RANGES: usize = 64;

/// What a whole call has read, and up to which commit that is known to be so.
///
/// It is bounded: beyond that, a store that was read from counts as read in full, so that any change of it is a conflict.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    keys: BTreeSet<Place>,
    key_bytes: usize,
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
        Self { keys: BTreeSet::new(), key_bytes: 0, ranges: Vec::new(), seen: None, first_expiry: Expiry::NEVER }
    }
}

impl Reads {
    pub fn add_key(&mut self, place: Place) {
        if self.ranges.iter().any(|range| range.covers(&place)) {
            return;
        }
        let bytes = place.key.as_bytes().len() + size_of::<Place>();
        if self.keys.insert(place) {
            self.key_bytes += bytes;
            self.keep_within_bounds();
        }
    }

    pub fn add_range(&mut self, range: ReadRange) {
        if self.ranges.iter().any(|known| known.includes(&range)) {
            return;
        }
        match self.ranges.iter_mut().find(|known| known.reaches(&range)) {
            Some(known) => known.last = known.last.take().zip(range.last).map(|(one, other)| one.max(other)),
            None => self.ranges.push(range),
        }
        self.keep_within_bounds();
    }

    fn keep_within_bounds(&mut self) {
        if self.key_bytes <= MOST_KEY_BYTES && self.ranges.len() <= MOST_RANGES {
            return;
        }
        let of_keys = std::mem::take(&mut self.keys).into_iter().map(|place| place.store);
        let of_ranges = std::mem::take(&mut self.ranges).into_iter().map(|range| range.store);
        let stores: BTreeSet<StoreId> = of_keys.chain(of_ranges).collect();
        self.key_bytes = 0;
        self.ranges = stores.into_iter().map(ReadRange::all_of).collect();
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
    fn all_of(store: StoreId) -> Self {
        Self { store, prefix: Key::trusted("").into_owned(), after: None, last: None }
    }

    /// Whether all of another range is in this one.
    fn includes(&self, other: &Self) -> bool {
        self.store == other.store
            && other.prefix.as_str().starts_with(self.prefix.as_str())
            && self.after <= other.after
            && self.last.as_ref().is_none_or(|end| other.last.as_ref().is_some_and(|last| last <= end))
    }

    /// Whether another one with the same prefix begins in this one, so that both are one, as pages of a listing are.
    fn reaches(&self, other: &Self) -> bool {
        self.store == other.store
            && self.prefix == other.prefix
            && self.after <= other.after
            && other.after.as_ref().zip(self.last.as_ref()).is_some_and(|(after, last)| after.as_str() <= last.as_str())
    }

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
        assert!(!reads.is_touched_by(&Touch::Key(elsewhere("k"))));
    }

    fn elsewhere(key: &str) -> Place {
        Place { store: StoreId::Private("p".parse().unwrap()), ..place(key) }
    }

    fn range(prefix: &str, after: Option<&str>, last: Option<&str>) -> ReadRange {
        let after = after.map(own);
        ReadRange { store: StoreId::Shared, prefix: own(prefix), after, last: last.map(str::to_owned) }
    }

    #[test]
    fn the_pages_of_a_listing_are_one_range() {
        let mut reads = Reads::default();
        for page in 0..1000 {
            // Each looks at one key more than it shows.
            let after = (page > 0).then(|| format!("{:04}", page * 2));
            reads.add_range(range("", after.as_deref(), Some(&format!("{:04}", page * 2 + 3))));
            reads.add_range(range("", after.as_deref(), Some(&format!("{:04}", page * 2 + 3))));
        }
        assert_eq!(reads.ranges.len(), 1);
        for (key, is_read) in [("0000", true), ("1000", true), ("2001", true), ("2002", false)] {
            assert_eq!(reads.is_touched_by(&Touch::Key(place(key))), is_read, "{key}");
        }
        reads.add_range(range("", Some("2000"), None));
        assert!(reads.ranges.len() == 1 && reads.is_touched_by(&Touch::Key(place("2002"))));
    }

    #[test]
    fn ranges_apart_stay_apart() {
        let mut reads = Reads::default();
        reads.add_range(range("", None, Some("b")));
        reads.add_range(range("", Some("d"), Some("f")));
        reads.add_range(range("x", Some("a"), Some("xb")));
        for (key, is_read) in [("b", true), ("c", false), ("d", false), ("e", true), ("g", false), ("xa", true)] {
            assert_eq!(reads.is_touched_by(&Touch::Key(place(key))), is_read, "{key}");
        }
    }

    #[test]
    fn who_reads_without_end_has_read_the_store_in_full_and_no_other() {
        let mut keys = Reads::default();
        for number in 0..100_000 {
            keys.add_key(place(&format!("{number:0>100}")));
        }
        let mut ranges = Reads::default();
        for number in 0..100_000 {
            ranges.add_range(range(&format!("{number}/"), None, None));
        }
        for reads in [&keys, &ranges] {
            assert!(reads.key_bytes <= MOST_KEY_BYTES && reads.keys.len() <= MOST_KEY_BYTES / 100);
            assert!(reads.ranges.len() <= MOST_RANGES);
            assert!(reads.is_touched_by(&Touch::Key(place("another"))));
            assert!(!reads.is_touched_by(&Touch::Key(elsewhere("another"))));
        }
    }
}
