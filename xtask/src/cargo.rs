use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The top folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package stands in a folder of the repository")
}

/// Where cargo puts what it builds natively.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The cargo that runs this program, or the one in the path, asked for `args`; it shows its progress to whoever watches.
pub(crate) fn cargo_command(args: &[&str], current_dir: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(current_dir).args(args).arg("--locked");
    if !io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    command
}

/// Runs `command` to its end.
///
/// # Errors
///
/// Where it cannot be started, or ends with another status than 0.
pub(crate) fn succeed(mut command: Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}
