//! Compiling a plugin in a child process: nothing else bounds the time and the memory that it takes.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fmt, thread};

use larder_host::{CompileCache, Plugin, Runtime};
use tempfile::TempDir;

use crate::exit::Exit;
use crate::failure::{Failure, tell};
use crate::plugin_file::not_loaded;

/// What a process writes to standard error that ran out of memory, by itself or by what it was told of the system.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of", "out of memory", "Cannot allocate memory"];

/// Has plugins compiled within limits, and keeps what comes of that.
pub struct Compiler {
    time: Duration,
    memory_bytes: u64,
    cache: CompileCache,
    directory: PathBuf,
    /// Where the directory is for this process alone, it goes with it.
    _temporary: Option<TempDir>,
}

/// How a child process ended.
struct Ended {
    status: ExitStatus,
    stderr: String,
}

impl Compiler {
    /// One that keeps what it has compiled for the next time if it may, and if this user has a cache that is nobody else's.
    pub fn new(time: Duration, memory_bytes: u64, keep: bool) -> Result<Self, Failure> {
        let of_user = if keep { cache_of_user() } else { None };
        let (directory, cache, temporary) = match of_user {
            Some((directory, cache)) => (directory, cache, None),
            None => {
                let temporary = TempDir::with_prefix("larder-").map_err(|error| failed(&error))?;
                let directory = temporary.path().join("compiled");
                let cache = CompileCache::in_directory(&directory).map_err(|error| failed(&error))?;
                (directory, cache, Some(temporary))
            }
        };
        Ok(Self { time, memory_bytes, cache, directory, _temporary: temporary })
    }

    /// Where the runtime finds what was compiled.
    pub fn cache(&self) -> &CompileCache {
        &self.cache
    }

    /// Loads a plugin, called `file`, into a runtime that uses the cache.
    ///
    /// This process compiles nothing that did not stay within the limits in another one.
    pub fn load(&self, runtime: &Runtime, component: &[u8], file: &Path) -> Result<Plugin, Failure> {
        if !runtime.has_compiled(component) {
            self.compile(component, file)?;
            if !runtime.has_compiled(component) {
                let directory = self.directory.display();
                return Err(Exit::Larder.because(format!(
                    "{} was compiled, but cannot be kept in {directory}; --no-cache does without",
                    file.display()
                )));
            }
        }
        runtime.load(component).map_err(|error| not_loaded(file, error))
    }

    fn compile(&self, component: &[u8], file: &Path) -> Result<(), Failure> {
        let mut child = self.start(file).map_err(|error| failed(&error))?;
        let Some(Ended { status, stderr }) = wait(&mut child, component, self.time).map_err(|error| failed(&error))?
        else {
            return Err(self.took_too_long(&file.display()));
        };
        let told = || stderr.trim_end().trim_start_matches("larder: ").to_owned();
        let file = file.display();
        match status.code() {
            Some(0) => Ok(()),
            Some(2) => Err(Exit::BadInput.because(told())),
            _ if is_out_of_time(status) => Err(self.took_too_long(&file)),
            _ if OUT_OF_MEMORY.iter().any(|text| stderr.contains(text)) => Err(Exit::BadInput.because(format!(
                "{file} takes more than {} bytes of memory to compile; --compile-memory allows more",
                self.memory_bytes
            ))),
            Some(3) => Err(Exit::Larder.because(told())),
            _ => Err(Exit::BadInput.because(format!("{file} cannot be compiled: the compiler ended with {status}"))),
        }
    }

    fn start(&self, file: &Path) -> io::Result<Child> {
        // All processors for all of the time, should nobody be there any more to stop it.
        let processors = thread::available_parallelism().map_or(1, |number| number.get() as u64);
        let cpu_seconds = (self.time.as_secs() + 1).saturating_mul(processors);
        let mut command = Command::new(env::current_exe()?);
        command.arg("compile").arg("--cache").arg(&self.directory).arg("--name").arg(file);
        command.args(["--cpu-seconds", &cpu_seconds.to_string(), "--memory-bytes", &self.memory_bytes.to_string()]);
        // One that is out of memory has none for that, and may hang.
        command.env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
    }

    fn took_too_long(&self, file: &impl fmt::Display) -> Failure {
        let time = humantime::format_duration(self.time);
        Exit::BadInput.because(format!("{file} takes more than {time} to compile; --compile-time allows more"))
    }
}

/// Gives `input` to a process and waits for its end; none where that does not come in time, and it was killed.
fn wait(child: &mut Child, input: &[u8], time: Duration) -> io::Result<Option<Ended>> {
    let (mut stdin, mut stderr) = (child.stdin.take(), child.stderr.take());
    let (ended, end) = mpsc::channel();
    thread::scope(|scope| {
        // One that ends without reading breaks the pipe, and how it ended tells more than that.
        scope.spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input)));
        scope.spawn(move || {
            let mut text = Vec::new();
            // It is at its end when the process is, which has no children of its own.
            let _ = stderr.as_mut().map(|stderr| stderr.read_to_end(&mut text));
            let _ = ended.send(String::from_utf8_lossy(&text).into_owned());
        });
        let Ok(stderr) = end.recv_timeout(time) else {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        };
        Ok(Some(Ended { status: child.wait()?, stderr }))
    })
}

#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;

    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}

/// The cache of this user, where one can be had that is nobody else's.
fn cache_of_user() -> Option<(PathBuf, CompileCache)> {
    let of_user = env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let of_user = of_user.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    let directory = of_user.filter(|dir| dir.is_absolute())?.join("larder");
    let opened = CompileCache::in_directory(&directory);
    let cache = opened.inspect_err(|refused| tell(&format!("compiled plugins are not kept: {refused}"))).ok()?;
    Some((directory, cache))
}

fn failed(error: &(impl std::error::Error + ?Sized)) -> Failure {
    Exit::Larder.because(format!("cannot compile plugins on this machine: {error}"))
}
