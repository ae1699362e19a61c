//! Stores a value, says so, and ends as it is told.
//!
//! `ends KEY VALUE HOW`: `HOW` is `returns`, `fails`, `exits-0`, `exits-1` or `traps`.

use std::process::{ExitCode, abort, exit};

use larder::storage;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key, value, how] = &arguments[..] else { panic!("a key, a value and how to end") };
    storage::set(key, value).expect("the set is allowed");
    println!("stored");
    match how.as_str() {
        "returns" => ExitCode::SUCCESS,
        "fails" => ExitCode::FAILURE,
        "exits-0" => exit(0),
        "exits-1" => exit(1),
        "traps" => abort(),
        _ => panic!("no way to end"),
    }
}
