use super::call::Id;

/// Which call comes before which, all consequences drawn.
pub struct Order {
    /// A bit for each call that comes after.
    after: Vec<Vec<u64>>,
}

impl Order {
    pub fn of(calls: usize, edges: impl IntoIterator<Item = (Id, Id)>) -> Self {
        let mut after = vec![vec![0_u64; calls.div_ceil(64)]; calls];
        for (from, to) in edges {
            after[from][to / 64] |= 1 << (to % 64);
        }
        // Warshall's closure.
        for through in 0..calls {
            let beyond = after[through].clone();
            for row in &mut after {
                if row[through / 64] & (1 << (through % 64)) != 0 {
                    row.iter_mut().zip(&beyond).for_each(|(bits, more)| *bits |= more);
                }
            }
        }
        Self { after }
    }

    pub fn is_before(&self, first: Id, second: Id) -> bool {
        self.after[first][second / 64] & (1 << (second % 64)) != 0
    }
}
