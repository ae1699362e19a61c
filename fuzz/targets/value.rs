//! The header of a value: whatever bytes stand there, what is taken for whole is what would be written.

#![no_main]

use larder_store::engine::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, Vec<u8>, Vec<(u8, u8)>)| {
    let (key, bytes, edits) = input;
    fuzzing::read_value(key, &bytes);
    fuzzing::read_damaged_value(key, &bytes, &edits);
});
