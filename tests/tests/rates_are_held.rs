//! A plugin that calls faster than its rates allow waits, in all its calls together and by every interface; nobody else does.

use std::time::{Duration, Instant};

use larder_host::RuntimeOptions;
use larder_store::{Larder, Limits, Options, Session};
use larder_tests::types::Error;
use larder_tests::{Deed, End, Hostile};
use tokio::task::JoinSet;

const RATE: u64 = 200;
/// What comes after the second's worth that is there at first.
const MORE: u64 = 30;
/// How long those have to wait.
const WAIT: Duration = Duration::from_millis(1000 * MORE / RATE);

fn session(larder: &Larder, workspace: &str, plugin: &str) -> Session {
    larder.session(&workspace.parse().unwrap(), &plugin.parse().unwrap(), Limits::default())
}

fn hostile(change: impl FnOnce(&mut RuntimeOptions)) -> Hostile {
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_secs(60));
    change(&mut options);
    Hostile::new(options)
}

/// What the rate allows is served, and not sooner than it allows it.
async fn takes_its_time(hostile: &Hostile, deed: Deed, amount_of_each: u64, value_bytes: u32) {
    let larder = Larder::in_memory(Options::default());
    let times = (RATE + MORE).div_ceil(amount_of_each) as u32;
    let began = Instant::now();
    let session = session(&larder, "w", &format!("{deed:?}"));
    let flooded = hostile.flood(session, deed, times, value_bytes, End::Return).await.unwrap();
    assert!(flooded.refused.is_none(), "{deed:?}: {:?}", flooded.refused);
    assert!(began.elapsed() >= WAIT, "{deed:?}: {times} took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_reads() {
    let hostile = hostile(|options| options.reads_per_second = RATE);
    for deed in [Deed::Get, Deed::Exists, Deed::Keys, Deed::Items, Deed::Usage, Deed::Entry] {
        takes_its_time(&hostile, deed, 1, 0).await;
    }
    for deed in [Deed::KeyvalueGet, Deed::KeyvalueKeys] {
        takes_its_time(&hostile, deed, 1, 0).await;
    }
    takes_its_time(&hostile, Deed::GetMany, 16, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writes() {
    let hostile = hostile(|options| options.writes_per_second = RATE);
    for deed in [Deed::Set, Deed::SetExpiring, Deed::Delete, Deed::DeletePrefix, Deed::Increment, Deed::KeyvalueSet] {
        takes_its_time(&hostile, deed, 1, 0).await;
    }
    // The writer, and its chunk.
    takes_its_time(&hostile, Deed::Write, 2, 0).await;
    takes_its_time(&hostile, Deed::Commit, 16, 0).await;
    takes_its_time(&hostile, Deed::KeyvalueSetMany, 16, 0).await;
    for nothing in [Deed::CommitNothing, Deed::KeyvalueSetNothing] {
        takes_its_time(&hostile, nothing, 1, 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writes_by_what_is_deleted_unless_a_store_is_emptied() {
    let hostile = hostile(|options| {
        options.writes_per_second = RATE;
        options.call_timeout = Some(Duration::from_secs(5));
    });
    let larder = Larder::in_memory(Options::default());
    for (deed, is_owed) in [(Deed::DeleteByPrefix, true), (Deed::DeletePrefix, false)] {
        let session = session(&larder, "w", &format!("{deed:?}"));
        for number in 0..100 * RATE {
            session.set(&format!("{number:08}"), "v").await.unwrap();
        }
        let deleted = hostile.flood(session.again(), deed, 1, 0, End::Return).await.unwrap();
        assert!(deleted.refused.is_none(), "{deleted:?}");
        let after = hostile.flood(session, Deed::Set, 1, 0, End::Return).await.unwrap();
        assert_eq!(matches!(after.refused, Some(Error::Throttled(5_000..))), is_owed, "{after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_bytes() {
    const KIB: u64 = 1024;
    let hostile = hostile(|options| options.written_bytes_per_second = RATE * KIB);
    for deed in [Deed::Set, Deed::SetExpiring, Deed::Write, Deed::KeyvalueSet] {
        takes_its_time(&hostile, deed, 10, 10 * KIB as u32).await;
    }
    for deed in [Deed::Commit, Deed::KeyvalueSetMany] {
        takes_its_time(&hostile, deed, 16, KIB as u32).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_all_calls_of_a_plugin_and_for_no_other() {
    let hostile = hostile(|options| options.writes_per_second = RATE);
    let larder = Larder::in_memory(Options::default());
    let began = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let (hostile, session) = (hostile.clone(), session(&larder, "w", "p"));
        calls.spawn(async move { hostile.flood(session, Deed::Set, (RATE / 5) as u32, 1, End::Return).await });
    }
    for (workspace, plugin) in [("w", "other"), ("v", "p")] {
        let session = session(&larder, workspace, plugin);
        let flooded = hostile.flood(session, Deed::Set, RATE as u32, 1, End::Return).await.unwrap();
        assert_eq!(u64::from(flooded.served), RATE);
    }
    let neighbours = began.elapsed();
    for flooded in calls.join_all().await {
        assert_eq!(u64::from(flooded.unwrap().served), RATE / 5);
    }
    let plugin = began.elapsed();
    assert!(plugin >= Duration::from_secs(1), "{plugin:?}");
    assert!(neighbours < plugin, "{neighbours:?} of {plugin:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_wait_past_the_end_of_the_call_is_told_when_to_come_back() {
    let hostile = hostile(|options| {
        options.writes_per_second = 4;
        options.call_timeout = Some(Duration::from_secs(5));
    });
    let larder = Larder::in_memory(Options::default());
    let session = session(&larder, "w", "p");
    for deed in [Deed::Set, Deed::Increment] {
        let flooded = hostile.flood(session.again(), deed, 1_000, 8, End::Return).await.unwrap();
        let Some(Error::Throttled(after_ms)) = flooded.refused else { panic!("{flooded:?}") };
        assert!((1..=250).contains(&after_ms), "{after_ms} ms");
        assert!((4..=24).contains(&flooded.served), "{} in 5 s", flooded.served);
    }
    let flooded = hostile.flood(session.again(), Deed::KeyvalueSet, 1_000, 8, End::Return).await.unwrap();
    let Some(Error::Other(text)) = flooded.refused else { panic!("{flooded:?}") };
    assert!(text.contains("throttled: try again in "), "{text}");
    assert!(hostile.flood(session, Deed::Get, 1_000, 8, End::Return).await.unwrap().refused.is_none(), "it may read");
}
