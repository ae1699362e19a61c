use std::env::consts::EXE_SUFFIX;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::cargo::{cargo_command, root, succeed, target_dir};

static BUILT: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Builds the command line tool in the profile of this program, once per process, and says where it is.
///
/// All packages take part in the choice of features, and with `--examples` (of which there are none) so do the
/// dependencies of tests; as in `cargo test`, so that one build of wasmtime serves both.
///
/// # Errors
///
/// Where cargo cannot be started or fails.
pub fn larder_binary() -> io::Result<PathBuf> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*built {
        return Ok(path.clone());
    }
    let (profile, folder) = if cfg!(debug_assertions) { ("dev", "debug") } else { ("release", "release") };
    let mut command = cargo_command(&["build"], root());
    command.env_remove("CARGO_BUILD_TARGET").args(["--profile", profile]);
    command.args(["--workspace", "--bin", "larder", "--examples"]);
    succeed(command)?;
    let path = target_dir().join(folder).join(format!("larder{EXE_SUFFIX}"));
    *built = Some(path.clone());
    Ok(path)
}
