//! `larder conformance` says how each case ended, and leaves no larder changed.

mod larder;

use std::fs;

use larder::Place;

const LISTING: &str = "listing/byte-order";

fn lines(printed: &[u8]) -> Vec<&str> {
    std::str::from_utf8(printed).expect("it prints text").lines().collect()
}

#[test]
fn each_case_is_a_line_and_the_last_counts_them() {
    let place = Place::new();
    let listed = place.run(["conformance", "--list", "missing-key/", "counters/adds"]);
    let names = lines(&listed.stdout);
    assert!(listed.code == Some(0) && names.len() > 10, "{listed:?}");

    for mode in [&[][..], &["--memory"], &["--commit", "whole-call"], &["--shared", "none", "--default-limits"]] {
        let ended = place.run([&["conformance", "missing-key/", "counters/adds"], mode].concat());
        let mut expected: Vec<String> = names.iter().map(|name| format!("ok {name}")).collect();
        expected.push(format!("{} passed, 0 failed, 0 skipped", names.len()));
        ended.prints(expected.join("\n") + "\n");
    }
    assert!(!place.path("larder-data").exists());
}

#[test]
fn a_case_with_nothing_to_check_is_skipped() {
    let place = Place::new();
    let ended = place.run(["conformance", "--shared", "none", "shared-store/keeps-what-is-set"]);
    let skipped = "skip shared-store/keeps-what-is-set: the shared store is not granted for writing";
    ended.prints(format!("{skipped}\n0 passed, 0 failed, 1 skipped\n"));
}

#[test]
fn a_larder_that_is_named_is_left_as_it_was() {
    let place = Place::new();
    place.run(["set", "-w", "team", "-p", "conformance", "key", "value"]).prints("");
    let expected = format!("ok {LISTING}\n1 passed, 0 failed, 0 skipped\n");
    place.run(["--dir", "larder-data", "conformance", LISTING]).prints(expected);
    place.run(["ls"]).prints("team\n");
    place.run(["get", "-w", "team", "-p", "conformance", "key"]).prints("value");
}

#[test]
fn a_name_of_no_case_is_bad_input() {
    Place::new().run(["conformance", "no-such-promise"]).fails(2, "no case has a name that begins so");
}

#[test]
fn the_plugin_is_written_for_another_host_and_runs_there() {
    let place = Place::new();
    place.run(["conformance", "--emit", "suite.wasm"]).prints("");
    assert!(fs::read(place.path("suite.wasm")).unwrap().starts_with(b"\0asm"));
    let expected = format!("ok {LISTING}\n1 passed, 0 failed, 0 skipped\n");
    place.run(["run", "suite.wasm", "--", "--exact", LISTING]).prints(expected);

    let refused = place.run(["conformance", "--emit", "no/such/folder/suite.wasm"]);
    refused.fails(3, "cannot write no/such/folder/suite.wasm");
}
