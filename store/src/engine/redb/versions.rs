use crate::version::Version;

/// How many versions are reserved at once.
pub(super) const BLOCK: u64 = 65_536;
/// With so few left, a commit reserves the next block by the way.
const FEW: u64 = BLOCK / 2;

/// Where versions come from: a counter whose reserved part is in the database.
///
/// One that a failed commit drew is not drawn again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions {
    next: u64,
    reserved: u64,
}

impl Versions {
    /// Those that come after what is reserved in a database.
    pub fn above(reserved: u64) -> Self {
        Self { next: reserved, reserved }
    }

    /// Those that `earlier` has not drawn either.
    pub fn also_above(self, earlier: Self) -> Self {
        Self { next: self.next.max(earlier.next), ..self }
    }

    pub fn draw(&mut self) -> Version {
        let version = self.next;
        self.next += 1;
        version.into()
    }

    /// Whether the next is reserved.
    pub fn has_reserved(&self) -> bool {
        self.next < self.reserved
    }

    /// Whether all that were drawn were reserved before.
    pub fn are_reserved(&self) -> bool {
        self.next <= self.reserved
    }

    /// What is to be written to the database with the next commit, if anything.
    pub fn next_block(&self) -> Option<u64> {
        (self.next + FEW > self.reserved).then_some(self.next + BLOCK)
    }

    /// That was committed.
    pub fn reserved(&mut self, below: u64) {
        self.reserved = self.reserved.max(below);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_drawn_once_whatever_becomes_of_commits() {
        let mut versions = Versions::above(10);
        assert!(!versions.has_reserved());
        assert_eq!(versions.draw(), 10.into());
        let below = versions.next_block().unwrap();
        // The commit fails, and the database still says 10.
        let mut again = Versions::above(10).also_above(versions);
        assert_eq!(again.draw(), 11.into());
        assert!(again.next_block().unwrap() >= below);
    }

    #[test]
    fn what_is_reserved_is_not_reserved_again_before_little_is_left() {
        let mut versions = Versions::above(1);
        versions.reserved(versions.next_block().unwrap());
        let mut drawn = 0;
        while versions.next_block().is_none() {
            versions.draw();
            drawn += 1;
        }
        assert_eq!(drawn, FEW + 1);
        assert!(versions.has_reserved());
    }
}
