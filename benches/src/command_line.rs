use std::env;
use std::path::PathBuf;

use wasmtime::error::{Context, Result, bail};

const USAGE: &str = "usage: cargo bench -p larder-benches [-- [--short] [--check] [--only ID] [--dir DIR]]

  --short    a few rounds, for a machine that only has to notice a regression
  --check    fail where a bound is missed by more than a factor of 2
  --only ID  the figure of this name alone
  --dir DIR  measure below this directory, which must be on a disk";

/// What to measure, and where.
#[derive(Debug)]
pub struct CommandLine {
    /// A few rounds only.
    pub short: bool,
    /// Fail where a bound is clearly missed.
    pub check: bool,
    /// Which figure alone.
    pub only: Option<String>,
    /// Below which directory.
    pub dir: PathBuf,
}

impl CommandLine {
    /// What the program was called with; `dir` is where it measures if nothing is said.
    ///
    /// # Errors
    ///
    /// How it is used, where it was called with something else.
    pub fn parse(dir: impl Into<PathBuf>) -> Result<Self> {
        let mut parsed = Self { short: false, check: false, only: None, dir: dir.into() };
        let mut words = env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--short" => parsed.short = true,
                "--check" => parsed.check = true,
                "--only" => parsed.only = Some(words.next().context(USAGE)?),
                "--dir" => parsed.dir = words.next().context(USAGE)?.into(),
                // What cargo tells every bench.
                "--bench" => {}
                _ => bail!(USAGE),
            }
        }
        Ok(parsed)
    }
}
