use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

/// The command line tool, for one larder.
pub struct CommandLine {
    binary: PathBuf,
    dir: PathBuf,
    /// Where compiled plugins are kept.
    cache: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit status.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl CommandLine {
    /// The tool, for the larder in `dir`.
    pub fn new(dir: &Path) -> Self {
        let cache = TempDir::new().expect("there is a temporary directory");
        Self { binary: xtask::larder_binary().expect("the tool compiles"), dir: dir.to_owned(), cache }
    }

    /// Runs the tool to its end, with nothing on standard input.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ended {
        self.run_with(args, b"")
    }

    /// Runs the tool to its end, with this on standard input.
    pub fn run_with<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>, stdin: &[u8]) -> Ended {
        Ended::of(self.start(args), stdin)
    }

    /// Starts the tool, with pipes to it.
    pub fn start<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Child {
        let mut command = Command::new(&self.binary);
        command.args(args).env("LARDER_DIR", &self.dir).env("XDG_CACHE_HOME", self.cache.path()).current_dir(&self.dir);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the tool starts")
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("errors are text"),
        }
    }
}

impl Ended {
    /// How this one ends that was started with pipes, with this on standard input.
    pub fn of(mut child: Child, stdin: &[u8]) -> Self {
        let mut pipe = child.stdin.take().expect("standard input is a pipe");
        let output = thread::scope(|scope| {
            // One that refuses its arguments does not read what it is sent.
            scope.spawn(move || drop(pipe.write_all(stdin)));
            child.wait_with_output().expect("it runs")
        });
        Self::from(output)
    }

    /// What it printed, having succeeded without a word on standard error.
    ///
    /// # Panics
    ///
    /// Where it failed.
    pub fn printed(self) -> Vec<u8> {
        assert_eq!((self.status, &*self.stderr), (Some(0), ""), "{self:?}");
        self.stdout
    }

    /// The one line on standard error, having failed with this status and printed nothing else.
    ///
    /// # Panics
    ///
    /// Where it succeeded, or said more or less than that.
    pub fn one_clear_line(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert!(self.stdout.is_empty(), "an error is no data: {self:?}");
        let line = self.stderr.strip_suffix('\n').expect("the line ends");
        assert!(!line.is_empty() && !line.contains(['\n', '\r', '\u{1b}']), "not one clear line: {self:?}");
        line.to_owned()
    }
}
