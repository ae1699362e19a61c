//! The first figures: what reading and writing through a plugin costs.

mod effort;
mod reads;
mod writes;

use std::process::ExitCode;

use larder_benches::{CommandLine, Comparison, scratch};
use wasmtime::Result;

use crate::effort::Effort;

fn main() -> Result<ExitCode> {
    let CommandLine { short, check, dir } = CommandLine::parse(env!("CARGO_TARGET_TMPDIR"))?;
    let effort = if short { Effort::SHORT } else { Effort::FULL };
    let scratch = scratch(&dir)?;

    println!(
        "A sample is one write, or the mean of {} reads in a row; loops and clock are in the plugin.\n",
        effort.reads.calls
    );
    print!("{}", Comparison::head());
    let mut far_off = false;
    let mut show = |comparison: Comparison| {
        print!("{comparison}");
        far_off |= comparison.is_far_off();
    };
    reads::measure(scratch.path(), effort, &mut show)?;
    writes::measure(scratch.path(), effort, &mut show)?;

    if check && far_off {
        eprintln!("a bound is missed by more than a factor of 2");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
