//! Plugins, compiled for `wasm32-wasip2`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::cargo::{cargo_command, root, succeed, target_dir};

const TARGET: &str = "wasm32-wasip2";

/// What a build around this one may have set for itself.
pub(crate) const SETTINGS_OF_THE_OUTER_BUILD: [&str; 6] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

static BUILT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Builds the cargo workspace at `manifest_dir` (relative to the repository's top folder), and says which directory holds
/// its `.wasm` files.
///
/// The build has a target directory of its own, in which one process builds at a time; in one process it happens once.
///
/// # Errors
///
/// Where cargo cannot be started or fails, or the target directory cannot be written.
pub fn build(manifest_dir: impl AsRef<Path>) -> io::Result<PathBuf> {
    let manifest_dir = root().join(manifest_dir);
    let own_target_dir = target_dir().join("wasm");
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !built.contains(&manifest_dir) {
        fs::create_dir_all(&own_target_dir)?;
        let lock = File::create(own_target_dir.join(".larder-lock"))?;
        lock.lock()?;
        succeed(wasm_build(&["build", "--release"], &manifest_dir, &own_target_dir))?;
        built.insert(manifest_dir);
    }
    Ok(own_target_dir.join(TARGET).join("release"))
}

/// Has cargo build for wasm, untouched by what the build around this one has set.
pub(crate) fn wasm_build(cargo: &[&str], manifest_dir: &Path, target_dir: &Path) -> Command {
    let mut command = cargo_command(cargo, manifest_dir);
    for setting in SETTINGS_OF_THE_OUTER_BUILD {
        command.env_remove(setting);
    }
    command.args(["--target", TARGET, "--target-dir"]).arg(target_dir);
    command
}
