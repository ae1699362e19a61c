//! A value of the largest size passes through a few chunks of memory, written and read.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "what the process takes is not in the larder")]

mod support;

use larder_store::{Address, Options};
use pollster::block_on;
use support::{open_with, session};

const CHUNK: usize = 1 << 20;
const CHUNKS: usize = 64;
/// What the process may take more than before: a chunk here, a chunk there, and what the engine keeps.
const ALLOWED_BYTES: u64 = 10 << 20;

/// The most that this process has ever taken.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

fn chunk(number: usize) -> Vec<u8> {
    (0..CHUNK).map(|at| (at / 997 + number) as u8).collect()
}

/// Alone in its process, so that nothing else is measured.
#[test]
fn sixty_four_mebibytes_through_a_few() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let session = session(&larder, "w", "p");
    block_on(session.set("warm", vec![0; 2 * CHUNK])).unwrap();
    assert_eq!(block_on(session.get("warm")).unwrap().unwrap().len(), 2 * CHUNK);
    let before = peak_bytes();

    let mut writer = block_on(session.create(Address::private("large"), None, None)).unwrap();
    for number in 0..CHUNKS {
        block_on(writer.write(chunk(number))).unwrap();
    }
    block_on(writer.finish()).unwrap().unwrap();
    let written = peak_bytes();
    assert!(written - before < ALLOWED_BYTES, "writing took {} bytes", written - before);

    let reader = block_on(session.open(Address::private("large"))).unwrap().unwrap();
    assert_eq!(reader.size(), (CHUNKS * CHUNK) as u64);
    for number in 0..CHUNKS {
        assert!(block_on(reader.read((number * CHUNK) as u64, u32::MAX)).unwrap() == chunk(number), "{number}");
    }
    let read = peak_bytes();
    assert!(read - before < ALLOWED_BYTES, "reading took {} bytes", read - before);
}
