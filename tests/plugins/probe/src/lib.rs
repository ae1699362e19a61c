//! Does what a test asks of it, through exports of its own.

use std::hint::black_box;

use exports::tests::probe::{calls, loudly, misdeeds, politely, streaming};
use larder::storage::storage;
use larder::storage::streams::{self, Reader, Writer};
use larder::storage::types::{Address, Error, ItemPage, KeyPage, StoreLimits, StoreUsage, Version};

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

    fn set_expiring(key: String, value: Vec<u8>, expires_in_ms: u64) -> Result<(), Error> {
        storage::set_expiring(&key, &value, expires_in_ms)
    }

    fn items(prefix: String, after: Option<String>, most: u32) -> Result<ItemPage, Error> {
        storage::items(&prefix, after.as_deref(), most)
    }

    fn delete_prefix(prefix: String) -> Result<u64, Error> {
        storage::delete_prefix(&prefix)
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

impl streaming::Guest for Probe {
    fn write_large(at: Address, value_bytes: u64, chunk_bytes: u32) -> Result<Option<Version>, Error> {
        let writer = streams::create(&at, None, None)?;
        write_chunks(&writer, value_bytes, chunk_bytes)?;
        Writer::finish(writer)
    }

    fn read_large(at: Address, chunk_bytes: u32) -> Result<Option<u64>, Error> {
        let Some(reader) = streams::open(&at)? else { return Ok(None) };
        let mut offset = 0;
        loop {
            let chunk = reader.read(offset, chunk_bytes)?;
            if chunk.is_empty() {
                assert_eq!(offset, reader.size());
                return Ok(Some(offset));
            }
            assert!(chunk == pattern(offset, chunk.len() as u64), "another byte from {offset} on");
            offset += chunk.len() as u64;
        }
    }

    fn open_several(at: Address, count: u32) -> Result<u32, Error> {
        let readers: Vec<_> = (0..count).map(|_| streams::open(&at)).collect::<Result<_, _>>()?;
        Ok(readers.iter().flatten().count() as u32)
    }

    fn create_several(at: Address, count: u32) -> Result<u32, Error> {
        let writers: Vec<_> = (0..count).map(|_| streams::create(&at, None, None)).collect::<Result<_, _>>()?;
        Ok(writers.len() as u32)
    }
}

fn write_chunks(writer: &Writer, value_bytes: u64, chunk_bytes: u32) -> Result<(), Error> {
    let mut offset = 0;
    while offset < value_bytes {
        let bytes = u64::from(chunk_bytes).min(value_bytes - offset);
        writer.write(&pattern(offset, bytes))?;
        offset += bytes;
    }
    Ok(())
}

/// The bytes from `offset` on, which no two chunks have alike.
fn pattern(offset: u64, bytes: u64) -> Vec<u8> {
    (offset..offset + bytes).map(|place| (place ^ (place >> 8) ^ (place >> 16)) as u8).collect()
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

    fn trap_while_writing(at: Address, value_bytes: u64) {
        let _writer = unfinished(&at, value_bytes);
        panic!("as asked");
    }

    fn spin_while_writing(at: Address, value_bytes: u64) {
        let _writer = unfinished(&at, value_bytes);
        loop {
            black_box(());
        }
    }

    fn number_of_reader(at: Address) -> u32 {
        let reader = streams::open(&at).expect("the key is granted").expect("there is a value");
        reader.take_handle()
    }

    fn number_of_writer(at: Address) -> u32 {
        streams::create(&at, None, None).expect("the key is granted").take_handle()
    }

    // The host tells a number that it has not given from one that it has, so nothing here is undefined.
    fn size_by_number(number: u32) -> u64 {
        unsafe { Reader::from_handle(number) }.size()
    }

    fn write_by_number(number: u32) {
        let writer = unsafe { Writer::from_handle(number) };
        writer.write(&[0]).expect("a byte may be written");
    }

    fn finish_by_number(number: u32) {
        Writer::finish(unsafe { Writer::from_handle(number) }).expect("the value may be written");
    }

    fn drop_by_number(number: u32) {
        drop(unsafe { Reader::from_handle(number) });
    }
}

fn unfinished(at: &Address, value_bytes: u64) -> Writer {
    let writer = streams::create(at, None, None).expect("the key is granted");
    write_chunks(&writer, value_bytes, 64 << 10).expect("there is room");
    writer
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
