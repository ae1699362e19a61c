//! The command line: what can be asked for, parsed into what is meant.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use larder_store::{PluginId, WorkspaceId};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::help;
use crate::size::parse_bytes;
use crate::timeout::parse_timeout;

const DEFAULT_WORKSPACE: &str = "default";

/// Run WebAssembly plugins with a place to keep data, and look after that place
#[derive(Debug, Parser)]
#[command(name = "larder", version, max_term_width = 100, after_long_help = help::LARDER)]
#[command(arg_required_else_help = false)]
pub struct Cli {
    /// The directory of the larder; `run` and `set` make it where there is none
    #[arg(long, global = true, env = "LARDER_DIR", hide_env_values = true, default_value = "./larder-data")]
    pub dir: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a plugin: a WebAssembly component
    #[command(after_long_help = help::RUN)]
    Run(Run),
    /// Write the value of a key to standard output, byte for byte
    #[command(after_long_help = help::GET)]
    Get(Get),
    /// Store a value
    #[command(after_long_help = help::SET)]
    Set(Set),
    /// Delete a key; or everything that a plugin, or a whole workspace, holds
    #[command(after_long_help = help::RM)]
    Rm(Rm),
    /// List keys, or plugins, or workspaces
    #[command(after_long_help = help::LS)]
    Ls(Ls),
    /// Show how much is held
    #[command(after_long_help = help::STAT)]
    Stat(Stat),
}

#[derive(Args, Debug)]
pub struct Run {
    /// The workspace that the plugin keeps its data in
    #[arg(short, long, default_value = DEFAULT_WORKSPACE)]
    pub workspace: WorkspaceId,
    /// Whose data it is [default: the name of the file, without its ending]
    #[arg(short, long)]
    pub plugin: Option<PluginId>,
    /// What the plugin may hold: bytes, or with KiB, MiB, GiB or TiB [default: 100MiB]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub quota: Option<u64>,
    /// Stop the plugin after this time: seconds, or as 500ms, 10s, 2m [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse_timeout)]
    pub timeout: Option<Duration>,
    /// Call this function, instead of running the plugin as a command, and write its result to standard output
    #[arg(long, value_name = "FUNCTION(ARGS)")]
    pub invoke: Option<String>,
    /// The plugin
    #[arg(value_name = "PLUGIN.wasm")]
    pub file: PathBuf,
    /// What the plugin gets as its arguments
    #[arg(last = true)]
    pub args: Vec<String>,
}

#[derive(Args, Debug)]
pub struct Get {
    #[command(flatten)]
    pub store: Store,
    /// Any string; behind `--` if it begins with a `-`
    pub key: String,
}

#[derive(Args, Debug)]
pub struct Set {
    #[command(flatten)]
    pub store: Store,
    /// Any string; behind `--` if it begins with a `-`
    pub key: String,
    /// The value, or `-` to read it from standard input
    pub value: OsString,
}

#[derive(Args, Debug)]
pub struct Rm {
    #[command(flatten)]
    scope: Scope,
    /// Any string; behind `--` if it begins with a `-`
    key: Option<String>,
    /// Delete everything that the plugin holds in the workspace; without --plugin, the workspace
    #[arg(long)]
    all: bool,
    /// Do not ask whether that is meant
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct Ls {
    #[command(flatten)]
    scope: Scope,
    /// List only what begins like this
    #[arg(default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// End each name with a NUL instead of a line end, and escape nothing
    #[arg(short = '0', long)]
    pub null: bool,
}

#[derive(Args, Debug)]
pub struct Stat {
    #[command(flatten)]
    scope: Scope,
}

/// One plugin's store.
#[derive(Args, Debug)]
pub struct Store {
    /// The workspace
    #[arg(short, long, default_value = DEFAULT_WORKSPACE)]
    pub workspace: WorkspaceId,
    /// The plugin
    #[arg(short, long)]
    pub plugin: PluginId,
}

#[derive(Args, Debug)]
struct Scope {
    /// The workspace
    #[arg(short, long)]
    workspace: Option<WorkspaceId>,
    /// The plugin; without --workspace, in the workspace `default`
    #[arg(short, long)]
    plugin: Option<PluginId>,
}

/// How much of a larder is looked at.
#[derive(Debug)]
pub enum View {
    Larder,
    Workspace(WorkspaceId),
    Store(Store),
}

/// What is to be deleted.
#[derive(Debug)]
pub enum Doomed {
    Workspace(WorkspaceId),
    Store(Store),
    Key(Store, String),
}

impl Cli {
    /// The command line of this process; none where it asked for help, which it has got.
    pub fn parse_arguments() -> Result<Option<Self>, Failure> {
        match Self::try_parse() {
            Ok(cli) => Ok(Some(cli)),
            Err(asked) if !asked.use_stderr() => {
                // Nobody is left to read it, or to be told so.
                let _ = asked.print();
                Ok(None)
            }
            Err(error) => Err(Exit::BadInput.because(one_sentence(&error))),
        }
    }
}

impl Rm {
    /// What is to be deleted.
    pub fn doomed(self) -> Result<Doomed, Failure> {
        let Self { scope, key, all, yes: _ } = self;
        match (all, key) {
            (false, Some(key)) => match scope.view() {
                View::Store(store) => Ok(Doomed::Key(store, key)),
                _ => Err(Exit::BadInput.because("say whose key with --plugin")),
            },
            (false, None) => Err(Exit::BadInput.because("say which KEY to delete, or --all")),
            (true, Some(_)) => Err(Exit::BadInput.because("say either which KEY to delete or --all, not both")),
            (true, None) if scope.workspace.is_none() => {
                Err(Exit::BadInput.because("--all needs --workspace, also where it is the one named default"))
            }
            (true, None) => match scope.view() {
                View::Store(store) => Ok(Doomed::Store(store)),
                View::Workspace(workspace) => Ok(Doomed::Workspace(workspace)),
                View::Larder => Err(Exit::BadInput.because("--all needs --workspace")),
            },
        }
    }
}

impl Ls {
    /// What is listed.
    pub fn view(&self) -> View {
        self.scope.view()
    }
}

impl Stat {
    /// What is shown.
    pub fn view(&self) -> View {
        self.scope.view()
    }
}

impl Scope {
    fn view(&self) -> View {
        match (self.workspace.clone(), self.plugin.clone()) {
            (None, None) => View::Larder,
            (Some(workspace), None) => View::Workspace(workspace),
            (workspace, Some(plugin)) => {
                let workspace = workspace.unwrap_or_else(default_workspace);
                View::Store(Store { workspace, plugin })
            }
        }
    }
}

fn default_workspace() -> WorkspaceId {
    DEFAULT_WORKSPACE.parse().expect("it is a workspace name")
}

/// What clap says in several paragraphs, without the usage.
fn one_sentence(error: &clap::Error) -> String {
    if let (ErrorKind::ValueValidation, Some(reason)) = (error.kind(), std::error::Error::source(error)) {
        return reason.to_string();
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let paragraphs = text.split("\n\n").take_while(|paragraph| !paragraph.starts_with("Usage:"));
    let said = paragraphs.filter(|paragraph| !paragraph.starts_with("For more information"));
    let sentences = said.map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    sentences.chain(["see larder --help".to_owned()]).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, String> {
        Cli::try_parse_from(line.split(' ')).map_err(|error| one_sentence(&error))
    }

    fn doomed(line: &str) -> Result<String, Failure> {
        let Command::Rm(rm) = parse(line).unwrap().command else { panic!("not rm") };
        rm.doomed().map(|doomed| match doomed {
            Doomed::Workspace(workspace) => workspace.to_string(),
            Doomed::Store(store) => format!("{}/{}", store.workspace, store.plugin),
            Doomed::Key(store, key) => format!("{}/{}/{key}", store.workspace, store.plugin),
        })
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_command_line_is_told_in_one_line() {
        for (line, expected) in [
            ("larder", "requires a subcommand"),
            ("larder frobnicate", "unrecognized subcommand 'frobnicate'"),
            ("larder get k", "--plugin <PLUGIN>"),
            ("larder get -p p", "<KEY>"),
            ("larder get -p p --wrkspace w k", "tip: a similar argument exists: '--workspace'"),
            ("larder get -p p -w UP k", "\"UP\" is not a workspace name"),
            ("larder run --quota 10MB x.wasm", "\"10MB\" is not a size"),
            ("larder run --timeout soon x.wasm", "\"soon\" is not a time limit"),
            ("larder run x.wasm y", "unexpected argument 'y'"),
        ] {
            let told = parse(line).unwrap_err();
            assert!(told.contains(expected), "{line}: {told}");
            assert!(!told.contains('\n') && !told.contains("Usage"), "{line}: {told}");
        }
    }

    #[test]
    fn what_is_deleted_is_said_in_full() {
        assert_eq!(doomed("larder rm -w w -p p k").unwrap(), "w/p/k");
        assert_eq!(doomed("larder rm -p p k").unwrap(), "default/p/k");
        assert_eq!(doomed("larder rm --all -w w -p p").unwrap(), "w/p");
        assert_eq!(doomed("larder rm --all -w w").unwrap(), "w");
        for line in ["rm", "rm -w w", "rm -w w k", "rm --all", "rm --all -p p", "rm --all -w w k"] {
            assert!(doomed(&format!("larder {line}")).is_err(), "{line}");
        }
    }
}
