//! 200 times, a process that writes through a plugin is killed at some moment: no write that was acknowledged is lost, no
//! value is a mixture, and every workspace opens again.

use std::thread;

use larder_store::Access;
use larder_tests::{CommandLine, acks, plugin};

const WORKSPACES: u64 = 4;
const KILLS_EACH: u64 = 50;

#[test]
fn of_200_killed_while_they_write() {
    let dir = tempfile::tempdir().unwrap();
    let (larder, plugin) = (CommandLine::new(dir.path()), plugin("acks"));
    let (larder, dir, plugin) = (&larder, dir.path(), plugin.to_str().unwrap());
    let kill_and_verify = move |number: u64| {
        let workspace = format!("w{number}");
        let mut next = 0;
        for kill in 0..KILLS_EACH {
            let child = larder.start(["run", "-w", &workspace, plugin, "--", &next.to_string()]);
            next = acks::write_until_killed(child, next, kill + number);
            // Some look before anyone has repaired what was left.
            if kill.is_multiple_of(3) {
                acks::verify(dir, &workspace, next, Access::ReadOnly);
            }
            acks::verify(dir, &workspace, next, Access::ReadWrite);
        }
        next
    };
    let writes: u64 = thread::scope(|scope| {
        let running: Vec<_> = (0..WORKSPACES).map(|number| scope.spawn(move || kill_and_verify(number))).collect();
        running.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert!(writes > WORKSPACES * KILLS_EACH, "they wrote: {writes}");
}
