//! Checks every promise of `larder:storage` through the interface alone, on whatever host runs it.
//!
//! A `wasi:cli` command. For each case it prints a line: `ok NAME`, `FAIL NAME: reason`, or `skip NAME: reason` where the
//! host's limits, quotas or grants leave nothing to check; the last line counts them. It ends with status 1 where a case
//! failed or it was called wrongly. A name is the promise, a slash, and the case.
//!
//! Each case begins by emptying the private store, and the shared one where it may; the last one does so again.

mod arguments;
mod bindings;
mod case;
mod check;
mod ground;
mod lifetime;
mod pattern;
mod promises;
mod report;
mod state;
mod store;

use std::process::ExitCode;

use arguments::{Arguments, Task};
use ground::Ground;
use report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("conformance: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Whether no case failed.
fn run() -> Result<bool, String> {
    let Arguments { task, selection, granted } = Arguments::parse(std::env::args().skip(1))?;
    let cases: Vec<_> = promises::cases().into_iter().filter(|case| selection.has(case.name())).collect();
    if cases.is_empty() {
        return Err("no case has such a name; --list has them all".to_owned());
    }
    if task == Task::List {
        cases.iter().for_each(|case| println!("{}", case.name()));
        return Ok(true);
    }
    let ground = Ground::new(granted)?;
    let mut report = Report::default();
    for case in &cases {
        report.tell(case.name(), ground.clear().and_then(|()| case.check(&ground)));
    }
    let kept = report.sum_up();
    ground.clear().map_err(|stop| format!("the stores cannot be emptied: {stop}"))?;
    Ok(kept)
}
