//! `larder run --invoke` calls any exported function, with arguments and results in WAVE.

use larder_tests::{CommandLine, Ended, plugin};

fn invoke(larder: &CommandLine, call: &str) -> Ended {
    larder.run(["run", "--invoke", call, plugin("probe").to_str().unwrap()])
}

#[test]
fn arguments_and_results_are_values() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    for (call, result) in [
        ("repeat(\"ab\\n\", 2)", "\"ab\\nab\\n\""),
        ("politely.greet(\"Ann\")", "\"Good evening, Ann.\""),
        ("tests:probe/loudly.greet(\"Ann\")", "\"HEY Ann!\""),
        ("get(\"k\")", "ok(none)"),
        ("set(\"k\", [118, 49])", "ok"),
        ("get(\"k\")", "ok(some([118, 49]))"),
        ("exists(\"k\")", "ok(true)"),
        ("keys(\"\", none, 10)", "ok({keys: [\"k\"]})"),
        ("usage()", "ok({bytes: 67, keys: 1, quota-bytes: 104857600, quota-keys: 1000000})"),
    ] {
        let printed = String::from_utf8(invoke(&larder, call).printed()).unwrap();
        assert_eq!(printed, format!("{result}\n"), "{call}");
    }
    assert_eq!(larder.run(["get", "-p", "probe", "k"]).printed(), b"v1");
}

#[test]
fn an_error_is_a_result_that_ends_with_1() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    let ended = invoke(&larder, &format!("get(\"{}\")", "k".repeat(1025)));
    assert_eq!((ended.status, &*ended.stderr), (Some(1), ""));
    let printed = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(printed, "err(key-too-long({unit: bytes, limit: 1024, actual: 1025}))\n");
}

#[test]
fn a_trap_is_told_in_one_clear_line() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    invoke(&larder, "recurse()").one_clear_line(4);
    // What the plugin itself says before it traps comes first.
    let ended = invoke(&larder, "trap-after-set(\"k\", [118])");
    let told: Vec<&str> = ended.stderr.lines().filter(|line| line.starts_with("larder: ")).collect();
    assert_eq!((ended.status, told.len(), told.last().copied()), (Some(4), 1, ended.stderr.lines().last()));
    assert!(ended.stderr.contains("as asked"), "{}", ended.stderr);
    assert_eq!(larder.run(["get", "-p", "probe", "k"]).printed(), b"v");

    let probe = plugin("probe");
    let spin = ["run", "--timeout", "200ms", "--invoke", "spin-after-set(\"k\", [119])", probe.to_str().unwrap()];
    larder.run(spin).one_clear_line(4);
    assert_eq!(larder.run(["get", "-p", "probe", "k"]).printed(), b"w");
}
