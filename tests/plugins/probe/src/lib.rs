//! Does what a test asks of it, through exports of its own.

use std::hint::black_box;

use exports::tests::probe::{calls, loudly, misdeeds, politely};
use larder::storage::storage;
use larder::storage::types::{Error, KeyPage, StoreLimits, StoreUsage};

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "tests:probe/plugin",
    generate_all,
});

struct Probe;

export!(Probe);

impl calls::Guest for Probe {
    fn set(key: String, value: Vec<u8>) -> Result<(), Error> {
        storage::set(&key, &value)
    }

    fn get(key: String) -> Result<Option<Vec<u8>>, Error> {
        storage::get(&key)
    }

    fn delete(key: String) -> Result<(), Error> {
        storage::delete(&key)
    }

    fn exists(key: String) -> Result<bool, Error> {
        storage::exists(&key)
    }

    fn keys(prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
        storage::keys(&prefix, after.as_deref(), most)
    }

    fn usage() -> Result<StoreUsage, Error> {
        storage::usage()
    }

    fn limits() -> StoreLimits {
        storage::limits()
    }

    fn set_repeated(key: String, byte: u8, value_bytes: u64) -> Result<(), Error> {
        storage::set(&key, &vec![byte; value_bytes as usize])
    }

    fn fill(prefix: String, count: u32, value_bytes: u32) -> Result<u32, Error> {
        for number in 0..count {
            let value = vec![number as u8; value_bytes as usize];
            match storage::set(&format!("{prefix}{number:08}"), &value) {
                Ok(()) => {}
                Err(Error::QuotaExceeded(_)) => return Ok(number),
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }
}

impl misdeeds::Guest for Probe {
    fn trap_after_set(key: String, value: Vec<u8>) {
        storage::set(&key, &value).expect("the set is allowed");
        panic!("as asked");
    }

    fn spin_after_set(key: String, value: Vec<u8>) {
        storage::set(&key, &value).expect("the set is allowed");
        loop {
            black_box(());
        }
    }

    fn eat_memory() {
        let mut eaten = Vec::new();
        loop {
            eaten.push(black_box(vec![1_u8; 1 << 20]));
        }
    }

    fn recurse() {
        black_box(deeper(0));
    }
}

#[expect(unconditional_recursion, reason = "the stack has to end")]
fn deeper(depth: u64) -> u64 {
    black_box(deeper(black_box(depth + 1))) + depth
}

impl politely::Guest for Probe {
    fn greet(name: String) -> String {
        format!("Good evening, {name}.")
    }
}

impl loudly::Guest for Probe {
    fn greet(name: String) -> String {
        format!("HEY {name}!")
    }
}

impl Guest for Probe {
    fn repeat(text: String, times: u32) -> String {
        text.repeat(times as usize)
    }
}
