//! What `larder new --lang rust` writes is tested natively, built for wasm and run, with cargo and nothing of this
//! repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use larder_tests::CommandLine;

/// Where it is; the same each time, so that only the project is compiled anew.
const PLACE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/new-rust");

fn cargo(project: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO"));
    for setting in ["CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"] {
        command.env_remove(setting);
    }
    command.current_dir(project).args(args).env("CARGO_TARGET_DIR", "../target");
    let output = command.output().expect("cargo starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {args:?}: {told}");
    assert!(!told.contains("warning"), "cargo {args:?}: {told}");
}

#[test]
fn and_the_plugin_keeps_notes() {
    let project = Path::new(PLACE).join("notes");
    if project.exists() {
        fs::remove_dir_all(&project).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    larder.run(["new", "--lang", "rust", project.to_str().unwrap()]).printed();

    // The lock file that was written holds for it, too.
    cargo(&project, &["test", "--locked"]);
    cargo(&project, &["build", "--locked", "--release", "--target", "wasm32-wasip2"]);
    let notes = Path::new(PLACE).join("target/wasm32-wasip2/release/notes.wasm");
    let notes = notes.to_str().unwrap();

    let large = vec![b'x'; 3_000_000];
    larder.run_with(["run", notes, "--", "put", "large"], &large).printed();
    larder.run(["run", notes, "--", "put", "todo", "buy figs"]).printed();
    assert_eq!(larder.run(["run", notes, "--", "list"]).printed(), b"large\ntodo\n");
    assert_eq!(larder.run(["run", notes, "--", "get", "large"]).printed(), large);
    assert_eq!(larder.run(["run", notes, "--", "get", "none"]).one_clear_line(1), "there is no note \"none\"");
    let long = "k".repeat(1025);
    let refusal = larder.run(["run", notes, "--", "put", &long, "x"]).one_clear_line(1);
    assert_eq!(refusal, "the key is too long: 1025 bytes where 1024 are allowed");
    let full = larder.run_with(["run", "--quota", "10MiB", notes, "--", "put", "more"], &vec![0; 9 << 20]);
    assert!(full.one_clear_line(1).starts_with("the store would be too full: "));
    assert_eq!(larder.run(["get", "-p", "notes", "todo"]).printed(), b"buy figs");
}
