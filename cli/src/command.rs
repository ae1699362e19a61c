//! What each command does; a file for each.

mod get;
mod ls;
mod rm;
mod run;
mod set;
mod stat;

use larder_store::{Larder, WorkspaceId};

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;

/// Does what the command line asks for.
pub fn run(Cli { dir, command }: Cli) -> Result<Exit, Failure> {
    match command {
        Command::Run(options) => run::run(&dir, options),
        Command::Get(options) => get::get(&dir, &options),
        Command::Set(options) => set::set(&dir, options),
        Command::Rm(options) => rm::rm(&dir, options),
        Command::Ls(options) => ls::ls(&dir, &options),
        Command::Stat(options) => stat::stat(&dir, &options),
    }
}

async fn expect_workspace(larder: &Larder, workspace: &WorkspaceId) -> Result<(), Failure> {
    match larder.open_workspace(workspace).await? {
        true => Ok(()),
        false => Err(Exit::No.because(format!("there is no workspace '{workspace}'"))),
    }
}
