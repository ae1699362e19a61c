//! What a plugin that does its worst costs its neighbours: the p99 of their calls meanwhile, against that of the same calls
//! in quiet, in turn; and beside them that of a thread which appends to a file and syncs it, as a measure of the machine.

mod attack;
mod hostile;
mod neighbour;

use std::process::ExitCode;
use std::time::Duration;

use larder_benches::{CommandLine, scratch};
use larder_host::{Runtime, RuntimeOptions};
use larder_store::{Dir, Larder, Options};
use wasmtime::Result;

use crate::attack::ATTACKS;
use crate::hostile::Hostile;
use crate::neighbour::{HEAD, Neighbour};

/// How often everything is measured.
#[derive(Clone, Copy)]
pub struct Effort {
    /// How often quiet and attack take turns.
    rounds: u32,
    /// Calls of each kind in a turn, unless the attack takes longer.
    calls: u32,
    /// Keys in the store that is emptied and listed.
    keys: u32,
}

const FULL: Effort = Effort { rounds: 3, calls: 100, keys: 1_000_000 };
const SHORT: Effort = Effort { rounds: 1, calls: 10, keys: 20_000 };

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let CommandLine { short, check, dir, .. } = CommandLine::parse(env!("CARGO_TARGET_TMPDIR"))?;
    let effort = if short { SHORT } else { FULL };
    let scratch = scratch(&dir)?;
    let larder = Larder::open(Dir::create_ambient(scratch.path())?, Options::default())?;
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_secs(600));
    let runtime = Runtime::new(options)?;
    let hostile = Hostile::new(larder_tests::Hostile::in_runtime(runtime), larder.clone());
    let mut neighbour = Neighbour::new(hostile.clone(), scratch.path()).await?;

    println!(
        "A sample is a call of a plugin that gets, or sets, one value of 100 B; p99 is the least of its worst hundredth.\n\n{HEAD}"
    );
    let mut far_off = false;
    for attack in &ATTACKS {
        attack.prepare(&hostile, effort).await?;
        for _ in 0..effort.rounds {
            neighbour.in_quiet(effort.calls).await?;
            let running = attack.begin(&hostile, effort).await?;
            neighbour.under_attack(attack.calls(effort)).await?;
            running.end().await;
        }
        let rows = neighbour.take(attack.what);
        print!("{rows}");
        far_off |= rows.is_far_off();
    }
    larder.close().await?;
    if check && far_off {
        eprintln!("a bound is missed by more than a factor of 2");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
