//! The command line tool: runs plugins with storage, and looks after a larder.
//!
//! Standard output is data and nothing else; an error is one line on standard error; exit codes have names, in `exit.rs`.

mod cli;
mod command;
mod compiler;
mod compose;
mod confirm;
mod escape;
mod exit;
mod failure;
mod help;
mod interrupt;
mod invoke;
mod open;
mod output;
mod plugin_file;
mod progress;
mod size;
mod store;
mod table;
mod time;
mod whole_file;

use std::process::ExitCode;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::failure::Failure;

fn main() -> ExitCode {
    let exit = run().unwrap_or_else(Failure::tell);
    exit.into()
}

fn run() -> Result<Exit, Failure> {
    match Cli::parse_arguments()? {
        Some(cli) => command::run(cli),
        None => Ok(Exit::Done),
    }
}
