//! Room that is kept free for values that are still being written.

use crate::engine::{Place, Quota, Reserved};
use crate::store_id::StoreId;
use crate::sync::{Arc, Mutex, MutexGuard};

/// What is kept free in a workspace.
#[derive(Default)]
pub(crate) struct Reservations(Mutex<Reserved>);

/// What is kept free for one value; given back when dropped.
pub(crate) struct Reservation {
    all: Arc<Reservations>,
    store: StoreId,
    bytes: Mutex<u64>,
}

/// A wish for room.
pub(crate) struct Request {
    pub reservation: Arc<Reservation>,
    /// Where the value will stand.
    pub at: Place,
    /// How large it is by now.
    pub value_bytes: u64,
    pub quota: Quota,
}

impl Reservations {
    /// What is kept free at the moment.
    pub fn now(&self) -> Reserved {
        self.all().clone()
    }

    fn all(&self) -> MutexGuard<'_, Reserved> {
        self.0.lock().expect("nothing panics while this is locked")
    }
}

impl Reservation {
    /// Room for a value in `store`: none yet.
    pub fn new(all: Arc<Reservations>, store: StoreId) -> Arc<Self> {
        Arc::new(Self { all, store, bytes: Mutex::default() })
    }

    /// What is kept free for others.
    pub fn others(&self) -> Reserved {
        let mut others = self.all.now();
        self.take_out_of(&mut others);
        others
    }

    /// Leaves this out of what is kept free.
    pub fn take_out_of(&self, reserved: &mut Reserved) {
        if let Some(bytes) = reserved.get_mut(&self.store) {
            *bytes = bytes.saturating_sub(*self.bytes());
        }
    }

    /// Keeps so much free, in place of what it was.
    pub fn set(&self, bytes: u64) {
        let mut own = self.bytes();
        let mut all = self.all.all();
        let here = all.entry(self.store.clone()).or_default();
        *here = *here - *own + bytes;
        if *here == 0 {
            all.remove(&self.store);
        }
        *own = bytes;
    }

    fn bytes(&self) -> MutexGuard<'_, u64> {
        self.bytes.lock().expect("nothing panics while this is locked")
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_free_is_given_back() {
        let all = Arc::new(Reservations::default());
        let one = Reservation::new(all.clone(), StoreId::Shared);
        let other = Reservation::new(all.clone(), StoreId::Shared);
        one.set(10);
        other.set(5);
        one.set(7);
        assert_eq!(all.now().get(&StoreId::Shared), Some(&12));
        assert_eq!(one.others().get(&StoreId::Shared), Some(&5));
        drop(one);
        assert_eq!(all.now().get(&StoreId::Shared), Some(&5));
        drop(other);
        assert!(all.now().is_empty());
    }
}
