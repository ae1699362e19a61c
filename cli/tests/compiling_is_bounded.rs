//! A plugin that takes long or much memory to compile is refused, by whoever it is run and however often; one that was
//! compiled before is not compiled again.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod larder;

use std::fmt::Write;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use larder::{COMMAND, Place};

/// A command with this beside the module that it runs.
fn command_with(module: &str) -> String {
    COMMAND.replacen("(component", &format!("(component (core module {module})"), 1)
}

/// One function whose values are all needed at its end. What that costs grows with the square of their number.
fn giant_function(values: usize) -> String {
    let mut code = String::from("(func (export \"f\") (param i64) (result i64) local.get 0");
    for value in 0..values {
        write!(code, " (i64.mul (local.get 0) (i64.const {}))", value * 7 + 3).unwrap();
    }
    command_with(&format!("{code}{})", " i64.add".repeat(values)))
}

/// Of each function the compiler keeps something until it has compiled all.
fn many_functions(count: usize) -> String {
    let function = |number| format!("(func (param i32) (result i32) (i32.add (local.get 0) (i32.const {number})))");
    command_with(&(0..count).map(function).collect::<String>())
}

#[test]
fn one_that_takes_long_is_refused_each_time() {
    let place = Place::new();
    place.component("slow.wasm", &giant_function(15_000));
    let reason = "slow.wasm takes more than 300ms to compile; --compile-time allows more";
    for _ in 0..2 {
        place.run(["run", "--compile-time", "300ms", "slow.wasm"]).fails(2, reason);
    }
    place.run(["run", "--no-cache", "--compile-time", "300ms", "slow.wasm"]).fails(2, reason);
    assert!(!place.path("larder-data").exists());
    // Nothing but the limit has refused it.
    place.run(["run", "--compile-time", "10m", "slow.wasm"]).prints("");
}

#[test]
fn one_that_takes_much_memory_is_refused_each_time() {
    let place = Place::new();
    place.component("large.wasm", &many_functions(20_000));
    let reason = "large.wasm takes more than 67108864 bytes of memory to compile; --compile-memory allows more";
    for _ in 0..2 {
        place.run(["run", "--compile-memory", "64MiB", "large.wasm"]).fails(2, reason);
    }
    place.run(["run", "--no-cache", "--compile-memory", "64MiB", "large.wasm"]).fails(2, reason);
    assert!(!place.path("larder-data").exists());
    // Nothing but the limit has refused it.
    place.run(["run", "large.wasm"]).prints("");
}

/// In so little time no other process could compile anything.
const NO_TIME: [&str; 2] = ["--compile-time", "1ms"];

#[test]
fn what_was_compiled_before_needs_nobody_to_compile_it() {
    let place = Place::new();
    place.component("command.wasm", COMMAND);
    let run = |more: &[&str]| place.run([&["run"], more, &["command.wasm"]].concat());
    run(&NO_TIME).fails(2, "takes more than 1ms to compile");
    run(&[]).prints("");
    run(&NO_TIME).prints("");
    run(&[&["--no-cache"], &NO_TIME[..]].concat()).fails(2, "takes more than 1ms to compile");
    fs::remove_dir_all(place.path("cache/larder")).unwrap();
    run(&NO_TIME).fails(2, "takes more than 1ms to compile");
}

#[test]
fn what_cannot_be_kept_for_the_one_who_runs_it_is_told() {
    let place = Place::new();
    place.component("command.wasm", COMMAND);
    place.run(["run", "command.wasm"]).prints("");
    fs::remove_dir_all(place.path("cache/larder/wasmtime/modules")).unwrap();
    fs::remove_dir_all(place.path("cache/larder/compiled")).unwrap();
    fs::write(place.path("cache/larder/wasmtime/modules"), "in the way").unwrap();
    place.run(["run", "command.wasm"]).fails(3, "cannot be kept");
    place.run(["run", "--no-cache", "command.wasm"]).prints("");
}

#[test]
fn the_compiler_ends_by_itself_when_nobody_waits_for_it_any_more() {
    let place = Place::new();
    place.component("slow.wasm", &giant_function(25_000));
    let limits = ["--cpu-seconds", "1", "--memory-bytes", "1073741824", "--name", "slow.wasm"];
    let compiler = Command::new(env!("CARGO_BIN_EXE_larder"))
        .arg("compile")
        .args(limits)
        .arg("--cache")
        .arg(place.path("cache/larder"))
        .stdin(fs::File::open(place.path("slow.wasm")).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let signal = compiler.unwrap().signal();
    assert_eq!(signal, Some(rustix::process::Signal::XCPU.as_raw()));
}
