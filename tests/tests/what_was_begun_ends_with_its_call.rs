//! A plugin that traps, runs out of time or is given up in the middle of writing leaves whole writes or none, in a whole call
//! none; what was kept free for it is free.

use std::time::{Duration, Instant};

use larder_host::{CallError, RuntimeOptions};
use larder_store::{Commit, Limits, Session};
use larder_tests::{Deed, End, Hostile, Pantry};
use tokio::time::timeout;

const KEY_COST: u64 = 64;
const STORE_BYTES: u64 = 24 << 20;

/// Writes, with the bytes of one value: small, and such that stand in files.
const WRITES: [(Deed, u32); 8] = [
    (Deed::Set, 100),
    (Deed::Set, 1 << 20),
    (Deed::SetExpiring, 1000),
    (Deed::Commit, 1000),
    (Deed::Increment, 0),
    (Deed::Write, 1000),
    (Deed::Write, 1 << 20),
    (Deed::KeyvalueSetMany, 1000),
];

fn session(pantry: &Pantry, plugin: &str, commit: Commit) -> Session {
    let limits = Limits { store_bytes: STORE_BYTES, ..Limits::default() };
    pantry.limited("w", plugin, limits).with_commit(commit)
}

/// The plugin that is named after what it does.
fn of(pantry: &Pantry, deed: Deed) -> Session {
    session(pantry, &format!("{deed:?}"), Commit::EachOperation)
}

/// What the store holds is what whole writes have left; gives the keys.
async fn holds_whole_writes(session: &Session, deed: Deed, value_bytes: u32) -> usize {
    let keys = session.private().keys("", None, 1000).await.unwrap().keys;
    let mut held = 0;
    for key in &keys {
        let value = session.get(key).await.unwrap().unwrap();
        match deed {
            Deed::Increment => assert_eq!(value.len(), 8),
            _ => assert!(value == vec![7; value_bytes as usize], "{deed:?}: another value of {} bytes", value.len()),
        }
        held += KEY_COST + (key.len() + value.len()) as u64;
    }
    let usage = session.private().usage().await.unwrap();
    assert_eq!((usage.bytes, usage.keys), (held, keys.len() as u64), "{deed:?}");
    if let Deed::Commit | Deed::KeyvalueSetMany = deed {
        assert!([0, 16].contains(&keys.len()), "{deed:?}: {} of 16 keys", keys.len());
    }
    keys.len()
}

/// All that the quota leaves can be used, by one value or another; then nothing is left.
async fn all_room_is_free(pantry: &Pantry, session: &Session) {
    let used = session.private().usage().await.unwrap().bytes;
    let rest = vec![1; (STORE_BYTES - used - KEY_COST - 1) as usize];
    session.set("!", rest).await.unwrap();
    session.private().delete_prefix("").await.unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    while !pantry.blobs("w").is_empty() {
        assert!(Instant::now() < patience, "files are left: {:?}", pantry.blobs("w"));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What a call that is over has asked of the disk is done.
async fn settle(pantry: &Pantry) {
    let mut last = None;
    loop {
        // Behind whatever else is queued.
        session(pantry, "other", Commit::EachOperation).set("k", "v").await.unwrap();
        session(pantry, "other", Commit::EachOperation).delete("k").await.unwrap();
        let mut now = Vec::new();
        for (deed, _) in WRITES {
            now.push(of(pantry, deed).private().usage().await.unwrap());
        }
        let now = (now, pantry.blobs("w"));
        if last.as_ref() == Some(&now) {
            return;
        }
        last = Some(now);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn hostile(after: Duration) -> Hostile {
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(after);
    options.written_bytes_per_second = u64::MAX;
    Hostile::new(options)
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_trap() {
    let (hostile, pantry) = (hostile(Duration::from_secs(60)), Pantry::new());
    for (deed, value_bytes) in WRITES {
        for (commit, kept) in [(Commit::EachOperation, true), (Commit::WholeCall, false)] {
            let session = session(&pantry, &format!("{deed:?}"), commit);
            let trapped = hostile.flood(session.again(), deed, 5, value_bytes, End::Trap).await;
            assert!(matches!(trapped, Err(CallError::Trapped(_))), "{deed:?}: {trapped:?}");
            let keys = holds_whole_writes(&session.with_commit(Commit::EachOperation), deed, value_bytes).await;
            assert_eq!(keys > 0, kept, "{deed:?}, {commit:?}");
            all_room_is_free(&pantry, &of(&pantry, deed)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_end_of_its_time() {
    let (hostile, pantry) = (hostile(Duration::from_millis(150)), Pantry::new());
    for (deed, value_bytes) in WRITES {
        for commit in [Commit::EachOperation, Commit::WholeCall] {
            let session = session(&pantry, &format!("{deed:?}"), commit);
            let flood = hostile
                .attack(session, async |store, attacks| attacks.call_flood_for_ever(store, deed, value_bytes).await);
            let ended = flood.await;
            assert!(matches!(ended, Err(CallError::TimedOut { .. })), "{deed:?}: {ended:?}");
            settle(&pantry).await;
            let keys = holds_whole_writes(&of(&pantry, deed), deed, value_bytes).await;
            assert!(keys == 0 || commit == Commit::EachOperation, "{deed:?}");
            all_room_is_free(&pantry, &of(&pantry, deed)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_host_at_any_moment() {
    let (hostile, pantry) = (hostile(Duration::from_secs(60)), Pantry::new());
    for (number, (deed, value_bytes)) in (0..).zip(WRITES) {
        for commit in [Commit::EachOperation, Commit::WholeCall] {
            for round in 0..3 {
                let session = session(&pantry, &format!("{deed:?}"), commit);
                let flood = hostile.attack(session, async |store, attacks| {
                    attacks.call_flood_for_ever(store, deed, value_bytes).await
                });
                // Moments spread over the first few writes.
                let moment = Duration::from_micros(500 + (round * 7919 + number * 3571) % 40_000);
                assert!(timeout(moment, flood).await.is_err(), "{deed:?} goes on for ever");
                settle(&pantry).await;
                let keys = holds_whole_writes(&of(&pantry, deed), deed, value_bytes).await;
                assert!(keys == 0 || commit == Commit::EachOperation, "{deed:?}");
                all_room_is_free(&pantry, &of(&pantry, deed)).await;
            }
        }
    }
}
