//! Whatever ways of writing many instances take at once, what is used stays within the quota at every moment, and all of it
//! can be used again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use larder_host::RuntimeOptions;
use larder_store::{Commit, Limits, Session};
use larder_tests::types::Error;
use larder_tests::{Deed, End, Hostile, Pantry};
use tokio::task::JoinSet;

const STORE_BYTES: u64 = 3 << 20;
const STORE_KEYS: u64 = 12;

const WRITES: [(Deed, u32); 10] = [
    (Deed::Set, 100_000),
    (Deed::Set, 1 << 20),
    (Deed::SetExpiring, 300_000),
    (Deed::Commit, 1000),
    (Deed::Commit, 250_000),
    (Deed::Increment, 0),
    (Deed::Write, 200_000),
    (Deed::Write, 1 << 20),
    (Deed::KeyvalueSetMany, 200_000),
    (Deed::Delete, 0),
];

fn session(pantry: &Pantry, commit: Commit) -> Session {
    let limits = Limits { store_bytes: STORE_BYTES, store_keys: STORE_KEYS, ..Limits::default() };
    pantry.limited("w", "p", limits).with_commit(commit)
}

/// Makes one write after the other until it is told to stop; gives how many were made, and how many the quota refused.
async fn write(hostile: Hostile, session: Session, (deed, value_bytes): (Deed, u32), done: &AtomicBool) -> (u32, u32) {
    let (mut made, mut refused) = (0, 0);
    for round in 0.. {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let end = if round % 3 == 2 { End::Trap } else { End::Return };
        // One that trapped, or was in conflict, tells nothing.
        let Ok(flooded) = hostile.flood(session.again(), deed, 12, value_bytes, end).await else { continue };
        made += flooded.served;
        match flooded.refused {
            Some(Error::QuotaExceeded(excess)) => {
                assert!(excess.actual > excess.limit, "{excess:?}");
                refused += 1;
            }
            Some(Error::Other(text)) if text.contains("quota-exceeded") => refused += 1,
            // What is no counter stays as it is.
            None | Some(Error::NotACounter) => made += 1,
            Some(error) => panic!("{deed:?}: {error:?}"),
        }
    }
    (made, refused)
}

#[tokio::test(flavor = "multi_thread")]
async fn used_is_within_the_quota_at_every_moment() {
    static DONE: AtomicBool = AtomicBool::new(false);
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_secs(60));
    options.written_bytes_per_second = u64::MAX;
    let (hostile, pantry) = (Hostile::new(options), Pantry::new());
    let mut writers = JoinSet::new();
    for commit in [Commit::EachOperation, Commit::WholeCall] {
        for write_of in WRITES {
            writers.spawn(write(hostile.clone(), session(&pantry, commit), write_of, &DONE));
        }
    }
    let watched = session(&pantry, Commit::EachOperation);
    for _ in 0..1_000 {
        let usage = watched.private().usage().await.unwrap();
        assert!(usage.bytes <= STORE_BYTES && usage.keys <= STORE_KEYS, "{usage:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    DONE.store(true, Ordering::Relaxed);
    let (made, refused) = writers.join_all().await.into_iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert!(made > 20 && refused > 20, "{made} were made, {refused} refused");

    let pantry = pantry.reopen().await;
    let session = session(&pantry, Commit::EachOperation);
    session.private().delete_prefix("").await.unwrap();
    session.set("k", vec![1; STORE_BYTES as usize - 65]).await.unwrap();
    assert_eq!(session.private().usage().await.unwrap().bytes, STORE_BYTES);
}
