//! `cargo demo`: see Larder work. `cargo xtask components`: build the components that the command line tool carries.
//! `cargo xtask tools`: install what the tests of all languages need.

mod demo;
mod scratch;
mod transcript;

use std::env;
use std::process::ExitCode;

use xtask::{components, tools};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (what, done) = match words[..] {
        ["demo"] => ("the demo", demo::run()),
        ["components"] => ("the build", components::write().map_err(Into::into)),
        ["tools"] => ("the installation", tools::install().map_err(Into::into)),
        ["components", "--check"] => ("the check", components::check().map_err(Into::into)),
        _ => {
            eprintln!("usage: cargo demo, cargo xtask components [--check], or cargo xtask tools");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{what} failed: {error}");
            ExitCode::FAILURE
        }
    }
}
