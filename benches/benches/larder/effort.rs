use larder_benches::Shape;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// How often it is a thing's turn.
    pub rounds: u32,
    /// What it does in its turn, when it reads.
    pub reads: Shape,
    /// What it does in its turn, when it writes.
    pub writes: Shape,
    /// How often it is a thing's turn that takes milliseconds.
    pub long_rounds: u32,
    /// Workspaces on the disk.
    pub workspaces: u32,
    /// Keys in the smaller and in the larger store that random keys are picked from.
    pub keys: [u64; 2],
    /// Keys in the store that is listed.
    pub listed_keys: u64,
    /// How often each of 100 keys is overwritten.
    pub overwrites: u32,
    /// Values of 1 KiB that are set or deleted at random.
    pub churned: u32,
}

impl Effort {
    /// Some eight minutes.
    pub const FULL: Self = Self {
        rounds: 200,
        reads: Shape { samples: 10, calls: 100 },
        writes: Shape { samples: 10, calls: 1 },
        long_rounds: 30,
        workspaces: 100_000,
        keys: [100_000, 10_000_000],
        listed_keys: 1_000_000,
        overwrites: 100_000,
        churned: 500_000,
    };

    /// Some seconds for each figure.
    pub const SHORT: Self = Self {
        rounds: 20,
        reads: Shape { samples: 10, calls: 50 },
        writes: Shape { samples: 5, calls: 1 },
        long_rounds: 4,
        workspaces: 2_000,
        keys: [10_000, 100_000],
        listed_keys: 20_000,
        overwrites: 500,
        churned: 20_000,
    };
}
