//! A whole history of operations, held against a map with the same rules.

#![no_main]
#![allow(dead_code, reason = "the tests need more of it")]

#[path = "../../store/tests/model/mod.rs"]
mod model;
#[path = "../../store/tests/support/mod.rs"]
mod support;

use libfuzzer_sys::fuzz_target;
use model::history::history;
use model::run::{Ground, run};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fuzz_target!(|input: (bool, u8, [u8; 32])| {
    let (in_directory, length, seed) = input;
    // Not the bytes themselves: when they come to an end, a strategy that refuses some numbers would never do.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let Ok(steps) = history(usize::from(length).max(2)).new_tree(&mut runner) else { return };
    let ground = if in_directory { Ground::Directory(tempfile::tempdir().unwrap()) } else { Ground::Memory };
    run(&steps.current(), &ground).unwrap();
});
