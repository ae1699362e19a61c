use std::path::PathBuf;

use clap::Args;

/// How `run` has a plugin compiled, in another process.
#[derive(Args, Debug)]
pub struct Compile {
    /// Where compiled plugins are kept
    #[arg(long)]
    pub cache: PathBuf,
    /// Seconds of one processor, of which as many may be used
    #[arg(long)]
    pub cpu_seconds: u64,
    /// Bytes of memory, of which as many may be used
    #[arg(long)]
    pub memory_bytes: u64,
    /// What the plugin is called in errors
    #[arg(long)]
    pub name: PathBuf,
}
