use std::fmt;
use std::path::{Path, PathBuf};

use larder_tests::{CommandLine, Ended, Stock};

/// What a plugin runs under.
pub enum Runner<'a> {
    /// `larder run`.
    Native { command_line: &'a CommandLine, plugin: PathBuf },
    /// `wasmtime run`, after `larder compose`.
    Stock { dir: &'a Path, plugin: Stock },
}

impl<'a> Runner<'a> {
    pub fn native(command_line: &'a CommandLine, plugin: PathBuf) -> Self {
        Self::Native { command_line, plugin }
    }

    /// With the larder in `dir`.
    pub fn stock(dir: &'a Path, plugin: &Path) -> Self {
        Self::Stock { dir, plugin: Stock::new(plugin, &[]) }
    }

    /// Runs the plugin to its end, with these words and this on standard input; it may hold so many bytes, where that is given.
    pub fn run(&self, words: &[&str], stdin: &[u8], quota: Option<&str>) -> Ended {
        match self {
            Self::Native { command_line, plugin } => {
                let mut args = vec!["run"];
                args.extend(quota.iter().flat_map(|quota| ["--quota", quota]));
                args.extend([plugin.to_str().unwrap(), "--"]);
                command_line.run_with(args.iter().chain(words), stdin)
            }
            Self::Stock { dir, plugin } => {
                let quota = quota.map(|quota| ("LARDER_STORE_BYTES", quota));
                Ended::of(plugin.start(Some(dir), quota.as_slice(), words), stdin)
            }
        }
    }
}

impl fmt::Display for Runner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native { .. } => "larder run",
            Self::Stock { .. } => "wasmtime run",
        })
    }
}
