/// Numbers that look random, the same ones each time (xorshift).
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next one; never 0, as the first must not be.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
