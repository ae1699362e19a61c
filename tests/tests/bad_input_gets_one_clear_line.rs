//! Whatever is wrong with what the command line tool is given, it says so in one line and changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use larder_tests::{CommandLine, plugin};

const BAD_INPUT: i32 = 2;
const LARDER: i32 = 3;

/// A larder with a note in it, and how that looks.
struct Untouched {
    dir: tempfile::TempDir,
    before: Contents,
}

/// The files of a larder, and what it says that it holds: opening an engine's file may change bytes in it.
type Contents = (BTreeSet<PathBuf>, Vec<u8>, Vec<u8>);

impl Untouched {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        CommandLine::new(dir.path()).run(["set", "-p", "notes", "k", "v"]).printed();
        let before = contents(dir.path());
        Self { dir, before }
    }

    /// Runs the tool, and says what it says.
    fn refuses(&self, args: &[&str], status: i32) -> String {
        let line = CommandLine::new(self.dir.path()).run(args).one_clear_line(status);
        assert_eq!(contents(self.dir.path()), self.before, "{args:?} changed something");
        line
    }
}

fn contents(dir: &Path) -> Contents {
    let larder = CommandLine::new(dir);
    let stat = larder.run(["stat", "-w", "default"]).printed();
    let value = larder.run(["get", "-p", "notes", "k"]).printed();
    (files(dir).into_keys().collect(), stat, value)
}

fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

#[test]
fn a_file_that_is_no_plugin() {
    let (larder, beside) = (Untouched::new(), tempfile::tempdir().unwrap());
    let file = |name: &str, bytes: &[u8]| {
        let path = beside.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut damaged = fs::read(plugin("notes")).unwrap();
    let middle = damaged.len() / 2;
    damaged.truncate(middle);
    let cases = [
        (file("empty.wasm", b""), "not WebAssembly"),
        (file("text.wasm", b"#!/bin/sh\n\x1b[31mred"), "not WebAssembly"),
        (file("core.wasm", b"\0asm\x01\0\0\0"), "core WebAssembly module, not a component"),
        (file("half.wasm", &damaged), "invalid"),
        (beside.path().join("none.wasm").to_str().unwrap().to_owned(), "cannot read"),
        (beside.path().to_str().unwrap().to_owned(), "cannot read"),
        (plugin("wants_more").to_str().unwrap().to_owned(), "tests:wants-more/teleport"),
        (plugin("probe").to_str().unwrap().to_owned(), "not a command"),
    ];
    for (path, reason) in &cases {
        let line = larder.refuses(&["run", "--plugin", "notes", path], BAD_INPUT);
        assert!(line.contains(reason) && line.contains(path.as_str()), "{line}");
    }
}

#[test]
fn a_name_that_cannot_be() {
    let larder = Untouched::new();
    let notes = plugin("notes");
    let notes = notes.to_str().unwrap();
    for workspace in ["", "UP", "..", "../w", "a/b", "con", "a\nb", "é"] {
        for args in [
            ["run", "--workspace", workspace, notes, "--", "list"].as_slice(),
            &["get", "-p", "notes", "-w", workspace, "k"],
            &["set", "-p", "notes", "-w", workspace, "k", "v"],
            &["rm", "--all", "--yes", "-w", workspace],
            &["ls", "-w", workspace],
            &["stat", "-w", workspace],
        ] {
            let line = larder.refuses(args, BAD_INPUT);
            assert!(line.contains("workspace name") && line.contains("a-z 0-9 . _ -"), "{args:?}: {line}");
        }
    }
    let too_long = "p".repeat(129);
    for id in ["", "a\nb", "\u{1b}[31m", &too_long] {
        for args in [["run", "--plugin", id, notes].as_slice(), &["get", "-p", id, "k"], &["ls", "-p", id]] {
            let line = larder.refuses(args, BAD_INPUT);
            assert!(line.contains("plugin name") && line.contains("1 to 128 bytes"), "{args:?}: {line}");
        }
    }
}

#[test]
fn a_call_that_cannot_be() {
    let larder = Untouched::new();
    let probe = plugin("probe");
    let probe = probe.to_str().unwrap();
    for (call, reasons) in [
        ("", ["function", "calls.set"]),
        ("nothing()", ["nothing", "calls.set"]),
        ("greet(\"Ann\")", ["politely.greet", "loudly.greet"]),
        ("repeat(\"ab\")", ["repeat", "times: u32"]),
        ("repeat(\"ab\", -1)", ["invalid value: `-1`;", "times: u32"]),
        ("repeat(\"é\", ab)", ["`ab`;", "times: u32"]),
        ("repeat(\"ab\", 2", ["repeat", "times: u32"]),
    ] {
        let line = larder.refuses(&["run", "--invoke", call, probe], BAD_INPUT);
        assert!(reasons.iter().all(|reason| line.contains(reason.split('.').next_back().unwrap())), "{call}: {line}");
    }
}

#[test]
fn a_key_or_value_over_its_limit() {
    let larder = Untouched::new();
    let key = "k".repeat(1025);
    for args in
        [["get", "-p", "notes", &key].as_slice(), &["set", "-p", "notes", &key, "v"], &["rm", "-p", "notes", &key]]
    {
        let line = larder.refuses(args, BAD_INPUT);
        assert!(line.contains("1025") && line.contains("1024"), "{line}");
    }
    let too_large = vec![0; (64 << 20) + 1];
    let tool = CommandLine::new(larder.dir.path());
    let line = tool.run_with(["set", "-p", "notes", "k", "-"], &too_large).one_clear_line(BAD_INPUT);
    assert!(line.contains("67108865") && line.contains("67108864"), "{line}");
    let notes = plugin("notes");
    let by_plugin = tool.run_with(["run", notes.to_str().unwrap(), "--", "put", "k"], &too_large);
    let line = by_plugin.one_clear_line(1);
    assert!(line.contains("67108865") && line.contains("67108864"), "{line}");
    assert_eq!(contents(larder.dir.path()), larder.before);
}

#[test]
fn a_directory_that_is_no_larder() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letters.txt"), "not yours").unwrap();
    let before = files(dir.path());
    let file = dir.path().join("letters.txt");
    for args in [
        ["set", "-p", "notes", "k", "v"].as_slice(),
        &["run", plugin("notes").to_str().unwrap(), "--", "put", "k", "v"],
        &["get", "-p", "notes", "k"],
        &["rm", "--all", "--yes", "-w", "default"],
        &["ls"],
    ] {
        let line = CommandLine::new(dir.path()).run(args).one_clear_line(BAD_INPUT);
        assert!(line.contains(dir.path().to_str().unwrap()) && line.contains("larder"), "{line}");
        let at_file = [&["--dir", file.to_str().unwrap()], args].concat();
        let line = CommandLine::new(dir.path()).run(at_file).one_clear_line(BAD_INPUT);
        assert!(line.contains(file.to_str().unwrap()) && line.contains("not a directory"), "{line}");
        assert_eq!(files(dir.path()), before, "{args:?} changed something");
    }
}

#[test]
fn a_plugin_that_is_refused_makes_no_larder() {
    let dir = tempfile::tempdir().unwrap();
    let none = dir.path().join("none");
    let tool = CommandLine::new(dir.path());
    let wants_more = plugin("wants_more");
    tool.run(["--dir", none.to_str().unwrap(), "run", wants_more.to_str().unwrap()]).one_clear_line(BAD_INPUT);
    for args in [["get", "-p", "p", "k"].as_slice(), &["ls"], &["stat"], &["rm", "-p", "p", "k"]] {
        let line = tool.run([&["--dir", none.to_str().unwrap()], args].concat()).one_clear_line(1);
        assert!(line.contains(none.to_str().unwrap()), "{line}");
    }
    assert!(!none.exists());
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere but where the kernel answers.
    let may_write_all = fs::write(dir.path().join("x"), "").is_ok();
    let closed = if may_write_all { Path::new("/sys/kernel") } else { dir.path() };
    let inside = closed.join("larder");
    let tool = CommandLine::new(closed);
    let line = tool.run(["--dir", inside.to_str().unwrap(), "set", "-p", "p", "k", "v"]).one_clear_line(LARDER);
    assert!(line.contains(inside.to_str().unwrap()), "{line}");
    if !may_write_all {
        let line = tool.run(["set", "-p", "p", "k", "v"]).one_clear_line(LARDER);
        assert!(line.contains(closed.to_str().unwrap()), "{line}");
    }
}
