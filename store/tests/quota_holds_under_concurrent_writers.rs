//! However many write at once, no store and no workspace ever holds more than it may, and nothing acknowledged is missing.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use larder_store::{Error, Larder, Limits};
use pollster::block_on;
use support::{Random, limited, session, writer};

const PLUGINS: [&str; 2] = ["a", "b"];

fn cramped() -> Limits {
    Limits { store_bytes: 6_000, store_keys: 40, workspace_bytes: 9_000, ..Limits::default() }
}

/// Writes for ever so long in keys of its own, and says what it knows to be there.
fn write(larder: &Larder, plugin: &str, thread: u64) -> BTreeMap<String, Vec<u8>> {
    let session = limited(larder, "w", plugin, cramped());
    let mut random = Random(thread);
    let mut known = BTreeMap::new();
    for _ in 0..80 {
        let key = format!("{thread}/{}", random.below(12));
        if random.below(5) == 0 {
            block_on(session.delete(&key)).unwrap();
            known.remove(&key);
            continue;
        }
        let size = random.below(600);
        let value = random.bytes(size);
        match block_on(session.set(&key, value.clone())) {
            Ok(()) => drop(known.insert(key, value)),
            Err(Error::QuotaExceeded(excess)) => assert!(excess.actual > excess.limit, "{excess:?}"),
            Err(error) => panic!("{error}"),
        }
    }
    known
}

/// What is held is read from one state of the workspace, so that the sum is of one moment.
fn look(larder: &Larder) {
    let held = block_on(larder.plugins(&"w".parse().unwrap())).unwrap();
    let limits = cramped();
    assert!(
        held.iter().all(|(_, held)| held.bytes <= limits.store_bytes && held.keys <= limits.store_keys),
        "{held:?}"
    );
    assert!(held.iter().map(|(_, held)| held.bytes).sum::<u64>() <= limits.workspace_bytes, "{held:?}");
}

fn writers_stay_within_their_quotas(larder: &Larder, beside: &Larder) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for larder in [larder, beside] {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    look(larder);
                }
            });
        }
        let writers: Vec<_> = (0..8_u64)
            .map(|thread| {
                let plugin = PLUGINS[thread as usize % 2];
                scope.spawn(move || (plugin, write(larder, plugin, thread)))
            })
            .collect();
        let mut stores: BTreeMap<&str, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for writer in writers {
            let (plugin, known) = writer.join().unwrap();
            stores.entry(plugin).or_default().extend(known);
        }
        done.store(true, Ordering::Relaxed);
        for (plugin, known) in stores {
            let session = limited(larder, "w", plugin, cramped());
            let usage = block_on(session.usage()).unwrap();
            assert_eq!(usage.keys, known.len() as u64);
            assert_eq!(
                usage.bytes,
                known.iter().map(|(key, value)| (key.len() + value.len() + 64) as u64).sum::<u64>()
            );
            assert!(block_on(session.keys("", None, 1000)).unwrap().keys.iter().eq(known.keys()));
            for (key, value) in known {
                assert_eq!(block_on(session.get(&key)).unwrap(), Some(value));
            }
        }
    });
}

#[test]
fn in_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    writers_stay_within_their_quotas(&writer(directory.path()), &support::reader(directory.path()));
}

#[test]
fn in_memory() {
    let larder = Larder::in_memory(Default::default());
    writers_stay_within_their_quotas(&larder, &larder.clone());
}

#[test]
fn of_many_that_race_for_the_last_place_one_gets_it() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let limits = Limits { store_keys: 1, ..Limits::default() };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let racers = (0..16).map(|racer| {
            let session = limited(&larder, "w", "p", limits.clone());
            scope.spawn(move || block_on(session.set(&racer.to_string(), "mine")))
        });
        racers.collect::<Vec<_>>().into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(Error::QuotaExceeded(_)))), "{outcomes:?}");
}

#[test]
fn distinct_keys_written_at_once_are_all_there() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    thread::scope(|scope| {
        for thread in 0..16 {
            let session = session(&larder, "w", PLUGINS[thread % 2]);
            scope.spawn(move || (0..20).for_each(|n| block_on(session.set(&format!("{thread}/{n}"), "v")).unwrap()));
        }
    });
    drop(larder);
    let larder = writer(directory.path());
    for plugin in PLUGINS {
        let usage = block_on(session(&larder, "w", plugin).usage()).unwrap();
        assert_eq!(usage.keys, 8 * 20);
        assert_eq!(block_on(session(&larder, "w", plugin).keys("", None, 1000)).unwrap().keys.len(), 8 * 20);
    }
}
