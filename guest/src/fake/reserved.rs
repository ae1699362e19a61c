use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crate::bindings::larder::storage::types::Store;

/// Bytes that an unfinished writer has taken of a store.
#[derive(Debug)]
pub struct Reserved {
    store: Store,
    bytes: AtomicU64,
}

impl Reserved {
    pub fn store(&self) -> Store {
        self.store
    }

    /// Keeps so much free; gives what it was before.
    pub fn replace(&self, bytes: u64) -> u64 {
        self.bytes.swap(bytes, Ordering::Relaxed)
    }
}

/// Those of all writers; one is forgotten when its writer is dropped.
#[derive(Debug, Default)]
pub struct Reservations(Vec<Weak<Reserved>>);

impl Reservations {
    pub fn begin(&mut self, store: Store) -> Arc<Reserved> {
        let reserved = Arc::new(Reserved { store, bytes: AtomicU64::new(0) });
        self.0.retain(|other| other.strong_count() > 0);
        self.0.push(Arc::downgrade(&reserved));
        reserved
    }

    pub fn bytes(&self, store: Store) -> u64 {
        let alive = self.0.iter().filter_map(Weak::upgrade).filter(|reserved| reserved.store == store);
        alive.map(|reserved| reserved.bytes.load(Ordering::Relaxed)).sum()
    }
}
