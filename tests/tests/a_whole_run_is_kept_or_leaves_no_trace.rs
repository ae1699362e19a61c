//! `larder run --commit whole-call` keeps all that a plugin wrote when it succeeds, and nothing of it otherwise; what it
//! prints is not out before that is settled.

use std::io::{BufRead, BufReader, Read, Write};
use std::thread;
use std::time::Duration;

use larder_tests::{CommandLine, Ended, plugin};

/// Sets a key that is gone soon, but not before a plugin has been started and has read it.
const SOON: [&str; 7] = ["set", "-p", "p", "--expires-in", "6s", "soon", "v"];

struct Runs {
    _dir: tempfile::TempDir,
    larder: CommandLine,
}

impl Runs {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { larder: CommandLine::new(dir.path()), _dir: dir }
    }

    fn arguments(options: &[&str], steps: &[&str]) -> Vec<String> {
        let plugin = plugin("steps");
        let plugin = ["run", "--commit", "whole-call", "-p", "p", plugin.to_str().unwrap()];
        let all = plugin.iter().chain(options).chain(&["--"]).chain(steps);
        all.map(|argument| argument.to_string()).collect()
    }

    fn run(&self, steps: &[&str]) -> Ended {
        self.larder.run(Self::arguments(&[], steps))
    }

    fn run_with(&self, options: &[&str], steps: &[&str], stdin: &[u8]) -> Ended {
        self.larder.run_with(Self::arguments(options, steps), stdin)
    }

    fn keys(&self) -> String {
        String::from_utf8(self.larder.run(["ls", "-w", "default", "-p", "p"]).printed()).unwrap()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn success_keeps_all_of_it() {
    let runs = Runs::new();
    let steps = ["set a 1", "get a", "set b 2", "set a 3", "get a"];
    assert_eq!(text(&runs.run(&steps).printed()), "1\n3\n");
    assert_eq!(runs.keys(), "a\nb\n");
    assert_eq!(runs.run(&["set c 4", "exit 0"]).status, Some(0));
    assert_eq!(runs.keys(), "a\nb\nc\n");
}

#[test]
fn failure_of_any_kind_keeps_none_of_it_and_what_was_printed_is_shown() {
    let runs = Runs::new();
    assert_eq!(text(&runs.run(&["set kept 1"]).printed()), "");
    for (last, status) in [("exit 1", 1), ("trap", 4), ("spin", 4), ("share a 1", 1)] {
        let ended = runs.run_with(&["--timeout", "2s"], &["print before", "set kept 2", "set new 1", last], b"");
        assert_eq!(ended.status, Some(status), "{last}: {ended:?}");
        assert!(text(&ended.stdout).starts_with("before\n"), "{last}: {ended:?}");
        assert_eq!(runs.keys(), "kept\n", "{last}");
        assert_eq!(runs.larder.run(["get", "-p", "p", "kept"]).printed(), b"1", "{last}");
    }
}

#[test]
fn a_function_that_gives_an_error_keeps_none_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    let probe = plugin("probe");
    let invoke = |function: &str| {
        let (quota, probe) = ("1000", probe.to_str().unwrap());
        larder.run(["run", "--commit", "whole-call", "--quota", quota, "-p", "p", "--invoke", function, probe])
    };
    // Some of it fits; then the quota refuses one more, which the plugin takes for its result.
    assert_eq!(text(&invoke("fill(\"a\", 3, 10)").printed()), "ok(3)\n");
    let ended = invoke("set-repeated(\"k\", 0, 5000)");
    assert_eq!((ended.status, text(&ended.stdout).starts_with("err(quota-exceeded")), (Some(1), true), "{ended:?}");
    let ended = invoke("trap-after-set(\"b\", [1])");
    assert_eq!(ended.status, Some(4));
    let keys = larder.run(["ls", "-w", "default", "-p", "p"]).printed();
    assert_eq!(text(&keys), "a00000000\na00000001\na00000002\n");
}

#[test]
fn nothing_is_printed_or_visible_before_the_commit() {
    let runs = Runs::new();
    assert_eq!(text(&runs.run(&["set go 1"]).printed()), "");
    let steps = ["set new 1", "print stored", "complain waiting", "copy-input"];
    let mut child = runs.larder.start(Runs::arguments(&[], &steps));
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut complaint = String::new();
    stderr.read_line(&mut complaint).unwrap();
    assert_eq!(complaint, "waiting\n");
    assert_eq!(runs.keys(), "go\n");

    let mut stdout = child.stdout.take().unwrap();
    let printed = thread::spawn(move || {
        let mut first = [0];
        stdout.read_exact(&mut first).unwrap();
        first[0]
    });
    thread::sleep(Duration::from_millis(300));
    assert!(!printed.is_finished(), "something was printed before the commit");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"input").unwrap();
    drop(stdin);
    assert_eq!(printed.join().unwrap(), b's');
    assert!(child.wait().unwrap().success());
    assert_eq!(runs.keys(), "go\nnew\n");
}

#[test]
fn each_operation_is_kept_at_once_unless_a_whole_call_is_asked_for() {
    let runs = Runs::new();
    let steps = plugin("steps");
    let ended = runs.larder.run(["run", "-p", "p", steps.to_str().unwrap(), "--", "set a 1", "print stored", "exit 1"]);
    assert_eq!((ended.status, text(&ended.stdout)), (Some(1), "stored\n"));
    assert_eq!(runs.keys(), "a\n");
}

#[test]
fn output_has_a_limit_that_is_told() {
    let runs = Runs::new();
    let ended = runs.run(&["set a 1", "flood 16384"]);
    assert_eq!((ended.status, ended.stdout.len()), (Some(0), 16 << 20), "{}", ended.stderr);
    let ended = runs.run(&["set b 1", "flood 16385"]);
    assert_eq!(ended.status, Some(4), "{}", ended.stderr);
    let told = "the plugin wrote more than 16777216 bytes to standard output, which is held back until the commit";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert_eq!(runs.keys(), "a\n");
}

#[test]
fn a_run_whose_reads_changed_is_made_again_and_only_the_last_one_prints() {
    let runs = Runs::new();
    runs.larder.run(SOON).printed();
    let steps = ["get soon", "set new 1", "complain run", "await-end-of soon", "print done"];
    let ended = runs.run(&steps);
    assert_eq!((ended.status, text(&ended.stdout)), (Some(0), "none\ndone\n"), "{}", ended.stderr);
    assert_eq!(ended.stderr, "run\nrun\n");
    assert_eq!(runs.keys(), "new\n");
}

#[test]
fn a_run_that_has_had_input_is_not_made_again() {
    let runs = Runs::new();
    let steps = ["copy-input", "get soon", "set new 1", "await-end-of soon"];
    runs.larder.run(SOON).printed();
    let line = runs.run_with(&[], &steps, b"input").one_clear_line(3);
    assert!(line.contains("in conflict"), "{line}");
    assert_eq!(runs.keys(), "");

    // The end of the input is there for every run.
    runs.larder.run(SOON).printed();
    assert_eq!(text(&runs.run_with(&[], &steps, b"").printed()), "none\n");
    assert_eq!(runs.keys(), "new\n");
}

#[test]
fn the_shared_store_is_open_as_far_as_it_is_granted() {
    let runs = Runs::new();
    let (denied, done) = ("AccessDenied", "");
    let share = |options: &[&str], step: &str, code: i32, said: &str| {
        let ended = runs.run_with(options, &[step], b"");
        assert_eq!(ended.status, Some(code), "{options:?} {step}: {ended:?}");
        assert!(text(&ended.stdout).contains(said), "{options:?} {step}: {ended:?}");
    };
    share(&[], "share a 1", 1, denied);
    share(&["--shared", "none"], "get-shared a", 1, denied);
    share(&["--shared", "write"], "share a 1", 0, done);
    share(&["--shared", "read"], "get-shared a", 0, "1\n");
    share(&["--shared", "read"], "share a 2", 1, denied);
    let within = ["--shared", "write", "--shared-prefix", "p/"];
    share(&within, "share p/a 1", 0, done);
    share(&within, "share q/a 1", 1, denied);
    share(&within, "get-shared a", 1, denied);
    assert_eq!(text(&runs.larder.run(["ls", "--shared"]).printed()), "a\np/a\n");
    assert_eq!(runs.larder.run(["get", "--shared", "a"]).printed(), b"1");
    runs.larder.run(["run", "--shared-prefix", "p/", "x.wasm"]).one_clear_line(2);
}

#[test]
fn what_nobody_reads_hides_no_failure() {
    let runs = Runs::new();
    for (step, status) in [("exit 0", 0), ("exit 3", 1), ("trap", 4)] {
        let mut child = runs.larder.start(Runs::arguments(&[], &["copy-input", "print unread", step]));
        // In this order, so that nobody reads when the plugin ends.
        drop(child.stdout.take());
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().code(), Some(status), "{step}");
    }
}
