//! A plugin that was joined with storage keeps the same data as any other host, and holds nothing between its calls.

use std::fs;
use std::thread;

use larder_tests::{COMPOSED_FOR_CONFORMANCE, CommandLine, Composed, NOT_DENIED, Verdicts, conformance_file, plugin};
use tempfile::TempDir;

fn steps(options: &[&str]) -> Composed {
    Composed::new(&plugin("steps"), options)
}

/// The line that the adapter wrote to standard error, before whatever the plugin said to its `unavailable`.
#[track_caller]
fn told(ended: &larder_tests::Ended) -> &str {
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("Unavailable"), "{ended:?}");
    ended.stderr.lines().next().unwrap().strip_prefix("larder: ").unwrap()
}

#[test]
fn every_promise_is_kept() {
    let dir = TempDir::new().unwrap();
    let conformance = Composed::new(&conformance_file(), &COMPOSED_FOR_CONFORMANCE);
    let ended = conformance.run(Some(dir.path()), &[], &["--shared", "write"]);
    let verdicts = Verdicts::parse(&String::from_utf8(ended.stdout).unwrap());
    verdicts.assert_kept(&NOT_DENIED);
}

#[test]
fn what_one_wrote_the_other_reads() {
    let dir = TempDir::new().unwrap();
    let command_line = CommandLine::new(dir.path());
    let composed = steps(&["--workspace", "team-7", "--shared", "write"]);
    composed.run(Some(dir.path()), &[], &["set k one", "share motd hello"]).printed();
    assert_eq!(command_line.run(["get", "-w", "team-7", "-p", "steps", "k"]).printed(), b"one");
    assert_eq!(command_line.run(["get", "-w", "team-7", "--shared", "motd"]).printed(), b"hello");
    command_line.run(["set", "-w", "team-7", "-p", "steps", "k", "two"]).printed();
    assert_eq!(composed.run(Some(dir.path()), &[], &["get k"]).printed(), b"two\n");
}

#[test]
fn the_plugin_sees_no_directory() {
    let dir = TempDir::new().unwrap();
    let composed = steps(&[]);
    composed.run(Some(dir.path()), &[], &["set k v"]).printed();
    let seen = String::from_utf8(composed.run(Some(dir.path()), &[], &["directories", "get k"]).printed()).unwrap();
    assert!(seen.ends_with("FORMAT: not there\nv\n") && !seen.contains(": seen"), "{seen}");
}

#[test]
fn variables_go_before_what_is_baked_in() {
    let dir = TempDir::new().unwrap();
    let composed = steps(&["--workspace", "a", "--plugin", "one", "--quota", "1KiB"]);
    let run = |variables: &[(&str, &str)], step| composed.run(Some(dir.path()), variables, &[step]);
    run(&[], "set k baked").printed();
    run(&[("LARDER_WORKSPACE", "b"), ("LARDER_PLUGIN", "two")], "set k given").printed();
    let command_line = CommandLine::new(dir.path());
    assert_eq!(command_line.run(["get", "-w", "a", "-p", "one", "k"]).printed(), b"baked");
    assert_eq!(command_line.run(["get", "-w", "b", "-p", "two", "k"]).printed(), b"given");

    let refused = |variables: &[(&str, &str)], step| {
        let ended = run(variables, step);
        assert_eq!((ended.status, &*ended.stderr), (Some(1), ""));
        String::from_utf8(ended.stdout).unwrap()
    };
    let large = format!("set k {}", "x".repeat(1000));
    assert!(refused(&[], &large).contains("QuotaExceeded(Excess { unit: Unit::Bytes, limit: 1024, actual: 1065 })"));
    run(&[("LARDER_STORE_BYTES", "2000")], &large).printed();
    assert!(refused(&[("LARDER_KEY_BYTES", "2")], "get key").contains("KeyTooLong"));
    assert!(refused(&[], "get-shared k").contains("AccessDenied"));
    assert_eq!(run(&[("LARDER_SHARED", "read")], "get-shared k").printed(), b"none\n");
}

#[test]
fn what_is_missing_or_wrong_is_told_in_a_line() {
    let dir = TempDir::new().unwrap();
    let composed = steps(&[]);
    let told_with = |variables: &[(&str, &str)]| {
        let ended = composed.run(Some(dir.path()), variables, &["get k"]);
        told(&ended).to_owned()
    };
    assert!(told(&composed.run(None, &[], &["get k"])).contains("wasmtime run --dir ./larder-data"));
    assert!(told_with(&[("LARDER_DIR", "elsewhere")]).contains("elsewhere"));
    assert!(told_with(&[("LARDER_WORKSPACE", "UP")]).starts_with("LARDER_WORKSPACE: \"UP\" is not a workspace name"));
    assert!(told_with(&[("LARDER_SHARED", "all")]).contains("none, read, write"));
    assert!(told_with(&[("LARDER_STORE_BYTES", "1MiB")]).starts_with("LARDER_STORE_BYTES: \"1MiB\" is not a number"));
    assert!(told_with(&[("LARDER_QOUTA", "1")]).starts_with("LARDER_QOUTA: is not known; there are LARDER_DIR"));
    fs::write(dir.path().join("letter.txt"), "mine").unwrap();
    assert!(told_with(&[]).contains("neither empty nor a larder"));
}

#[test]
fn nothing_is_held_between_calls() {
    let dir = TempDir::new().unwrap();
    let composed = steps(&[]);
    composed.run(Some(dir.path()), &[], &["set k v"]).printed();
    thread::scope(|scope| {
        // It reads all the time, until the key is gone.
        let reading = scope.spawn(|| composed.run(Some(dir.path()), &[], &["await-end-of k"]));
        // Nobody says whose turn it is, so the one that is there for a moment may be refused more than once.
        let remove = || CommandLine::new(dir.path()).run(["rm", "-p", "steps", "k"]);
        assert!((0..60).any(|_| remove().status == Some(0)), "it never gets a turn");
        reading.join().unwrap().printed();
    });
    let trapped = composed.run(Some(dir.path()), &[], &["set k v", "trap"]);
    assert_eq!(trapped.status, None, "{trapped:?}");
    assert!(!dir.path().join("workspaces/default/writer").exists());
}

#[test]
fn two_at_once_lose_no_write() {
    const TIMES: u64 = 100;
    let dir = TempDir::new().unwrap();
    let composed = steps(&[]);
    composed.run(Some(dir.path()), &[], &["set other 1"]).printed();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| composed.run(Some(dir.path()), &[], &[&format!("count n {TIMES}")]).printed());
        }
    });
    let counted = CommandLine::new(dir.path()).run(["get", "-p", "steps", "n"]).printed();
    assert_eq!(u64::from_le_bytes(counted.try_into().unwrap()), 2 * TIMES);
}

#[test]
fn a_host_that_has_the_workspace_keeps_it() {
    let pantry = larder_tests::Pantry::new();
    pollster::block_on(pantry.session("default", "steps").set("k", "v")).unwrap();
    let composed = steps(&[]);
    let ended = composed.run(Some(pantry.path()), &[], &["get k"]);
    let told = told(&ended);
    assert!(told.contains(&format!("held by process {}", std::process::id())), "{told}");
    assert!(told.contains("larder unlock -w default"), "{told}");
    pollster::block_on(pantry.larder().close()).unwrap();
    assert_eq!(composed.run(Some(pantry.path()), &[], &["get k"]).printed(), b"v\n");
}

#[test]
fn what_a_killed_one_left_is_unlocked() {
    let dir = TempDir::new().unwrap();
    let command_line = CommandLine::new(dir.path());
    let composed = steps(&[]);
    composed.run(Some(dir.path()), &[], &["set k v"]).printed();
    let mark = dir.path().join("workspaces/default/writer");
    fs::write(&mark, "wasi a component since 2026-01-01T00:00:00Z\n").unwrap();
    let refusal = command_line.run(["set", "-p", "steps", "k", "w"]).one_clear_line(3);
    let told_how = "held by a component since 2026-01-01T00:00:00Z; if that has ended, run `larder unlock -w default`";
    assert!(refusal.ends_with(told_how), "{refusal}");
    assert!(told(&composed.run(Some(dir.path()), &[], &["get k"])).contains("larder unlock"));
    assert!(command_line.run(["unlock", "-w", "default"]).one_clear_line(2).contains("add --yes"));
    let unlocked = command_line.run(["unlock", "-w", "default", "--yes"]).printed();
    assert_eq!(unlocked, b"it was held by a component since 2026-01-01T00:00:00Z\n");
    assert!(!mark.exists());
    assert_eq!(composed.run(Some(dir.path()), &[], &["get k"]).printed(), b"v\n");
    assert_eq!(command_line.run(["unlock", "-w", "default", "--yes"]).printed(), b"nobody held it\n");
    // Whether it is there is looked at before anybody is asked.
    assert!(command_line.run(["unlock", "-w", "elsewhere"]).one_clear_line(1).contains("no workspace"));
}

#[test]
fn what_cannot_be_composed_is_told() {
    let dir = TempDir::new().unwrap();
    let command_line = CommandLine::new(dir.path());
    let refusal = |args: &[&str]| command_line.run([&["compose", "-o", "out.wasm"], args].concat()).one_clear_line(2);
    fs::write(dir.path().join("text.wasm"), "no component").unwrap();
    assert!(refusal(&["text.wasm"]).contains("text.wasm"));
    assert!(refusal(&["missing.wasm"]).contains("cannot read missing.wasm"));
    let stores_nothing = plugin("wants_more");
    assert!(refusal(&[stores_nothing.to_str().unwrap()]).contains("stores nothing"));
    let old = plugin("keyvalue_old_batch");
    assert!(
        refusal(&[old.to_str().unwrap()]).contains("wasi:keyvalue/batch@0.2.0-draft2 is not what the plugin expects")
    );
    assert!(refusal(&["--limit", "size=1", "text.wasm"]).contains("there are key-bytes"));
    assert!(
        refusal(&["--plugin", "p", "--shared", "read", "--shared-prefix", "a\nb", "text.wasm"]).contains("line end")
    );
    assert!(!dir.path().join("out.wasm").exists());
}
