//! Whatever a plugin does as fast, as deep and as often as it can, it meets a limit, and whoever calls next finds all as it was.

use std::time::Duration;

use larder_host::{CallError, RuntimeOptions};
use larder_store::Limits;
use larder_tests::types::{Error, Excess, Unit};
use larder_tests::{Attacks, Deed, End, Hostile, Pantry};
use tokio::task::JoinSet;

fn hostile(change: impl FnOnce(&mut RuntimeOptions)) -> Hostile {
    let mut options = RuntimeOptions::default();
    options.call_timeout = Some(Duration::from_secs(60));
    change(&mut options);
    Hostile::new(options)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_in_the_plugins_memory_to_its_last_byte_or_that_plugin_traps() {
    let (hostile, pantry) = (hostile(|_| ()), Pantry::new());
    let set = async |before_end, value_bytes| {
        let session = pantry.session("w", "p");
        hostile
            .attack(session, async |store, attacks| attacks.call_set_near_the_end(store, before_end, value_bytes).await)
            .await
    };
    for (before_end, value_bytes) in [(0, 0), (1, 1), (8, 7), (8, 8), (100_000, 100_000)] {
        set(before_end, value_bytes).await.unwrap().unwrap();
        let value = pantry.session("w", "p").get("k").await.unwrap().unwrap();
        assert_eq!(value.len(), value_bytes as usize);
    }
    for (before_end, value_bytes) in [(0, 1), (8, 9), (8, 1 << 20), (8, 1 << 31), (8, u32::MAX)] {
        let trapped = set(before_end, value_bytes).await;
        assert!(matches!(trapped, Err(CallError::Trapped(_))), "{value_bytes} of {before_end}: {trapped:?}");
        assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap().len(), 100_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_stack_have_an_end_also_below_a_call_to_the_host() {
    let memory_bytes = 32 << 20;
    let (hostile, pantry) = (hostile(|options| options.memory_bytes = memory_bytes), Pantry::new());
    let session = || pantry.session("w", "p");
    let taken = hostile.attack(session(), async |store, attacks| attacks.call_take_memory(store).await).await.unwrap();
    let allowed = memory_bytes as u64;
    assert!(taken < allowed && taken > allowed / 2, "{taken} of {allowed}");

    let recurse =
        async |depth| hostile.attack(session(), async |store, attacks| attacks.call_recurse(store, depth).await).await;
    recurse(100).await.unwrap().unwrap();
    assert_eq!(session().get("k").await.unwrap().unwrap(), b"from the bottom");
    let trapped = recurse(u32::MAX).await;
    assert!(matches!(trapped, Err(CallError::Trapped(_))), "{trapped:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_handles_and_no_more_and_all_are_given_back() {
    let (hostile, pantry) = (hostile(|options| options.call_timeout = Some(Duration::from_secs(2))), Pantry::new());
    let limits = Limits { open_handles: 16, ..Limits::default() };
    for key in 0..16 {
        pantry.session("w", "p").set(&key.to_string(), "v").await.unwrap();
    }
    for end in [End::Return, End::Trap, End::Spin, End::Return] {
        // All that the larder allows, in as many calls as that takes.
        let mut calls = JoinSet::new();
        for call in 0..16 {
            let (hostile, session) = (hostile.clone(), pantry.limited("w", "p", limits.clone()));
            let deed = if call % 2 == 0 { Deed::Open } else { Deed::Create };
            calls.spawn(async move { hostile.flood(session, deed, 1_000_000, 0, end).await });
        }
        for flooded in calls.join_all().await {
            match (end, flooded) {
                (End::Return, Ok(flooded)) => {
                    assert_eq!(flooded.served, 16);
                    let Some(Error::TooManyOpen(Excess { unit: Unit::Handles, limit, actual })) = flooded.refused
                    else {
                        panic!("{flooded:?}");
                    };
                    assert_eq!((limit, actual), (16, 17));
                }
                (End::Trap, Err(CallError::Trapped(_))) | (End::Spin, Err(CallError::TimedOut { .. })) => {}
                (_, other) => panic!("{end:?}: {other:?}"),
            }
        }
    }
    let buckets = hostile.flood(pantry.session("w", "p"), Deed::KeyvalueOpen, 1_000_000, 0, End::Return).await.unwrap();
    let Some(Error::Other(text)) = &buckets.refused else { panic!("{buckets:?}") };
    assert!(text.contains("too-many-open") && buckets.served <= 512, "{buckets:?}");
}

const DEEDS: [Deed; 16] = [
    Deed::Set,
    Deed::SetExpiring,
    Deed::Get,
    Deed::Delete,
    Deed::Keys,
    Deed::Items,
    Deed::DeletePrefix,
    Deed::Usage,
    Deed::Commit,
    Deed::GetMany,
    Deed::Increment,
    Deed::Open,
    Deed::Create,
    Deed::Write,
    Deed::KeyvalueSetMany,
    Deed::Compute,
];

/// One call of each kind, which go on for ever, and a neighbour beside them.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_for_ever_starves_nobody_and_is_gone_when_given_up() {
    let (hostile, pantry) = (hostile(|options| options.call_timeout = None), Pantry::new());
    let mut floods = JoinSet::new();
    for deed in DEEDS {
        let (hostile, session) = (hostile.clone(), pantry.session("w", &format!("{deed:?}")));
        let flood = async move |store: &mut _, attacks: &Attacks| attacks.call_flood_for_ever(store, deed, 1000).await;
        floods.spawn(async move { hostile.attack(session, flood).await });
    }
    let neighbours_are_served = async || {
        for (workspace, deed) in [("w", Deed::Set), ("v", Deed::Set), ("w", Deed::Get), ("v", Deed::KeyvalueGet)] {
            let session = pantry.session(workspace, "neighbour");
            let flooded = hostile.flood(session, deed, 1, 100, End::Return).await.unwrap();
            assert_eq!(flooded.served, 1, "{deed:?} in {workspace}: {flooded:?}");
        }
    };
    for _ in 0..20 {
        neighbours_are_served().await;
    }
    assert!(floods.try_join_next().is_none(), "all of them went on meanwhile");
    floods.shutdown().await;
    neighbours_are_served().await;
}
