//! `cargo demo`: see Larder work.

mod demo;
mod scratch;
mod transcript;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    if words != ["demo"] {
        eprintln!("usage: cargo demo");
        return ExitCode::from(2);
    }
    match demo::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the demo failed: {error}");
            ExitCode::FAILURE
        }
    }
}
