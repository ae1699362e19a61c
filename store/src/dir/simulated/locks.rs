use std::ops::Bound;

/// Who holds which ranges of which files.
#[derive(Default)]
pub struct RangeLocks(Vec<Lock>);

struct Lock {
    node: u64,
    owner: u64,
    range: (Bound<u64>, Bound<u64>),
    shared: bool,
}

impl RangeLocks {
    pub fn try_lock(&mut self, node: u64, owner: u64, range: (Bound<u64>, Bound<u64>), shared: bool) -> bool {
        if self.conflicts(node, owner, range, shared) {
            return false;
        }
        self.0.push(Lock { node, owner, range, shared });
        true
    }

    /// Whether somebody else's lock stands in the way.
    pub fn conflicts(&self, node: u64, owner: u64, range: (Bound<u64>, Bound<u64>), shared: bool) -> bool {
        let others = self.0.iter().filter(|lock| lock.node == node && lock.owner != owner);
        others.filter(|lock| !(lock.shared && shared)).any(|lock| overlap(lock.range, range))
    }

    pub fn unlock(&mut self, owner: u64, range: (Bound<u64>, Bound<u64>)) {
        self.0.retain(|lock| lock.owner != owner || lock.range != range);
    }

    pub fn unlock_all(&mut self, owner: u64) {
        self.0.retain(|lock| lock.owner != owner);
    }
}

fn overlap(one: (Bound<u64>, Bound<u64>), other: (Bound<u64>, Bound<u64>)) -> bool {
    let ((a, b), (c, d)) = (ends(one), ends(other));
    a < d && c < b
}

fn ends((start, end): (Bound<u64>, Bound<u64>)) -> (u128, u128) {
    let start = match start {
        Bound::Unbounded => 0,
        Bound::Included(start) => u128::from(start),
        Bound::Excluded(before) => u128::from(before) + 1,
    };
    let end = match end {
        Bound::Unbounded => u128::MAX,
        Bound::Included(last) => u128::from(last) + 1,
        Bound::Excluded(end) => u128::from(end),
    };
    (start, end)
}
