//! How a value stands in a database: a header, and a body.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | format: 2 where the body is the value, 3 where it is the name of a large value's file |
//! | 8 | version: which write made the value |
//! | 8 | expiry in milliseconds since 1970, all ones for never |
//! | 8 | size of the value |
//! | 8 | XXH3 (64 bits) over the body |
//! | 8 | XXH3 (64 bits) over workspace, store, key and the fields above |
//!
//! Numbers are little-endian. The header can be trusted without the body. It names the place, so that a value that turns up
//! at another one is refused.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::engine::{LargeName, Stamp};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;

pub(crate) const HEADER_BYTES: usize = FIELDS_BYTES + 8;

const FIELDS_BYTES: usize = 1 + 8 + 8 + 8 + 8;
const SMALL: u8 = 2;
const LARGE: u8 = 3;

/// The random id that a workspace's database is born with.
pub(crate) type Seal = [u8; 16];

/// Where a value stands.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub seal: &'a Seal,
    pub store: &'a StoreId,
    pub key: &'a Key<'a>,
}

/// The stored bytes are not what was written at this place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Damage;

/// What the header of a value says.
#[derive(Debug)]
pub(crate) struct Header<'s> {
    pub stamp: Stamp,
    format: u8,
    body: &'s [u8],
    body_sum: [u8; 8],
}

/// A value, or where it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content<'s> {
    Small(&'s [u8]),
    Large(LargeName),
}

impl Content<'_> {
    /// How many bytes the body takes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Small(value) => value.len(),
            Self::Large(name) => name.len(),
        }
    }
}

/// Fills `stored`, which has [`HEADER_BYTES`] more than `content`.
pub(crate) fn write(spot: &Spot, stamp: Stamp, content: &Content, stored: &mut [u8]) {
    let (header, body) = stored.split_at_mut(HEADER_BYTES);
    let (format, content) = match content {
        Content::Small(value) => (SMALL, *value),
        Content::Large(name) => (LARGE, name.as_slice()),
    };
    header[0] = format;
    header[1..9].copy_from_slice(&u64::from(stamp.version).to_le_bytes());
    header[9..17].copy_from_slice(&stamp.expiry.to_stored().to_le_bytes());
    header[17..25].copy_from_slice(&stamp.bytes.to_le_bytes());
    header[25..33].copy_from_slice(&xxh3_64(content).to_le_bytes());
    let sum = checksum(spot, &header[..FIELDS_BYTES]);
    header[FIELDS_BYTES..].copy_from_slice(&sum);
    body.copy_from_slice(content);
}

/// The header in `stored`, if it is whole and stands where it was written.
pub(crate) fn header<'s>(spot: &Spot, stored: &'s [u8]) -> Result<Header<'s>, Damage> {
    let (header, body) = stored.split_at_checked(HEADER_BYTES).ok_or(Damage)?;
    let (fields, sum) = header.split_at(FIELDS_BYTES);
    let bytes = number(&fields[17..25]);
    let right_size = match fields[0] {
        SMALL => body.len() as u64 == bytes,
        LARGE => body.len() == size_of::<LargeName>(),
        _ => false,
    };
    if !right_size || checksum(spot, fields) != *sum {
        return Err(Damage);
    }
    let stamp = Stamp { version: number(&fields[1..9]).into(), expiry: Expiry::at_ms(number(&fields[9..17])), bytes };
    Ok(Header { stamp, format: fields[0], body, body_sum: number(&fields[25..33]).to_le_bytes() })
}

impl<'s> Header<'s> {
    /// What it is the header of, if that is whole.
    pub fn content(&self) -> Result<Content<'s>, Damage> {
        if xxh3_64(self.body).to_le_bytes() != self.body_sum {
            return Err(Damage);
        }
        Ok(match self.body.try_into() {
            Ok(name) if self.format == LARGE => Content::Large(name),
            _ => Content::Small(self.body),
        })
    }
}

/// How many bytes of a stored value count as the value, damaged or not.
pub(crate) fn counted_bytes(stored: &[u8]) -> u64 {
    match stored.first() {
        Some(&LARGE) if stored.len() > FIELDS_BYTES => number(&stored[17..25]),
        _ => stored.len().saturating_sub(HEADER_BYTES) as u64,
    }
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("the fields are of eight bytes"))
}

fn checksum(spot: &Spot, fields: &[u8]) -> [u8; 8] {
    let mut hash = Xxh3::new();
    hash.update(spot.seal);
    let (kind, plugin) = match spot.store {
        StoreId::Private(plugin) => (b'p', plugin.as_str()),
        StoreId::Shared => (b's', ""),
    };
    hash.update(&[kind]);
    for name in [plugin.as_bytes(), spot.key.as_bytes()] {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name);
    }
    hash.update(fields);
    hash.digest().to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn key(text: &str) -> Key<'_> {
        Key::parse(text, &Limits::default()).unwrap()
    }

    fn stamp(bytes: u64) -> Stamp {
        Stamp { version: 7.into(), expiry: Expiry::at_ms(9), bytes }
    }

    fn stored(spot: &Spot, value: &[u8]) -> Vec<u8> {
        let mut stored = vec![0; HEADER_BYTES + value.len()];
        write(spot, stamp(value.len() as u64), &Content::Small(value), &mut stored);
        stored
    }

    fn read<'s>(spot: &Spot, stored: &'s [u8]) -> Result<Content<'s>, Damage> {
        header(spot, stored)?.content()
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let store = StoreId::Private("p".parse().unwrap());
        let key = key("k");
        let spot = Spot { seal: &[1; 16], store: &store, key: &key };
        let whole = stored(&spot, b"a value");
        assert_eq!(read(&spot, &whole), Ok(Content::Small(b"a value")));
        assert_eq!(header(&spot, &whole).unwrap().stamp, stamp(7));
        for bit in 0..whole.len() * 8 {
            let mut mutant = whole.clone();
            mutant[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&spot, &mutant), Err(Damage), "bit {bit}");
        }
        for bytes in 0..whole.len() {
            assert_eq!(read(&spot, &whole[..bytes]), Err(Damage), "cut to {bytes} bytes");
        }
    }

    #[test]
    fn the_name_of_a_large_value_is_kept_with_its_size() {
        let key = key("k");
        let spot = Spot { seal: &[1; 16], store: &StoreId::Shared, key: &key };
        let mut whole = vec![0; HEADER_BYTES + 16];
        write(&spot, stamp(5_000_000), &Content::Large([3; 16]), &mut whole);
        assert_eq!(read(&spot, &whole), Ok(Content::Large([3; 16])));
        assert_eq!(counted_bytes(&whole), 5_000_000);
        whole[HEADER_BYTES] ^= 1;
        assert_eq!(header(&spot, &whole).unwrap().stamp, stamp(5_000_000), "the header is whole");
        assert_eq!(read(&spot, &whole), Err(Damage));
    }

    #[test]
    fn a_value_is_refused_at_another_place() {
        let store = |name: &str| StoreId::Private(name.parse().unwrap());
        let (own, other) = (store("pk"), store("p"));
        let (key, other_key) = (key("1"), key("k1"));
        let spot = Spot { seal: &[1; 16], store: &own, key: &key };
        let whole = stored(&spot, b"v");
        for elsewhere in [
            Spot { seal: &[2; 16], ..spot },
            Spot { store: &other, ..spot },
            Spot { store: &StoreId::Shared, ..spot },
            Spot { key: &other_key, ..spot },
            // The same bytes run together must not do.
            Spot { store: &other, key: &other_key, ..spot },
        ] {
            assert_eq!(read(&elsewhere, &whole), Err(Damage));
        }
    }
}
