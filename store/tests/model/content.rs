use std::fmt;
use std::rc::Rc;

use super::values::LARGE_BYTES;

/// A value in a history: small to print, however large.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// So many bytes, no two chunks of which are alike.
    Bytes { size: usize, fill: u8 },
    /// A counter.
    Number(i64),
}

impl Content {
    pub fn is_large(self) -> bool {
        matches!(self, Self::Bytes { size, .. } if size as u64 >= LARGE_BYTES)
    }

    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes { size, fill } => {
                let byte = |at: usize| ((at as u32).wrapping_mul(2_654_435_761) >> 24) as u8 ^ fill;
                (0..size).map(byte).collect()
            }
            Self::Number(number) => number.to_le_bytes().to_vec(),
        }
    }
}

/// Bytes that print as their number and a sum.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(Rc<[u8]>);

impl Bytes {
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// The number that they are, if they are a counter.
    pub fn number(&self) -> Option<i64> {
        Some(i64::from_le_bytes(self.0.as_ref().try_into().ok()?))
    }

    /// What a reader gives from `offset` on.
    pub fn slice(&self, offset: u64, most: u64) -> Self {
        let start = usize::try_from(offset.min(self.len())).unwrap();
        let end = usize::try_from(offset.saturating_add(most).min(self.len())).unwrap();
        self.0[start..end.max(start)].to_vec().into()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() <= 8 {
            return write!(f, "{:?}", &self.0);
        }
        let sum = self.0.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
        write!(f, "{} bytes that sum to {sum:08x}", self.0.len())
    }
}
