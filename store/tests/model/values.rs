use std::collections::BTreeMap;

use larder_store::{Held, StoreId};

use super::book::Write;
use super::content::Bytes;

/// A key in one of the stores of a workspace.
pub type Place = (StoreId, String);

/// What the model keeps at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub value: Bytes,
    pub write: Write,
    pub expires_at_ms: Option<u64>,
}

/// What is there at one moment: nothing in it has expired.
#[derive(Clone, Debug, Default)]
pub struct Values(pub BTreeMap<Place, Stored>);

/// Values of this size and above are large: they stand in files of their own, and room is kept for them meanwhile.
pub const LARGE_BYTES: u64 = 1 << 20;

impl Stored {
    pub fn is_live(&self, now_ms: u64) -> bool {
        self.expires_at_ms.is_none_or(|at_ms| at_ms > now_ms)
    }

    pub fn is_large(&self) -> bool {
        self.value.len() >= LARGE_BYTES
    }
}

impl Values {
    /// What stands at a place counts so much.
    pub fn cost_at(&self, place: &Place) -> u64 {
        self.at(place).map_or(0, |stored| cost(&place.1, stored.value.len()))
    }

    pub fn at(&self, place: &Place) -> Option<&Stored> {
        self.0.get(place)
    }

    /// The keys of a store that start with `prefix` and come after `after`, in order.
    pub fn list<'a>(
        &'a self,
        store: &'a StoreId,
        prefix: &'a str,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a str, &'a Stored)> {
        let listed =
            move |key: &str| key.starts_with(prefix) && after.is_none_or(|after| key.as_bytes() > after.as_bytes());
        self.0
            .iter()
            .filter(move |((of, key), _)| of == store && listed(key))
            .map(|((_, key), stored)| (key.as_str(), stored))
    }

    pub fn held(&self, store: &StoreId) -> Held {
        let mut held = Held::default();
        for (key, stored) in self.list(store, "", None) {
            held.bytes += cost(key, stored.value.len());
            held.keys += 1;
        }
        held
    }

    /// Bytes in all stores.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|((_, key), stored)| cost(key, stored.value.len())).sum()
    }
}

/// What a key with its value counts against a quota.
pub fn cost(key: &str, value_bytes: u64) -> u64 {
    key.len() as u64 + value_bytes + 64
}
