//! 200 times, a process that writes through a plugin is killed at some moment: no write that was acknowledged is lost, no
//! value is a mixture, and every workspace opens again.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::thread;
use std::time::Duration;

use larder_store::{Access, Dir, Larder, Limits, Options};
use larder_tests::{CommandLine, plugin};
use pollster::block_on;

const WORKSPACES: u64 = 4;
const KILLS_EACH: u64 = 50;

/// As `tests/plugins/acks` has it.
const KEYS: u64 = 50;

/// As `tests/plugins/acks` writes it.
fn value(number: u64) -> Vec<u8> {
    let bytes = if number.is_multiple_of(17) { 100_000 } else { 8 + number % 300 };
    number.to_le_bytes().into_iter().cycle().take(bytes as usize).collect()
}

/// Runs the plugin from write number `first` on and kills the process after a while; gives the number of the first write
/// that it did not acknowledge.
fn write_until_killed(larder: &CommandLine, workspace: &str, first: u64, moment: u64) -> u64 {
    let plugin = plugin("acks");
    let mut child = larder.start(["run", "-w", workspace, plugin.to_str().unwrap(), "--", &first.to_string()]);
    let mut acknowledged = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = first;
    let mut count = |line: String| {
        assert_eq!(line.parse(), Ok(next));
        next += 1;
    };
    // One in four is killed as it starts; the others once they write.
    if !moment.is_multiple_of(4) {
        match acknowledged.next() {
            Some(line) => count(line.unwrap()),
            None => panic!("it ended by itself: {:?}", child.wait_with_output()),
        }
    }
    let killer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(moment * 7 % 101));
        child.kill().unwrap();
        child.wait().unwrap();
    });
    // A line without an end was not printed whole.
    for line in acknowledged {
        count(line.unwrap());
    }
    killer.join().unwrap();
    next
}

fn open(dir: &Path, access: Access) -> Larder {
    let mut options = Options::default();
    options.access = access;
    Larder::open(Dir::open_ambient(dir).unwrap(), options).unwrap()
}

/// Every key holds the last write to it that was acknowledged, or the one that was under way.
fn verify(dir: &Path, workspace: &str, next: u64, access: Access) {
    let larder = open(dir, access);
    let session = larder.session(&workspace.parse().unwrap(), &"acks".parse().unwrap(), Limits::default());
    let (mut bytes, mut keys) = (0, 0);
    for key in 0..KEYS {
        let name = format!("k{key}");
        let found = block_on(session.get(&name)).unwrap();
        if let Some(found) = &found {
            bytes += 64 + (name.len() + found.len()) as u64;
            keys += 1;
        }
        if next % KEYS == key && found == Some(value(next)) {
            continue;
        }
        let last = (next.saturating_sub(KEYS)..next).find(|number| number % KEYS == key);
        assert!(found == last.map(value), "{name} in {workspace}, where {next} writes were acknowledged");
    }
    let usage = block_on(session.private().usage()).unwrap();
    assert_eq!((usage.bytes, usage.keys), (bytes, keys), "{workspace}");
    block_on(larder.close()).unwrap();
}

#[test]
fn of_200_killed_while_they_write() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    let (larder, dir) = (&larder, dir.path());
    let kill_and_verify = move |number: u64| {
        let workspace = format!("w{number}");
        let mut next = 0;
        for kill in 0..KILLS_EACH {
            next = write_until_killed(larder, &workspace, next, kill + number);
            // Some look before anyone has repaired what was left.
            if kill.is_multiple_of(3) {
                verify(dir, &workspace, next, Access::ReadOnly);
            }
            verify(dir, &workspace, next, Access::ReadWrite);
        }
        next
    };
    let writes: u64 = thread::scope(|scope| {
        let running: Vec<_> = (0..WORKSPACES).map(|number| scope.spawn(move || kill_and_verify(number))).collect();
        running.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert!(writes > WORKSPACES * KILLS_EACH, "they wrote: {writes}");
}
