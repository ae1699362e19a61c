//! Plugins that were composed with storage, under the wasmtime command line as it is published.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{Ended, compose};

/// A composed plugin, compiled once by the wasmtime command line that runs it.
pub struct Stock {
    wasmtime: PathBuf,
    compiled: PathBuf,
    _dir: TempDir,
}

impl Stock {
    /// Composes a plugin, with these options of `larder compose`, and compiles it.
    pub fn new(plugin: &Path, options: &[&str]) -> Self {
        let wasmtime = xtask::tools::wasmtime().expect("the tools are installed");
        let (composed, dir) = compose(plugin, options);
        let compiled = composed.with_extension("cwasm");
        let status = Command::new(&wasmtime).arg("compile").arg(composed).arg("-o").arg(&compiled).status();
        assert!(status.expect("wasmtime starts").success(), "what was composed does not compile");
        Self { wasmtime, compiled, _dir: dir }
    }

    /// Runs it to its end with the directory, variables and arguments that it is given, and nothing on standard input.
    pub fn run(&self, dir: Option<&Path>, variables: &[(&str, &str)], args: &[&str]) -> Ended {
        Ended::of(self.start(dir, variables, args), b"")
    }

    /// Starts it, with pipes to it.
    pub fn start(&self, dir: Option<&Path>, variables: &[(&str, &str)], args: &[&str]) -> Child {
        let mut command = Command::new(&self.wasmtime);
        command.args(["run", "--allow-precompiled"]);
        if let Some(dir) = dir {
            command.arg("--dir").arg(format!("{}::larder-data", dir.display()));
        }
        for (name, value) in variables {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        command.arg(&self.compiled).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("wasmtime starts")
    }
}
