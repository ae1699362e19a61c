use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::{env, iter};

/// Runs command lines in a shell and shows what they print.
pub struct Transcript<'a> {
    dir: &'a Path,
    search_path: OsString,
}

/// What came of a command line.
pub struct Outcome {
    line: String,
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl<'a> Transcript<'a> {
    /// Runs them in `dir`, where `larder` is this binary.
    pub fn new(dir: &'a Path, larder: &Path) -> Result<Self, Box<dyn Error>> {
        let folder = larder.parent().ok_or("the binary stands in no folder")?;
        let inherited = env::var_os("PATH").unwrap_or_default();
        let search_path = env::join_paths(iter::once(folder.to_owned()).chain(env::split_paths(&inherited)))?;
        Ok(Self { dir, search_path })
    }

    pub fn say(&self, text: &str) {
        println!("\n{text}");
    }

    pub fn run(&self, line: &str) -> Result<Outcome, Box<dyn Error>> {
        println!("  $ {line}");
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(self.dir).env("PATH", &self.search_path).env_remove("LARDER_DIR");
        shell.env("XDG_CACHE_HOME", self.dir.join("cache"));
        let output = shell.output().map_err(|error| format!("cannot start sh: {error}"))?;
        let outcome = Outcome {
            line: line.to_owned(),
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        for printed in outcome.stdout.lines().chain(outcome.stderr.lines()) {
            println!("  {printed}");
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// It succeeded and printed exactly this.
    pub fn prints(&self, expected: &str) -> Result<(), Box<dyn Error>> {
        if (self.status, &*self.stdout, &*self.stderr) == (Some(0), expected, "") {
            return Ok(());
        }
        Err(self.unexpected(&format!("success, printing {expected:?}")))
    }

    /// It succeeded, and what it printed contains all of these.
    pub fn tells(&self, expected: &[&str]) -> Result<(), Box<dyn Error>> {
        if self.status == Some(0) && expected.iter().all(|part| self.stdout.contains(part)) {
            return Ok(());
        }
        Err(self.unexpected(&format!("success, telling {expected:?}")))
    }

    /// It ended with status 1, and one line on standard error that contains all of these.
    pub fn refuses(&self, reasons: &[&str]) -> Result<(), Box<dyn Error>> {
        let one_line = self.stderr.lines().count() == 1 && reasons.iter().all(|reason| self.stderr.contains(reason));
        if self.status == Some(1) && self.stdout.is_empty() && one_line {
            return Ok(());
        }
        Err(self.unexpected(&format!("status 1, and one line with {reasons:?}")))
    }

    /// What it printed on standard output.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    fn unexpected(&self, expected: &str) -> Box<dyn Error> {
        let Self { line, status, stdout, stderr } = self;
        format!("`{line}` was to give {expected}; it gave status {status:?}, {stdout:?} and {stderr:?}").into()
    }
}
