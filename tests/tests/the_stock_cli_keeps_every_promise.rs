//! A composed plugin under the wasmtime command line keeps every promise, whatever else runs and whenever it is killed.

use std::thread;

use larder_store::Access;
use larder_tests::{
    COMPOSED_FOR_CONFORMANCE, CommandLine, NOT_DENIED, Stock, Verdicts, acks, conformance_file, plugin,
};
use tempfile::TempDir;

#[test]
fn each_case_in_a_process_of_its_own() {
    let dir = TempDir::new().unwrap();
    let conformance = Stock::new(&conformance_file(), &COMPOSED_FOR_CONFORMANCE);
    let listed = String::from_utf8(conformance.run(None, &[], &["--list"]).printed()).unwrap();
    let mut verdicts = Verdicts::default();
    for name in listed.lines() {
        let ended = conformance.run(Some(dir.path()), &[], &["--shared", "write", "--exact", name]);
        assert_eq!(&*ended.stderr, "", "{name}");
        let verdict = Verdicts::parse(&String::from_utf8(ended.stdout).unwrap());
        assert_eq!(verdict.names(), [name]);
        assert_eq!(ended.status == Some(0), verdict.broken().is_empty(), "{name}");
        verdicts.add(verdict);
    }
    verdicts.assert_kept(&NOT_DENIED);
}

#[test]
fn two_processes_at_once_lose_no_write() {
    const TIMES: u64 = 150;
    let dir = TempDir::new().unwrap();
    let steps = Stock::new(&plugin("steps"), &[]);
    steps.run(Some(dir.path()), &[], &["set other 1"]).printed();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| steps.run(Some(dir.path()), &[], &[&format!("count n {TIMES}")]).printed());
        }
    });
    let counted = CommandLine::new(dir.path()).run(["get", "-p", "steps", "n"]).printed();
    assert_eq!(u64::from_le_bytes(counted.try_into().unwrap()), 2 * TIMES);
}

#[test]
fn one_that_is_killed_again_and_again_loses_nothing() {
    const KILLS: u64 = 20;
    let dir = TempDir::new().unwrap();
    let command_line = CommandLine::new(dir.path());
    let writer = Stock::new(&plugin("acks"), &["--workspace", "w"]);
    let (mut next, mut locked) = (0, 0);
    for kill in 1..=KILLS {
        let child = writer.start(Some(dir.path()), &[], &[&next.to_string()]);
        next = acks::write_until_killed(child, next, kill);
        let unlocked = command_line.run(["unlock", "-w", "w", "--yes"]).printed();
        locked += u64::from(unlocked != b"nobody held it\n");
        acks::verify(dir.path(), "w", next, Access::ReadWrite);
    }
    assert!(locked > 0, "no kill hit a call");
}

#[test]
fn the_plugin_sees_no_directory() {
    let dir = TempDir::new().unwrap();
    let steps = Stock::new(&plugin("steps"), &[]);
    steps.run(Some(dir.path()), &[], &["set k v"]).printed();
    let seen = String::from_utf8(steps.run(Some(dir.path()), &[], &["directories", "get k"]).printed()).unwrap();
    assert!(seen.ends_with("FORMAT: not there\nv\n") && !seen.contains(": seen"), "{seen}");
}

#[test]
fn without_a_directory_it_says_how_to_give_one() {
    let ended = Stock::new(&plugin("steps"), &[]).run(None, &[], &["get k"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    let told = ended.stderr.lines().next().unwrap();
    assert!(told.starts_with("larder: ") && told.contains("wasmtime run --dir ./larder-data"), "{told}");
}
