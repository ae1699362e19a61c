//! However many write at once, what is used never passes the quota, and is what the values add up to.

use std::sync::atomic::{AtomicBool, Ordering};

use larder_store::{Limits, Session};
use larder_tests::types::Error;
use larder_tests::{Pantry, Probe};
use tokio::task::JoinSet;

const WRITERS: u32 = 12;
const ROUNDS: u32 = 40;
const STORE_BYTES: u64 = 20_000;
const STORE_KEYS: u64 = 60;
const WORKSPACE_BYTES: u64 = 30_000;

fn limits() -> Limits {
    Limits { store_bytes: STORE_BYTES, store_keys: STORE_KEYS, workspace_bytes: WORKSPACE_BYTES, ..Limits::default() }
}

/// Sets, overwrites with more and less, and deletes, mostly near the quota; gives how many sets were refused.
async fn write(probe: Probe, session: impl Fn() -> Session, writer: u32) -> u32 {
    let mut refused = 0;
    for round in 0..ROUNDS {
        let chance = round.wrapping_mul(2_654_435_761).wrapping_add(writer.wrapping_mul(40_503)) >> 7;
        let key = format!("{}/{}", writer % 5, chance % 16);
        if chance % 4 == 0 {
            probe.delete(session(), &key).await.unwrap();
            continue;
        }
        match probe.set_repeated(session(), &key, writer as u8, u64::from(chance % 1500)).await {
            Ok(()) => {}
            Err(Error::QuotaExceeded(excess)) => {
                assert!(excess.actual > excess.limit, "{excess:?}");
                refused += 1;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    refused
}

/// What the values of a store add up to: bytes with 64 a key, and keys.
async fn sum(session: Session) -> (u64, u64) {
    let (mut bytes, mut keys) = (0, 0);
    for key in session.private().keys("", None, 1000).await.unwrap().keys {
        let value = session.get(&key).await.unwrap().unwrap();
        bytes += 64 + (key.len() + value.len()) as u64;
        keys += 1;
    }
    (bytes, keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn used_is_exact_and_within_the_quota_at_every_moment() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    static DONE: AtomicBool = AtomicBool::new(false);
    let watched = ["a", "b"].map(|plugin| pantry.limited("w", plugin, limits()));
    let larder = pantry.larder().clone();
    let watcher = tokio::spawn(async move {
        let mut looks = 0_u64;
        while !DONE.load(Ordering::Relaxed) {
            for session in &watched {
                let usage = session.private().usage().await.unwrap();
                assert!(usage.bytes <= STORE_BYTES && usage.keys <= STORE_KEYS, "{usage:?}");
            }
            let all = larder.plugins(&"w".parse().unwrap()).await.unwrap();
            let bytes: u64 = all.iter().map(|(_, held)| held.bytes).sum();
            assert!(bytes <= WORKSPACE_BYTES, "{all:?}");
            looks += 1;
            tokio::task::yield_now().await;
        }
        looks
    });

    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let plugin = if writer % 2 == 0 { "a" } else { "b" };
        let (larder, workspace) = (pantry.larder().clone(), "w".parse().unwrap());
        let plugin = plugin.parse().unwrap();
        let session = move || larder.session(&workspace, &plugin, limits());
        writers.spawn(write(probe.clone(), session, writer));
    }
    let refused: u32 = writers.join_all().await.into_iter().sum();
    DONE.store(true, Ordering::Relaxed);
    assert!(watcher.await.unwrap() > 10, "somebody looked meanwhile");
    assert!(refused > 20, "the quota was met: {refused}");

    let pantry = pantry.reopen().await;
    for plugin in ["a", "b"] {
        let usage = pantry.session("w", plugin).private().usage().await.unwrap();
        assert_eq!((usage.bytes, usage.keys), sum(pantry.session("w", plugin)).await, "{plugin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_as_many_succeed_as_there_is_room_for() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let session = pantry.limited("w", "p", Limits { store_bytes: 100 * (64 + 9 + 27), ..Limits::default() });
        let probe = probe.clone();
        let prefix = char::from(b'a' + writer as u8).to_string();
        writers.spawn(async move { probe.fill(session, &prefix, 100, 27).await.unwrap() });
    }
    let stored: u32 = writers.join_all().await.into_iter().sum();
    assert_eq!(stored, 100);
    let usage = pantry.session("w", "p").private().usage().await.unwrap();
    assert_eq!((usage.bytes, usage.keys), (10_000, 100));
}
