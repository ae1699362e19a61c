//! The header of a stored value.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | format, 1 |
//! | 8 | version: which write made the value |
//! | 8 | expiry in milliseconds since 1970, all ones for never |
//! | 8 | size of the value |
//! | 8 | XXH3 (64 bits) over workspace, plugin, key, the fields above and the value |
//!
//! Numbers are little-endian. The checksum names the place, so that a value that turns up at another one is refused.

use xxhash_rust::xxh3::Xxh3;

use crate::key::Key;
use crate::plugin_id::PluginId;

pub(crate) const HEADER_BYTES: usize = FIELDS_BYTES + 8;

const FIELDS_BYTES: usize = 1 + 8 + 8 + 8;
const FORMAT: u8 = 1;
const NEVER: u64 = u64::MAX;

/// The random id that a workspace's database is born with.
pub(crate) type Seal = [u8; 16];

/// Where a value stands.
pub(crate) struct Place<'a> {
    pub seal: &'a Seal,
    pub plugin: &'a PluginId,
    pub key: &'a Key<'a>,
}

/// The stored bytes are not what was written at this place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Damage;

/// Fills `stored`, which has [`HEADER_BYTES`] more than `value`.
pub(crate) fn write(place: &Place, version: u64, value: &[u8], stored: &mut [u8]) {
    let (header, bytes) = stored.split_at_mut(HEADER_BYTES);
    header[0] = FORMAT;
    header[1..9].copy_from_slice(&version.to_le_bytes());
    header[9..17].copy_from_slice(&NEVER.to_le_bytes());
    header[17..25].copy_from_slice(&(value.len() as u64).to_le_bytes());
    let sum = checksum(place, &header[..FIELDS_BYTES], value);
    header[FIELDS_BYTES..].copy_from_slice(&sum);
    bytes.copy_from_slice(value);
}

/// The value in `stored`, if it is whole and stands where it was written.
pub(crate) fn read<'s>(place: &Place, stored: &'s [u8]) -> Result<&'s [u8], Damage> {
    let (header, value) = stored.split_at_checked(HEADER_BYTES).ok_or(Damage)?;
    let (fields, sum) = header.split_at(FIELDS_BYTES);
    // The size is under the checksum only as a field; the length that was stored must agree with it.
    let right_size = fields[17..25] == (value.len() as u64).to_le_bytes();
    if fields[0] != FORMAT || !right_size || checksum(place, fields, value) != *sum {
        return Err(Damage);
    }
    Ok(value)
}

/// How many bytes of a stored value count as the value, damaged or not.
pub(crate) fn size(stored_bytes: usize) -> u64 {
    stored_bytes.saturating_sub(HEADER_BYTES) as u64
}

fn checksum(place: &Place, fields: &[u8], value: &[u8]) -> [u8; 8] {
    let mut hash = Xxh3::new();
    hash.update(place.seal);
    for name in [place.plugin.as_str().as_bytes(), place.key.as_bytes()] {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name);
    }
    hash.update(fields);
    hash.update(value);
    hash.digest().to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn key(text: &str) -> Key<'_> {
        Key::parse(text, &Limits::default()).unwrap()
    }

    fn stored(place: &Place, value: &[u8]) -> Vec<u8> {
        let mut stored = vec![0; HEADER_BYTES + value.len()];
        write(place, 7, value, &mut stored);
        stored
    }

    #[test]
    fn any_changed_bit_is_noticed() {
        let plugin = "p".parse().unwrap();
        let key = key("k");
        let place = Place { seal: &[1; 16], plugin: &plugin, key: &key };
        let whole = stored(&place, b"a value");
        assert_eq!(read(&place, &whole), Ok(b"a value".as_slice()));
        for bit in 0..whole.len() * 8 {
            let mut mutant = whole.clone();
            mutant[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&place, &mutant), Err(Damage), "bit {bit}");
        }
        for bytes in 0..whole.len() {
            assert_eq!(read(&place, &whole[..bytes]), Err(Damage), "cut to {bytes} bytes");
        }
    }

    #[test]
    fn a_value_is_refused_at_another_place() {
        let (plugin, other_plugin) = ("pk".parse().unwrap(), "p".parse().unwrap());
        let (key, other_key) = (key("1"), key("k1"));
        let place = Place { seal: &[1; 16], plugin: &plugin, key: &key };
        let whole = stored(&place, b"v");
        for elsewhere in [
            Place { seal: &[2; 16], ..place },
            Place { plugin: &other_plugin, ..place },
            Place { key: &other_key, ..place },
            // The same bytes run together must not do.
            Place { plugin: &other_plugin, key: &other_key, ..place },
        ] {
            assert_eq!(read(&elsewhere, &whole), Err(Damage));
        }
    }
}
