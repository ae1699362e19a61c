//! The command line: what can be asked for, parsed into what is meant.

mod compile;
mod compose;
mod new;
mod run;
mod scope;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use larder_store::WorkspaceId;

pub use self::compile::Compile;
pub use self::compose::Compose;
pub use self::new::{Language, New};
pub use self::run::{CommitMode, Run, SharedAccess};
use self::scope::Scope;
pub use self::scope::{OneStore, View};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::help;
use crate::store::Store;
use crate::time::parse_time;

/// Run WebAssembly plugins with a place to keep data, and look after that place
#[derive(Debug, Parser)]
#[command(name = "larder", version, max_term_width = 100, after_long_help = help::LARDER)]
#[command(arg_required_else_help = false)]
pub struct Cli {
    /// The directory of the larder; what stores something makes it where there is none [default: ./larder-data]
    #[arg(long, global = true, env = "LARDER_DIR", hide_env_values = true)]
    #[arg(value_parser = OsStringValueParser::new().try_map(parse_dir))]
    pub dir: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin a plugin: write a project that builds and runs
    #[command(after_long_help = help::NEW)]
    New(New),
    /// Run a plugin: a WebAssembly component
    #[command(after_long_help = help::RUN)]
    Run(Run),
    /// Compile the plugin on standard input, within limits: what `run` starts
    #[command(hide = true)]
    Compile(Compile),
    /// Join a plugin with storage, for any runtime that offers WASI, such as the wasmtime command line
    #[command(after_long_help = help::COMPOSE)]
    Compose(Compose),
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
    /// Write all of a workspace, as of one moment, to a file
    #[command(after_long_help = help::EXPORT)]
    Export(Export),
    /// Make a workspace of a file that `export` wrote
    #[command(after_long_help = help::IMPORT)]
    Import(Import),
    /// Let go of a workspace that a composed plugin kept when it was killed
    #[command(after_long_help = help::UNLOCK)]
    Unlock(Unlock),
    /// Look for damage; and carry over what is whole of a workspace that is damaged
    #[command(after_long_help = help::DOCTOR)]
    Doctor(Doctor),
    /// Check that every promise of the interface to plugins is kept
    #[command(after_long_help = help::CONFORMANCE)]
    Conformance(Conformance),
}

#[derive(Args, Debug)]
pub struct Get {
    #[command(flatten)]
    pub store: OneStore,
    /// Any string; behind `--` if it begins with a `-`
    pub key: String,
}

#[derive(Args, Debug)]
pub struct Set {
    #[command(flatten)]
    pub store: OneStore,
    /// Any string; behind `--` if it begins with a `-`
    pub key: String,
    /// The value, or `-` to read it from standard input
    pub value: OsString,
    /// Let the value expire so long from now: seconds, or as 500ms, 10s, 2m, 7days [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub expires_in: Option<Duration>,
}

#[derive(Args, Debug)]
pub struct Rm {
    #[command(flatten)]
    scope: Scope,
    /// Any string; behind `--` if it begins with a `-`
    key: Option<String>,
    /// Delete everything that the plugin, or the shared store, holds in the workspace; without either, the workspace
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

#[derive(Args, Debug)]
pub struct Export {
    /// The workspace
    #[arg(short, long)]
    pub workspace: WorkspaceId,
    /// Where to; `-`, or nothing, is standard output
    #[arg(default_value = "-", hide_default_value = true)]
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Import {
    /// What the workspace is to be called; there must be none of that name
    #[arg(short, long)]
    pub workspace: WorkspaceId,
    /// Where from; `-`, or nothing, is standard input
    #[arg(default_value = "-", hide_default_value = true)]
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct Unlock {
    /// The workspace
    #[arg(short, long)]
    pub workspace: WorkspaceId,
    /// Do not ask whether its writer is no more
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct Doctor {
    /// The workspace [default: every workspace]
    #[arg(short, long, required_if_eq("salvage", "true"))]
    pub workspace: Option<WorkspaceId>,
    /// Put in the place of its database one with all that is whole, and keep the old one aside
    #[arg(long)]
    pub salvage: bool,
}

#[derive(Args, Debug)]
pub struct Conformance {
    /// Check an engine that keeps everything in memory
    #[arg(long)]
    pub memory: bool,
    /// When what the plugin writes is committed
    #[arg(long, value_enum, default_value_t)]
    pub commit: CommitMode,
    /// What the plugin may do with the store that its workspace shares
    #[arg(long, value_enum, default_value_t = SharedAccess::Write)]
    pub shared: SharedAccess,
    /// Only with keys of the shared store that begin like this
    #[arg(long, value_name = "PREFIX", requires = "shared")]
    pub shared_prefix: Option<String>,
    /// Hold the plugin to the limits of any other, in place of ones so small that every case can reach them
    #[arg(long)]
    pub default_limits: bool,
    /// List the cases
    #[arg(long, conflicts_with = "emit")]
    pub list: bool,
    /// Write the plugin that checks to this file, for another host to run
    #[arg(long, value_name = "FILE")]
    pub emit: Option<PathBuf>,
    /// Check only cases whose names begin with one of these
    #[arg(value_name = "NAME")]
    pub begins: Vec<String>,
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
                _ => Err(Exit::BadInput.because("say whose key with --plugin or --shared")),
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

fn parse_dir(text: OsString) -> Result<PathBuf, &'static str> {
    if text.is_empty() {
        return Err(
            "the larder's directory has an empty name: say where it is with --dir or LARDER_DIR, or with neither",
        );
    }
    Ok(text.into())
}

/// What clap says in several paragraphs, without the usage.
fn one_sentence(error: &clap::Error) -> String {
    if let (ErrorKind::ValueValidation, Some(reason)) = (error.kind(), std::error::Error::source(error)) {
        return reason.to_string();
    }
    if error.kind() == ErrorKind::MissingSubcommand {
        // clap would list those too that are not for people.
        return "a command is missing; see larder --help".to_owned();
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let paragraphs = text.split("\n\n").take_while(|paragraph| !paragraph.starts_with("Usage:"));
    let said = paragraphs.filter(|paragraph| !paragraph.starts_with("For more information"));
    let sentences = said.map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    // Not every error has the usage with it.
    let usage = text.split_once("Usage: larder ").map(|(_, usage)| usage);
    let takes_more = error.kind() == ErrorKind::UnknownArgument && usage.is_some_and(|usage| usage.contains("[-- "));
    let advice = takes_more.then(|| "what is for the plugin goes behind `--`".to_owned());
    let command = usage.and_then(|usage| usage.split(' ').next());
    let command = command.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
    let see = command.map_or("see larder --help".to_owned(), |command| format!("see larder {command} --help"));
    sentences.chain(advice).chain([see]).collect::<Vec<_>>().join("; ")
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
            Doomed::Store(store) => format!("{}/{}", store.workspace, store.id),
            Doomed::Key(store, key) => format!("{}/{}/{key}", store.workspace, store.id),
        })
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_command_line_is_told_in_one_line() {
        for (line, expected) in [
            ("larder", "a command is missing; see larder --help"),
            ("larder frobnicate", "unrecognized subcommand 'frobnicate'"),
            ("larder get k", "<--plugin <PLUGIN>|--shared>"),
            ("larder get -p p --shared k", "cannot be used with"),
            ("larder ls -p p --shared", "cannot be used with"),
            ("larder get -p p", "<KEY>"),
            ("larder get -p p", "; see larder get --help"),
            ("larder --wrong", "; see larder --help"),
            ("larder get -p p --wrkspace w k", "tip: a similar argument exists: '--workspace'"),
            ("larder get -p p -w UP k", "\"UP\" is not a workspace name"),
            ("larder run --quota 10MB x.wasm", "\"10MB\" is not a size"),
            ("larder run --timeout soon x.wasm", "\"soon\" is not a time"),
            ("larder new --lang ruby d", "[possible values: rust, python, javascript, typescript, go, c]"),
            ("larder new d", "--lang <LANG>"),
            ("larder --dir= ls", "the larder's directory has an empty name"),
            (
                "larder run x.wasm y",
                "unexpected argument 'y' found; what is for the plugin goes behind `--`; see larder run",
            ),
            ("larder run --compile-memory 1MiB x.wasm", "16MiB or more"),
        ] {
            let told = parse(line).unwrap_err();
            assert!(told.contains(expected), "{line}: {told}");
            assert!(!told.contains('\n') && !told.contains("Usage") && !told.contains("larder  "), "{line}: {told}");
        }
    }

    #[test]
    fn what_is_deleted_is_said_in_full() {
        assert_eq!(doomed("larder rm -w w -p p k").unwrap(), "w/p/p/k");
        assert_eq!(doomed("larder rm -p p k").unwrap(), "default/p/p/k");
        assert_eq!(doomed("larder rm --all -w w -p p").unwrap(), "w/p/p");
        assert_eq!(doomed("larder rm --shared k").unwrap(), "default/s/k");
        assert_eq!(doomed("larder rm --all -w w --shared").unwrap(), "w/s");
        assert_eq!(doomed("larder rm --all -w w").unwrap(), "w");
        for line in ["rm", "rm -w w", "rm -w w k", "rm --all", "rm --all -p p", "rm --all --shared", "rm --all -w w k"]
        {
            assert!(doomed(&format!("larder {line}")).is_err(), "{line}");
        }
    }
}
