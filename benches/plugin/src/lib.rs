//! Repeats calls to the host, and times them.
//!
//! Storage is reached through the `larder` crate rather than the bare bindings, as what it costs is part of what a plugin
//! pays.

use std::cell::Cell;
use std::time::Instant;

use bench::loops::floor;
use bench::loops::types::{Run, Shape};
use exports::bench::loops::loops::Guest;
use larder::storage;

wit_bindgen::generate!({ world: "bench:loops/plugin" });

struct Loops;

export!(Loops);

impl Guest for Loops {
    fn floor(key: String, shape: Shape) -> Run {
        repeat(shape, || (), |()| floor::get(&key).map_or(0, |value| value.len()))
    }

    fn get(key: String, shape: Shape) -> Run {
        let get = || storage::get(&key).expect("the store answers");
        repeat(shape, || (), |()| get().map_or(0, |value| value.len()))
    }

    fn set(key: String, value_bytes: u32, shape: Shape) -> Run {
        let set = |value: Vec<u8>| {
            storage::set(&key, &value).expect("the store takes the value");
            value.len()
        };
        repeat(shape, || new_value(value_bytes as usize), set)
    }
}

/// Times `call`, which tells how many bytes it moved; what `prepare` does is not timed.
fn repeat<T>(shape: Shape, mut prepare: impl FnMut() -> T, mut call: impl FnMut(T) -> usize) -> Run {
    let mut bytes = 0;
    let mut sample = || {
        let prepared: Vec<T> = (0..shape.calls).map(|_| prepare()).collect();
        let start = Instant::now();
        bytes += prepared.into_iter().map(&mut call).sum::<usize>() as u64;
        start.elapsed().as_nanos() as u64
    };
    let nanoseconds = (0..shape.samples).map(|_| sample()).collect();
    Run { bytes, nanoseconds }
}

/// Bytes that do not compress, and differ from those of every earlier value.
fn new_value(bytes: usize) -> Vec<u8> {
    thread_local!(static STATE: Cell<u64> = const { Cell::new(0x9E37_79B9_7F4A_7C15) });
    let mut state = STATE.get();
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let value = (0..bytes.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(bytes).collect();
    STATE.set(state);
    value
}
