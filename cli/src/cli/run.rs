//! How a plugin is run.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use larder_store::{Commit, Grant, PluginId, WorkspaceId};

use super::scope::DEFAULT_WORKSPACE;
use crate::size::parse_bytes;
use crate::time::parse_time;

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
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub timeout: Option<Duration>,
    /// When what the plugin writes is committed
    #[arg(long, value_enum, default_value_t)]
    pub commit: CommitMode,
    /// What the plugin may do with the store that its workspace shares
    #[arg(long, value_enum, default_value_t)]
    pub shared: SharedAccess,
    /// Only with keys of the shared store that begin like this
    #[arg(long, value_name = "PREFIX", requires = "shared")]
    pub shared_prefix: Option<String>,
    /// Compile the plugin anew, and keep nothing of that
    #[arg(long)]
    pub no_cache: bool,
    /// Give up compiling the plugin after this time
    #[arg(long, value_name = "TIME", value_parser = parse_time, default_value = "2m")]
    pub compile_time: Duration,
    /// Give up compiling the plugin beyond this much memory
    #[arg(long, value_name = "BYTES", value_parser = parse_compile_memory, default_value = "2GiB")]
    pub compile_memory: u64,
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

/// With less than this, the compiler has no memory to say that it has none.
const LEAST_COMPILE_MEMORY: u64 = 16 << 20;

fn parse_compile_memory(text: &str) -> Result<u64, String> {
    let bytes = parse_bytes(text)?;
    match bytes < LEAST_COMPILE_MEMORY {
        true => Err(format!("{text:?} is too little memory to compile anything: 16MiB or more are allowed")),
        false => Ok(bytes),
    }
}

/// When what a plugin writes is committed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum CommitMode {
    /// Each operation by itself, at once
    #[default]
    EachOperation,
    /// All of it together when the plugin has succeeded, and nothing if it fails
    WholeCall,
}

/// What a plugin may do with the shared store.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum SharedAccess {
    /// Nothing
    #[default]
    None,
    /// Read it
    Read,
    /// Read and write it
    Write,
}

impl From<CommitMode> for Commit {
    fn from(mode: CommitMode) -> Self {
        match mode {
            CommitMode::EachOperation => Self::EachOperation,
            CommitMode::WholeCall => Self::WholeCall,
        }
    }
}

impl From<SharedAccess> for Grant {
    fn from(access: SharedAccess) -> Self {
        match access {
            SharedAccess::None => Self::none(),
            SharedAccess::Read => Self::read(),
            SharedAccess::Write => Self::write(),
        }
    }
}
