//! Whatever is wrong with what is asked for: one clear line, an exit code of 2, and no larder is made.

mod larder;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use larder::Place;

#[track_caller]
fn refused<A: AsRef<OsStr>>(place: &Place, args: impl IntoIterator<Item = A>, reason: &str) {
    place.run(args).fails(2, reason);
    assert!(!place.path("larder-data").exists());
}

#[test]
fn of_the_command_line() {
    let place = Place::new();
    let cases: [(&[&str], &str); 12] = [
        (&[], "a command is missing"),
        (&["frobnicate"], "unrecognized subcommand 'frobnicate'"),
        (&["two\nlines"], "two"),
        (&["get", "k"], "--plugin"),
        (&["set", "-p", "p", "k"], "<VALUE>"),
        (&["rm", "-w", "w"], "say which KEY to delete, or --all"),
        (&["rm", "-w", "w", "k"], "say whose key"),
        (&["rm", "--all", "--yes"], "--all needs --workspace"),
        (&["rm", "--all", "-w", "w", "k"], "not both"),
        (&["run", "--quota", "10MB", "x.wasm"], "\"10MB\" is not a size"),
        (&["run", "--timeout", "0", "x.wasm"], "\"0\" is not a time"),
        (&["run", "x.wasm", "argument"], "unexpected argument 'argument'"),
    ];
    for (args, reason) in cases {
        refused(&place, args, reason);
    }
}

#[test]
fn of_names_and_it_says_which_are_good() {
    let place = Place::new();
    for name in ["", "UP", "../up", "two\nlines", "\u{1b}[31m"] {
        refused(&place, ["set", "-w", name, "-p", "p", "k", "v"], "1 to 64 of a-z 0-9 . _ - are allowed");
    }
    for name in ["", "two\nlines", &"p".repeat(129)] {
        refused(&place, ["set", "-p", name, "k", "v"], "1 to 128 bytes without control characters are allowed");
    }
}

#[test]
fn of_keys_and_values() {
    let place = Place::new();
    let key = "k".repeat(1025);
    place.run(["set", "-p", "p", &key, "v"]).fails(2, "the key is too long: 1025 bytes where 1024 are allowed");
    let value = vec![0; (64 << 20) + 1];
    let reason = "the value is too large: 67108865 bytes where 67108864 are allowed";
    place.run_with_input(["set", "-p", "p", "k", "-"], &value).fails(2, reason);
    place.run(["ls", "-p", "p"]).prints("");
}

#[test]
fn of_directories() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    fs::create_dir(place.path("full")).unwrap();
    fs::write(place.path("full/of"), "something else").unwrap();
    for command in [&["ls"][..], &["set", "-p", "p", "k", "v"]] {
        let at = |dir| [command, &["--dir", dir]].concat();
        refused(&place, at("file"), "file is not a directory");
        refused(&place, at("full"), "full: the store is unavailable: the directory is neither empty nor a larder");
        refused(&place, at(""), "--dir");
    }
    assert_eq!(fs::read_dir(place.path("full")).unwrap().count(), 1);
}

#[test]
fn of_plugins() {
    let place = Place::new();
    refused(&place, ["run", "missing.wasm"], "cannot read missing.wasm");
    fs::create_dir(place.path("folder.wasm")).unwrap();
    refused(&place, ["run", "folder.wasm"], "cannot read folder.wasm");
    refused(&place, ["run", "."], "cannot read .: ");

    fs::write(place.path("text.wasm"), "not wasm").unwrap();
    refused(&place, ["run", "text.wasm"], "text.wasm: this is not WebAssembly");
    place.component("module.wasm", "(module)");
    refused(&place, ["run", "module.wasm"], "core WebAssembly module, not a component");
    place.component("imports.wasm", r#"(component (import "acme:far/away@1.0.0" (instance (export "f" (func)))))"#);
    refused(&place, ["run", "imports.wasm"], "the component imports acme:far/away@1.0.0");
    place.component("empty.wasm", "(component)");
    refused(&place, ["run", "empty.wasm"], "empty.wasm is not a command");
    refused(&place, ["run", "--invoke", "f()", "empty.wasm"], "the component exports no functions");

    let nameless = "n".repeat(129) + ".wasm";
    place.component(&nameless, larder::COMMAND);
    refused(&place, ["run", &nameless], "--plugin");
}

#[test]
fn of_plugins_to_compose() {
    let place = Place::new();
    let compose = |file| ["compose", file, "-o", "out.wasm"];
    refused(&place, compose("."), "cannot read .: ");
    fs::write(place.path("text.wasm"), "not wasm").unwrap();
    refused(&place, compose("text.wasm"), "text.wasm: this is not WebAssembly");
    place.component("module.wasm", "(module)");
    refused(&place, compose("module.wasm"), "core WebAssembly module, not a component");
    place.component("command.wasm", larder::COMMAND);
    refused(&place, compose("command.wasm"), "it stores nothing");
    assert!(!place.path("out.wasm").exists());
    let before = fs::read(place.path("command.wasm")).unwrap();
    refused(&place, ["compose", "command.wasm", "-o", "./command.wasm"], "./command.wasm is the plugin");
    assert_eq!(fs::read(place.path("command.wasm")).unwrap(), before);
}

#[test]
fn of_plugins_that_are_too_large_unread() {
    let place = Place::new();
    fs::File::create(place.path("large.wasm")).unwrap().set_len(1 << 40).unwrap();
    refused(&place, [Path::new("run"), &place.path("large.wasm")], "1099511627776 bytes where 67108864 are allowed");
}
