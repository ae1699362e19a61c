//! The binary, at work on a larder of its own.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use larder_store::{Dir, Larder, Limits, Options, Session};
use tempfile::TempDir;

/// A command that succeeds.
pub const COMMAND: &str = r#"
(component
  (core module $code (func (export "run") (result i32) (i32.const 0)))
  (core instance $code (instantiate $code))
  (func $run (result (result)) (canon lift (core func $code "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $command)))
"#;

/// A directory in which the binary runs; its larder is `larder-data`, the default.
pub struct Place(TempDir);

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Place {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ended {
        self.run_with_input(args, b"")
    }

    pub fn run_with_input<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, input: &[u8]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_larder"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env_remove("LARDER_DIR")
            .env("XDG_CACHE_HOME", self.path("cache"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Where it ends without reading that, the pipe breaks.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Ended { code: output.status.code(), stdout: output.stdout, stderr: String::from_utf8(output.stderr).unwrap() }
    }

    /// A session of this process in the larder; it holds the workspace once it has written.
    pub fn session(&self, workspace: &str, plugin: &str) -> Session {
        let dir = Dir::create_ambient(self.path("larder-data")).unwrap();
        let larder = Larder::open(dir, Options::default()).unwrap();
        larder.session(&workspace.parse().unwrap(), &plugin.parse().unwrap(), Limits::default())
    }

    /// Writes a file with the component that `wat` describes.
    pub fn component(&self, name: &str, wat: &str) {
        std::fs::write(self.path(name), wat::parse_str(wat).unwrap()).unwrap();
    }
}

impl Ended {
    /// It did what was asked, and said nothing else.
    #[track_caller]
    pub fn prints(&self, stdout: impl AsRef<[u8]>) {
        assert_eq!((self.code, &*self.stderr), (Some(0), ""));
        assert_eq!(self.stdout, stdout.as_ref(), "{}", String::from_utf8_lossy(&self.stdout));
    }

    /// It ended with this code, no data, and one line that has `reason` in it.
    #[track_caller]
    pub fn fails(&self, code: i32, reason: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
        let line = self.stderr.strip_suffix('\n').unwrap_or_default();
        assert!(line.starts_with("larder: ") && !line.contains(char::is_control), "{self:?}");
        assert!(line.contains(reason), "no {reason:?} in {line}");
    }
}
