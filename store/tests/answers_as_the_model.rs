//! Every engine answers as a map with the same rules does, whatever several sessions do: values, versions, listings, what is
//! used, and errors with their numbers; across reopenings, under limits that change, and by a clock that moves.
//!
//! Each run goes through the same 256 histories of each engine, or those of `PROPTEST_RNG_SEED`. Many more, and new ones:
//!
//! ```text
//! LARDER_HISTORIES=100000 cargo test --release --package larder-store --test answers_as_the_model
//! ```
//!
//! A failure prints the shortest history found, and the `PROPTEST_RNG_SEED` that repeats the run.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod model;
mod support;

use std::hash::{BuildHasher, RandomState};

use larder_store::{Limits, Options};
use model::history::{Step, history};
use model::run::{Ground, run};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

const HISTORIES: u32 = 256;
const SEED: u64 = 1;
const STEPS: usize = 150;

fn histories() -> u32 {
    std::env::var("LARDER_HISTORIES").map_or(HISTORIES, |number| number.parse().unwrap())
}

fn answers_as_the_model(ground: impl Fn() -> Ground) {
    let mut config = Config { cases: histories(), failure_persistence: None, ..Config::default() };
    config.max_shrink_iters = 4000;
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random if std::env::var_os("LARDER_HISTORIES").is_none() => SEED,
        RngSeed::Random => RandomState::new().hash_one("any"),
    };
    config.rng_seed = RngSeed::Fixed(seed);
    let test = |steps: Vec<Step>| run(&steps, &ground()).map_err(TestCaseError::fail);
    if let Err(failure) = TestRunner::new(config).run(&history(STEPS), test) {
        panic!("PROPTEST_RNG_SEED={seed}: {failure}");
    }
}

#[test]
fn the_directory_engine_does() {
    answers_as_the_model(|| Ground::Directory(tempfile::tempdir().unwrap()));
}

#[test]
fn the_memory_engine_does() {
    answers_as_the_model(|| Ground::Memory);
}

#[test]
fn defaults_are_those_that_are_documented() {
    let limits = Limits::default();
    assert_eq!((limits.key_bytes, limits.value_bytes), (1024, 64 << 20));
    assert_eq!((limits.batch_items, limits.batch_bytes, limits.chunk_bytes), (1000, 4 << 20, 1 << 20));
    assert_eq!((limits.store_bytes, limits.store_keys, limits.workspace_bytes), (100 << 20, 1_000_000, 1 << 30));
    assert_eq!((limits.delete_prefix_keys, limits.whole_call_bytes, limits.open_handles), (100_000, 16 << 20, 16));
    let options = Options::default();
    assert_eq!((options.open_workspaces, options.open_handles, options.largest_clock_step), (512, 256, None));
}
