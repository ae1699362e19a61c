use std::sync::Arc;

/// A value with what is known of it.
#[derive(Clone, Debug)]
pub struct Value {
    pub bytes: Arc<[u8]>,
    pub version: u64,
    /// When it is gone, by the fake's clock; none is never.
    pub expires_at_ms: Option<u64>,
}

impl Value {
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub fn has_expired(&self, now_ms: u64) -> bool {
        self.expires_at_ms.is_some_and(|at_ms| at_ms <= now_ms)
    }
}
