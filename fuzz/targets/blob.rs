//! The file of a large value: any slice of one that is damaged is what was written, or refused.

#![no_main]

use std::sync::LazyLock;

use larder_store::engine::fuzzing;
use libfuzzer_sys::fuzz_target;

static GROUND: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|input: (u32, Vec<(u32, u8)>, u32, u32, Option<u32>)| {
    let (bytes, edits, offset, most, cut_to) = input;
    let slice = (offset % 300_000, most % 300_000);
    let cut_to = cut_to.map(|to| to % 300_000);
    fuzzing::read_damaged_blob(GROUND.path(), bytes % 200_000, &edits, slice, cut_to);
});
