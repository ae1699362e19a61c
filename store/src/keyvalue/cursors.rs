use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::{Bucket, Error};

/// How many positions are kept; the oldest go first.
const MOST: usize = 64;

/// The positions in listings that a plugin knows by number.
///
/// `0.2.0-draft` has no room for a key in a cursor. Numbers count up from a random one, so that a number from another
/// session, kept by a plugin beyond its call, is unknown here and does not lead to a wrong place.
#[derive(Debug)]
pub struct Cursors {
    next: u64,
    positions: VecDeque<Position>,
}

#[derive(Debug)]
struct Position {
    number: u64,
    bucket: Bucket,
    after: String,
}

impl Cursors {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "no two are equal")]
    pub fn new() -> Self {
        // Half of the range is left to count in.
        let first = (RandomState::new().build_hasher().finish() >> 1) + 1;
        Self { next: first, positions: VecDeque::new() }
    }

    /// A number for the keys of a bucket that come after `after`.
    pub fn remember(&mut self, bucket: Bucket, after: String) -> u64 {
        if self.positions.len() == MOST {
            self.positions.pop_front();
        }
        let number = self.next;
        self.next += 1;
        self.positions.push_back(Position { number, bucket, after });
        number
    }

    /// Where the page begins that `cursor` stands for in a bucket; none and 0 are the first.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCursor`] where it stands for none.
    pub fn after(&self, bucket: Bucket, cursor: Option<u64>) -> Result<Option<&str>, Error> {
        let Some(number @ 1..) = cursor else { return Ok(None) };
        let position = self.positions.iter().find(|position| position.number == number && position.bucket == bucket);
        position.map(|position| Some(&*position.after)).ok_or(Error::UnknownCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::Grant;

    fn bucket(name: &str) -> Bucket {
        Bucket::named(name, &Grant::read()).unwrap()
    }

    #[test]
    fn a_number_stands_for_its_position_in_its_store_and_session_alone() {
        let mut cursors = Cursors::new();
        let [a, b] = ["a", "b"].map(|key| Some(cursors.remember(bucket(""), key.to_owned())));
        assert_eq!(cursors.after(bucket(""), a).unwrap(), Some("a"));
        assert_eq!(cursors.after(bucket(""), b).unwrap(), Some("b"));
        assert!(cursors.after(bucket("shared"), a).is_err());
        assert!(Cursors::new().after(bucket(""), a).is_err());
    }

    #[test]
    fn the_oldest_of_too_many_are_forgotten() {
        let mut cursors = Cursors::new();
        let numbers: Vec<_> = (0..=MOST).map(|n| Some(cursors.remember(bucket(""), n.to_string()))).collect();
        assert!(cursors.after(bucket(""), numbers[0]).is_err());
        assert_eq!(cursors.after(bucket(""), numbers[1]).unwrap(), Some("1"));
        assert_eq!(cursors.after(bucket(""), numbers[MOST]).unwrap(), Some(&*MOST.to_string()));
    }

    #[test]
    fn nothing_and_zero_are_the_beginning() {
        let cursors = Cursors::new();
        assert_eq!(cursors.after(bucket(""), None).unwrap(), None);
        assert_eq!(cursors.after(bucket(""), Some(0)).unwrap(), None);
    }
}
