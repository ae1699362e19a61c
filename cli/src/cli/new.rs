//! What a plugin is begun with.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub struct New {
    /// The language that the plugin is written in
    #[arg(long = "lang", value_name = "LANG", value_enum)]
    pub language: Language,
    /// Where to write the project
    #[arg(value_name = "DIR")]
    pub project: PathBuf,
}

/// A language that plugins are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Rust,
    Python,
    Javascript,
    Typescript,
    Go,
    C,
}
