//! What each command does; a file for each.

mod compile;
mod compose;
mod conformance;
mod doctor;
mod export;
mod get;
mod import;
mod ls;
mod new;
mod rm;
mod run;
mod set;
mod stat;
mod unlock;

use larder_store::{Larder, WorkspaceId};

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;

/// Where the larder is, unless it is said or the command makes one for itself.
const DEFAULT_DIR: &str = "./larder-data";

/// Does what the command line asks for.
pub fn run(Cli { dir: given_dir, command }: Cli) -> Result<Exit, Failure> {
    let dir = given_dir.clone().unwrap_or_else(|| DEFAULT_DIR.into());
    match command {
        Command::New(options) => new::new(&options),
        Command::Run(options) => run::run(&dir, options),
        Command::Compile(options) => compile::compile(&options),
        Command::Compose(options) => compose::compose(&options),
        Command::Get(options) => get::get(&dir, &options),
        Command::Set(options) => set::set(&dir, options),
        Command::Rm(options) => rm::rm(&dir, options),
        Command::Ls(options) => ls::ls(&dir, &options),
        Command::Stat(options) => stat::stat(&dir, &options),
        Command::Export(options) => export::export(&dir, &options),
        Command::Import(options) => import::import(&dir, &options),
        Command::Unlock(options) => unlock::unlock(&dir, &options),
        Command::Doctor(options) => doctor::doctor(&dir, &options),
        Command::Conformance(options) => conformance::conformance(given_dir.as_deref(), &options),
    }
}

async fn expect_workspace(larder: &Larder, workspace: &WorkspaceId) -> Result<(), Failure> {
    match larder.open_workspace(workspace).await? {
        true => Ok(()),
        false => Err(no_workspace(workspace)),
    }
}

fn no_workspace(workspace: &WorkspaceId) -> Failure {
    Exit::No.because(format!("there is no workspace '{workspace}'"))
}
