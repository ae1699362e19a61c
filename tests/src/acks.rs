//! The plugin `acks`, which writes until it is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use larder_store::{Access, Dir, Larder, Limits, Options};
use pollster::block_on;

/// How many keys it writes to, one after the other.
const KEYS: u64 = 50;

/// Kills the process that the plugin runs in, from write number `first` on, after a while; gives the number of the first
/// write that it did not acknowledge.
///
/// # Panics
///
/// Where it ends by itself, or acknowledges something else.
pub fn write_until_killed(mut child: Child, first: u64, moment: u64) -> u64 {
    let mut acknowledged = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
    let mut next = first;
    let mut count = |line: std::io::Result<String>| {
        assert_eq!(line.expect("the pipe is read").parse(), Ok(next));
        next += 1;
    };
    // One in four is killed as it starts; the others once they write.
    if !moment.is_multiple_of(4) {
        match acknowledged.next() {
            Some(line) => count(line),
            None => panic!("it ended by itself: {:?}", child.wait_with_output()),
        }
    }
    let killer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(moment * 7 % 101));
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
    });
    // A line without an end was not printed whole.
    acknowledged.for_each(count);
    killer.join().expect("it was killed");
    next
}

/// Every key holds the last write to it that was acknowledged, or the one that was under way.
///
/// `next` is the number of the first write that was not acknowledged.
///
/// # Panics
///
/// Where that is not so, or what is used is counted wrongly.
pub fn verify(dir: &Path, workspace: &str, next: u64, access: Access) {
    let mut options = Options::default();
    options.access = access;
    let dir = Dir::open_ambient(dir).expect("the directory is there");
    let larder = Larder::open(dir, options).expect("the larder opens");
    let workspace_name = workspace.parse().expect("a name of a workspace");
    let session = larder.session(&workspace_name, &"acks".parse().expect("a name of a plugin"), Limits::default());
    let (mut bytes, mut keys) = (0, 0);
    for key in 0..KEYS {
        let name = format!("k{key}");
        let found = block_on(session.get(&name)).expect("the key is read");
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
    let usage = block_on(session.private().usage()).expect("what is used is read");
    assert_eq!((usage.bytes, usage.keys), (bytes, keys), "{workspace}");
    block_on(larder.close()).expect("the larder closes");
}

/// The value of a write.
fn value(number: u64) -> Vec<u8> {
    let bytes = if number.is_multiple_of(17) { 100_000 } else { 8 + number % 300 };
    number.to_le_bytes().into_iter().cycle().take(bytes as usize).collect()
}
