use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::value::Value;

/// What every key costs beyond its bytes and its value's, in bytes.
const KEY_COST: u64 = 64;

/// What one store holds.
#[derive(Debug, Default)]
pub struct Contents {
    values: BTreeMap<String, Value>,
    expiries: BTreeSet<(u64, String)>,
    held_bytes: u64,
}

impl Contents {
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    pub fn put(&mut self, key: &str, value: Option<Value>) {
        if let Some(old) = self.values.remove(key) {
            self.held_bytes -= cost(key, old.size());
            if let Some(at_ms) = old.expires_at_ms {
                self.expiries.remove(&(at_ms, key.to_owned()));
            }
        }
        if let Some(value) = value {
            self.held_bytes += cost(key, value.size());
            if let Some(at_ms) = value.expires_at_ms {
                self.expiries.insert((at_ms, key.to_owned()));
            }
            self.values.insert(key.to_owned(), value);
        }
    }

    pub fn remove_expired(&mut self, now_ms: u64) {
        while let Some((at_ms, key)) = self.expiries.first().cloned()
            && at_ms <= now_ms
        {
            self.put(&key, None);
        }
    }

    /// What starts with `prefix` and comes after `after`, in byte order.
    pub fn range<'a>(&'a self, prefix: &'a str, after: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let from_start = self.values.range::<str, _>((start, Bound::Unbounded));
        from_start.map(|(key, value)| (key.as_str(), value)).take_while(move |(key, _)| key.starts_with(prefix))
    }

    pub fn held_bytes(&self) -> u64 {
        self.held_bytes
    }

    pub fn held_keys(&self) -> u64 {
        self.values.len() as u64
    }
}

/// What a key with a value of this size counts.
pub fn cost(key: &str, value_bytes: u64) -> u64 {
    key.len() as u64 + value_bytes + KEY_COST
}
