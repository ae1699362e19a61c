//! With 64 descriptors, 1,000 workspaces are used from 16 threads: who finds none left waits or is refused, and nobody sees
//! anything but what was acknowledged.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use larder_store::{Error, Larder};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{directory_in_memory, get, set, writer};

const DESCRIPTORS: u64 = 64;
const THREADS: u64 = 16;
/// Of each thread; more than 1,000 together.
const WORKSPACES: u64 = 63;
/// Each workspace is written three times.
const CALLS: u64 = 3 * WORKSPACES;

type Acknowledged = BTreeMap<String, String>;

/// Each thread has workspaces of its own, and all have one in common.
fn use_workspaces(larder: &Larder, thread: u64, refused: &AtomicU64) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    for call in 0..CALLS {
        let workspace = format!("w{thread}-{}", call % WORKSPACES);
        let value = format!("{thread} {call}");
        // One that is refused has changed nothing.
        match set(larder, &workspace, "p", "k", &value) {
            Ok(()) => drop(acknowledged.insert(workspace.clone(), value)),
            Err(Error::Unavailable(_)) => drop(refused.fetch_add(1, Ordering::Relaxed)),
            Err(error) => panic!("{error:?}"),
        }
        is_right(larder, &workspace, acknowledged.get(&workspace), refused);
        is_right(larder, "common", Some(&"all".to_owned()), refused);
    }
    acknowledged
}

fn is_right(larder: &Larder, workspace: &str, known: Option<&String>, refused: &AtomicU64) {
    match get(larder, workspace, "p", "k") {
        Err(Error::Unavailable(_)) => drop(refused.fetch_add(1, Ordering::Relaxed)),
        told => assert_eq!(told.unwrap().as_ref(), known, "{workspace}"),
    }
}

// One test, as the limit is the process's.
#[test]
fn from_many_threads() {
    let temporary = directory_in_memory();
    let before = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(DESCRIPTORS), maximum: before.maximum }).unwrap();
    let larder = writer(temporary.path());
    set(&larder, "common", "p", "k", "all").unwrap();
    let refused = AtomicU64::new(0);
    let acknowledged: Vec<Acknowledged> = thread::scope(|scope| {
        let threads = (0..THREADS).map(|thread| (thread, &larder, &refused));
        let threads: Vec<_> = threads
            .map(|(thread, larder, refused)| scope.spawn(move || use_workspaces(larder, thread, refused)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let asked = THREADS * CALLS * 3;
    let refused = refused.into_inner();
    println!("{refused} of {asked} calls were refused");
    assert!(refused < asked / 2, "most calls are served: {refused} of {asked} were refused");
    for larder in [larder, writer(temporary.path())] {
        for (workspace, value) in acknowledged.iter().flatten() {
            assert_eq!(get(&larder, workspace, "p", "k").unwrap().as_ref(), Some(value), "{workspace}");
        }
    }
}
