//! Values that were never there before: a store that is given what it has may not write at all.

use std::cell::Cell;

/// Bytes that do not compress, and differ from those of every earlier value.
pub fn new_value(bytes: u32) -> Vec<u8> {
    thread_local!(static STATE: Cell<u64> = const { Cell::new(0x9E37_79B9_7F4A_7C15) });
    let mut state = STATE.get();
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let bytes = bytes as usize;
    let value = (0..bytes.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(bytes).collect();
    STATE.set(state);
    value
}

/// One for each of so many keys.
pub fn new_values(keys: u32, value_bytes: u32) -> Vec<(String, Vec<u8>)> {
    (0..keys).map(|key| (format!("{key:08}"), new_value(value_bytes))).collect()
}
