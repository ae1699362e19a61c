//! Repeats calls to the host, and times them.
//!
//! Storage is reached through the `larder` crate rather than the bare bindings, as what it costs is part of what a plugin
//! pays.

mod values;

use std::cell::Cell;
use std::io::{Read, Write};
use std::time::Instant;

use bench::loops::floor;
use bench::loops::types::{Run, Shape};
use exports::bench::loops::loops::Guest;
use larder::{Address, Commit, atomic, storage, streams};

use self::values::{new_value, new_values};

wit_bindgen::generate!({ world: "bench:loops/plugin" });

mod keyvalue {
    wit_bindgen::generate!({ path: "../../wit/wasi-keyvalue/0.2.0-draft", world: "wasi:keyvalue/imports" });

    pub use wasi::keyvalue::store;
}

/// How much of a stream is handed over at once: a chunk, as hosts allow it.
const CHUNK_BYTES: usize = 1024 * 1024;
/// What leads from one key that is picked to the next; it has no divisor in common with a power of ten.
const STRIDE: u64 = 2_654_435_761;

struct Loops;

export!(Loops);

impl Guest for Loops {
    fn floor(key: String, shape: Shape) -> Run {
        repeat(shape, || (), |()| floor::get(&key).map_or(0, |value| value.len()))
    }

    fn get(key: String, shape: Shape) -> Run {
        repeat(shape, || (), |()| get(&key))
    }

    fn set(key: String, value_bytes: u32, shape: Shape) -> Run {
        repeat(shape, || new_value(value_bytes), |value| set(&key, &value))
    }

    fn get_any(keys: u64, shape: Shape) -> Run {
        repeat(shape, || any_of(keys), |key| get(&key))
    }

    fn set_any(keys: u64, value_bytes: u32, shape: Shape) -> Run {
        repeat(shape, || (any_of(keys), new_value(value_bytes)), |(key, value)| set(&key, &value))
    }

    fn page(prefix: String, after: Option<String>, most: u32, shape: Shape) -> Run {
        let page = || storage::keys(&prefix, after.as_deref(), most).expect("the store answers");
        repeat(shape, || (), |()| page().keys.iter().map(String::len).sum())
    }

    fn commit(keys: u32, value_bytes: u32, shape: Shape) -> Run {
        let commit = |values: Vec<(String, Vec<u8>)>| {
            let bytes = bytes_of(&values);
            let set = |commit: Commit, (key, value)| commit.set(Address::private(key), value);
            let outcome = values.into_iter().fold(atomic::commit(), set).send().expect("the store commits");
            assert!(outcome.is_committed());
            bytes
        };
        repeat(shape, || new_values(keys, value_bytes), commit)
    }

    fn set_each(keys: u32, value_bytes: u32) -> Run {
        let set_each = |values: Vec<(String, Vec<u8>)>| values.iter().map(|(key, value)| set(key, value)).sum();
        repeat(Shape { samples: 1, calls: 1 }, || new_values(keys, value_bytes), set_each)
    }

    fn write_stream(key: String, bytes: u64) -> Run {
        let chunk = new_value(CHUNK_BYTES as u32);
        let write = |()| {
            let mut writer = streams::create(Address::private(&key)).expect("the store opens a writer");
            let mut left = bytes as usize;
            while left > 0 {
                let piece = &chunk[..left.min(CHUNK_BYTES)];
                writer.write_all(piece).expect("the store takes a chunk");
                left -= piece.len();
            }
            writer.finish().expect("the store takes the value");
            bytes as usize
        };
        repeat(Shape { samples: 1, calls: 1 }, || (), write)
    }

    fn read_stream(key: String) -> Run {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = |()| {
            let mut reader = streams::open(Address::private(&key)).expect("the store answers").expect("it is there");
            let mut bytes = 0;
            loop {
                match reader.read(&mut chunk).expect("the store gives a chunk") {
                    0 => return bytes,
                    read => bytes += read,
                }
            }
        };
        repeat(Shape { samples: 1, calls: 1 }, || (), read)
    }

    fn keyvalue_get(key: String, shape: Shape) -> Run {
        let bucket = keyvalue::store::open("").expect("there is a bucket without a name");
        let get = |()| bucket.get(&key).expect("the store answers").map_or(0, |value| value.len());
        repeat(shape, || (), get)
    }
}

fn get(key: &str) -> usize {
    storage::get(key).expect("the store answers").map_or(0, |value| value.len())
}

fn set(key: &str, value: &[u8]) -> usize {
    storage::set(key, value).expect("the store takes the value");
    value.len()
}

fn bytes_of(values: &[(String, Vec<u8>)]) -> usize {
    values.iter().map(|(_, value)| value.len()).sum()
}

/// The next of the keys that are called by the numbers below `keys`: far from the last one, and each once before any comes
/// again.
fn any_of(keys: u64) -> String {
    thread_local!(static PICKED: Cell<u64> = const { Cell::new(0) });
    let picked = PICKED.replace(PICKED.get() + 1);
    format!("{:08}", picked.wrapping_mul(STRIDE) % keys)
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
