use larder_benches::Shape;

/// How often everything is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// How often it is a thing's turn.
    pub rounds: u32,
    /// What it does in its turn, when it reads.
    pub reads: Shape,
    /// What it does in its turn, when it writes.
    pub writes: Shape,
}

impl Effort {
    /// Some 20 s.
    pub const FULL: Self =
        Self { rounds: 200, reads: Shape { samples: 10, calls: 100 }, writes: Shape { samples: 10, calls: 1 } };

    /// Some seconds.
    pub const SHORT: Self =
        Self { rounds: 20, reads: Shape { samples: 10, calls: 50 }, writes: Shape { samples: 5, calls: 1 } };
}
