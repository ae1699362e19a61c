use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};

use larder_store::Store;

use super::Error;

/// How many positions are kept; the oldest go first.
const MOST: usize = 64;

/// The positions in listings that a plugin knows by number.
///
/// `0.2.0-draft` has no room for a key in a cursor. Numbers count up from a random one, so that a number from another
/// session, kept by a plugin beyond its call, is unknown here and does not lead to a wrong place.
#[derive(Debug)]
pub(crate) struct Cursors {
    next: u64,
    positions: VecDeque<Position>,
}

#[derive(Debug)]
struct Position {
    number: u64,
    store: Store,
    after: String,
}

impl Cursors {
    pub(crate) fn new() -> Self {
        // Half of the range is left to count in.
        let first = (RandomState::new().build_hasher().finish() >> 1) + 1;
        Self { next: first, positions: VecDeque::new() }
    }

    /// A number for the keys of `store` that come after `after`.
    pub(super) fn remember(&mut self, store: Store, after: String) -> u64 {
        if self.positions.len() == MOST {
            self.positions.pop_front();
        }
        let number = self.next;
        self.next += 1;
        self.positions.push_back(Position { number, store, after });
        number
    }

    /// Where the page begins that `cursor` stands for in `store`; none and 0 are the first.
    pub(super) fn after(&self, store: Store, cursor: Option<u64>) -> Result<Option<&str>, Error> {
        let Some(number @ 1..) = cursor else { return Ok(None) };
        let position = self.positions.iter().find(|position| position.number == number && position.store == store);
        position.map(|position| Some(&*position.after)).ok_or(Error::UNKNOWN_CURSOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_its_position_in_its_store_and_session_alone() {
        let mut cursors = Cursors::new();
        let [a, b] = ["a", "b"].map(|key| Some(cursors.remember(Store::Private, key.to_owned())));
        assert_eq!(cursors.after(Store::Private, a).unwrap(), Some("a"));
        assert_eq!(cursors.after(Store::Private, b).unwrap(), Some("b"));
        assert!(cursors.after(Store::Shared, a).is_err());
        assert!(Cursors::new().after(Store::Private, a).is_err());
    }

    #[test]
    fn the_oldest_of_too_many_are_forgotten() {
        let mut cursors = Cursors::new();
        let numbers: Vec<_> = (0..=MOST).map(|n| Some(cursors.remember(Store::Private, n.to_string()))).collect();
        assert!(cursors.after(Store::Private, numbers[0]).is_err());
        assert_eq!(cursors.after(Store::Private, numbers[1]).unwrap(), Some("1"));
        assert_eq!(cursors.after(Store::Private, numbers[MOST]).unwrap(), Some(&*MOST.to_string()));
    }

    #[test]
    fn nothing_and_zero_are_the_beginning() {
        let cursors = Cursors::new();
        assert_eq!(cursors.after(Store::Private, None).unwrap(), None);
        assert_eq!(cursors.after(Store::Private, Some(0)).unwrap(), None);
    }
}
