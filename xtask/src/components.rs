//! The components that the command line tool carries.
//!
//! They are committed, so that who builds the tool needs no target for wasm and no build script runs cargo. A build of them
//! has the same bytes on any machine and in any directory: the toolchain is pinned, and no path of this machine is in them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use crate::cargo::{root, succeed, target_dir};
use crate::wasm::wasm_build;

struct Component {
    /// The folder whose cargo workspace it is built in.
    workspace: &'static str,
    /// What cargo is asked for.
    cargo: &'static [&'static str],
    /// What that makes, below the target directory.
    made: &'static str,
    /// The name of the committed file.
    file: &'static str,
}

const COMPONENTS: [Component; 2] = [
    Component {
        workspace: ".",
        cargo: &["rustc", "--package", "larder-adapter", "--lib", "--crate-type", "cdylib", "--profile", "component"],
        made: "wasm32-wasip2/component/larder_adapter.wasm",
        file: "adapter.wasm",
    },
    Component {
        workspace: "tests/conformance",
        cargo: &["build", "--release"],
        made: "wasm32-wasip2/release/conformance.wasm",
        file: "conformance.wasm",
    },
];

/// Where they are committed.
const CARRIED: &str = "cli/components";

/// Builds each anew, in place of the committed one.
///
/// # Errors
///
/// Where cargo cannot be started or fails, or a file cannot be written.
pub fn write() -> io::Result<()> {
    fs::create_dir_all(root().join(CARRIED))?;
    for component in COMPONENTS {
        fs::write(committed(component.file), build(&component)?)?;
    }
    Ok(())
}

/// Builds each anew, and compares it with the committed one.
///
/// # Errors
///
/// Where one differs or is missing; where cargo cannot be started or fails.
pub fn check() -> io::Result<()> {
    for component in COMPONENTS {
        let (file, built) = (component.file, build(&component)?);
        let committed = fs::read(committed(file)).map_err(|error| stale(file, &error.to_string()))?;
        if committed != built {
            return Err(stale(file, "its sources make another of it now"));
        }
    }
    Ok(())
}

fn committed(file: &str) -> PathBuf {
    root().join(CARRIED).join(file)
}

fn stale(file: &str, reason: &str) -> io::Error {
    io::Error::other(format!("{CARRIED}/{file}: {reason}; run `cargo xtask components` and commit what it writes"))
}

fn build(component: &Component) -> io::Result<Vec<u8>> {
    let manifest_dir = root().join(component.workspace);
    let target_dir = target_dir().join("components");
    // The sources of dependencies have to be there before their paths can be named.
    succeed(fetch(&manifest_dir))?;
    let mut command = wasm_build(component.cargo, &manifest_dir, &target_dir);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PROFILE_") {
            command.env_remove(name);
        }
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", remapped_paths()?.join("\x1f"));
    succeed(command)?;
    fs::read(target_dir.join(component.made))
}

fn fetch(manifest_dir: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(manifest_dir).args(["fetch", "--locked", "--quiet"]);
    command
}

/// Gives every path that the compiler could write into a component a name that is the same everywhere.
fn remapped_paths() -> io::Result<Vec<String>> {
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let mut flags = vec![remap(root(), "/larder"), remap(&cargo_home()?, "/cargo")];
    // Of several that match, the compiler takes the last. A registry's folder is named after its address, of which a mirror
    // has another.
    if let Ok(registries) = fs::read_dir(cargo_home()?.join("registry/src")) {
        for registry in registries {
            flags.push(remap(&registry?.path(), "/cargo/registry"));
        }
    }
    let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?.trim_end());
    let version = rustc(&["--version", "--verbose"])?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    let commit = commit.ok_or_else(|| io::Error::other("rustc does not say what it was built from"))?;
    flags.push(remap(&sysroot, "/rust"));
    flags.push(remap(&sysroot.join("lib/rustlib/src/rust"), &format!("/rustc/{commit}")));
    Ok(flags)
}

fn cargo_home() -> io::Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    home.ok_or_else(|| io::Error::other("there is no home directory"))
}

/// What the pinned compiler prints.
fn rustc(args: &[&str]) -> io::Result<String> {
    let output = Command::new("rustc").current_dir(root()).args(args).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("rustc {args:?}: {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
