//! The tables of a store.
//!
//! | table | key | value |
//! |---|---|---|
//! | `p/<plugin>`, `s` | the key | header and body, as `value.rs` says |
//! | `x/p/<plugin>`, `x/s` | expiry (64 bits, big-endian), then the key | size of the value (64 bits, little-endian) |
//! | `b/p/<plugin>`, `b/s` | name of a large value's file | size of the value (64 bits, little-endian) |
//! | `d/<version>/` and the name of one of these | what it had when the store was emptied with that, which nobody reads | |

use redb::TableDefinition;

use super::trouble::Trouble;
use crate::engine::LargeName;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;

pub(super) type Definition<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// What the names of the tables start with that stores had before they were emptied.
pub(super) const DISCARDED: &str = "d/";

/// The names of a store's tables.
pub(super) struct Names {
    rows: String,
    expiring: String,
    large: String,
}

impl Names {
    pub fn of(store: &StoreId) -> Self {
        Self { rows: store.to_string(), expiring: format!("x/{store}"), large: format!("b/{store}") }
    }

    pub fn rows(&self) -> Definition<'_> {
        TableDefinition::new(&self.rows)
    }

    pub fn expiring(&self) -> Definition<'_> {
        TableDefinition::new(&self.expiring)
    }

    pub fn large(&self) -> Definition<'_> {
        TableDefinition::new(&self.large)
    }
}

/// A row of the table of what expires.
pub(super) struct Expiring {
    pub expiry: Expiry,
    pub key: Key<'static>,
    pub bytes: u64,
}

impl Expiring {
    pub fn parse(row: &[u8], bytes: &[u8]) -> Result<Self, Trouble> {
        let malformed = || Trouble::Damaged("a note of what expires is malformed".to_owned());
        let (expiry, key) = row.split_first_chunk().ok_or_else(malformed)?;
        Ok(Self {
            expiry: Expiry::at_ms(u64::from_be_bytes(*expiry)),
            key: Key::trusted(str::from_utf8(key).map_err(|_| malformed())?).into_owned(),
            bytes: u64::from_le_bytes(bytes.try_into().map_err(|_| malformed())?),
        })
    }

    pub fn row(expiry: Expiry, key: &Key) -> Vec<u8> {
        [expiry.to_stored().to_be_bytes().as_slice(), key.as_bytes()].concat()
    }

    /// Where the rows begin of what has not expired.
    pub fn first_after(now: Moment) -> [u8; 8] {
        now.now_ms().saturating_add(1).to_be_bytes()
    }

    pub fn held(&self) -> Held {
        Held::of(&self.key, self.bytes)
    }
}

/// What comes after all keys that start with a prefix; it is no key itself.
pub(super) fn first_after_all(prefix: &Key) -> Vec<u8> {
    let mut end = prefix.as_bytes().to_vec();
    // No byte of a text is the highest.
    let last = end.last_mut().expect("a prefix of everything is another thing");
    *last += 1;
    end
}

/// What of a store has expired, from the rows of its table in order; of so many of them, and behind which row to go on.
pub(super) fn expired(
    rows: redb::Range<&'static [u8], &'static [u8]>,
    most: u64,
    now: Moment,
) -> Result<(Held, Option<Vec<u8>>), Trouble> {
    let mut held = Held::default();
    for (number, row) in (1..).zip(rows) {
        let (row, bytes) = row?;
        let expiring = Expiring::parse(row.value(), bytes.value())?;
        if !now.has_passed(expiring.expiry) {
            break;
        }
        held = held.plus(expiring.held());
        if number == most {
            return Ok((held, Some(row.value().to_vec())));
        }
    }
    Ok((held, None))
}

pub(super) fn large_name(bytes: &[u8]) -> Result<LargeName, Trouble> {
    bytes.try_into().map_err(|_| malformed_large())
}

pub(super) fn large_bytes(bytes: &[u8]) -> Result<u64, Trouble> {
    bytes.try_into().map(u64::from_le_bytes).map_err(|_| malformed_large())
}

fn malformed_large() -> Trouble {
    Trouble::Damaged("a note of a large value is malformed".to_owned())
}
