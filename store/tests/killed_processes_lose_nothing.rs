//! However many processes are killed, at whichever moment, also while they open what others left: all that was acknowledged
//! is there, what was under way is whole or absent, and nothing stays that nobody needs.
//!
//! `LARDER_KILLS` says how many rounds there are, `LARDER_SEED` what they do: `LARDER_KILLS=1000 cargo test --release
//! --package larder-store --test killed_processes_lose_nothing -- --nocapture`. The moments are never the same.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a killed process does not go through the larder"
)]

mod killed;
mod support;

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use killed::child::Broken;
use killed::pantry::Pantry;
use killed::process::work_if_told_to;
use larder_store::Sharing;

const ROUNDS: u64 = 50;
/// In one larder, before the next is begun.
const ROUNDS_EACH: u64 = 25;
/// In so many a broken process must be found.
const TO_FIND: u64 = 200;

#[test]
fn the_process_that_is_killed() {
    work_if_told_to();
}

fn number_from(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Kills for so many rounds; the number of steps that were acknowledged.
fn kill(rounds: u64, broken: Broken, seed: u64) -> Result<u64, String> {
    let mut steps = 0;
    for (number, begin) in (0..rounds).step_by(ROUNDS_EACH as usize).enumerate() {
        let sharing = if number % 2 == 0 { Sharing::ReadersBeside } else { Sharing::Exclusive };
        let mut pantry = Pantry::new("the_process_that_is_killed", sharing, broken, seed + number as u64);
        for round in begin..rounds.min(begin + ROUNDS_EACH) {
            pantry.kill_and_look().map_err(|what| format!("seed {seed}, round {round}, {sharing:?}: {what}"))?;
        }
        pantry.look_for_leftovers()?;
        steps += pantry.steps;
    }
    Ok(steps)
}

#[test]
fn in_every_round() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let (rounds, seed) = (number_from("LARDER_KILLS").unwrap_or(ROUNDS), number_from("LARDER_SEED").unwrap_or(now));
    let steps = kill(rounds, Broken::Nothing, seed).unwrap_or_else(|what| panic!("{what}"));
    println!("{rounds} rounds of kills from seed {seed}, {steps} acknowledged steps: nothing lost");
    assert!(steps > rounds, "they worked: {steps} steps");
}

#[test]
fn what_is_acknowledged_too_early_is_found() {
    kill(TO_FIND, Broken::Early, 1).expect_err("it is said to be done before it is");
}

#[test]
fn what_is_made_in_pieces_is_found() {
    kill(TO_FIND, Broken::Piecemeal, 1).expect_err("what belongs together is done one by one");
}
