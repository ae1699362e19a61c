//! Writes for ever, and says after each write that it was acknowledged.
//!
//! `acks FIRST`: write number n (from FIRST on) goes to key `k<n mod 50>`, and `n` is printed once `set` has returned.

use std::io::{Write, stdout};

use larder::storage;

const KEYS: u64 = 50;

fn main() {
    let first = std::env::args().nth(1).and_then(|number| number.parse().ok()).expect("a number to begin with");
    for number in first.. {
        storage::set(format!("k{}", number % KEYS), value(number)).expect("room for fifty small values");
        println!("{number}");
        stdout().flush().expect("someone listens");
    }
}

/// Most values are small, some are not; no two are alike.
fn value(number: u64) -> Vec<u8> {
    let bytes = if number.is_multiple_of(17) { 100_000 } else { 8 + number % 300 };
    number.to_le_bytes().into_iter().cycle().take(bytes as usize).collect()
}
