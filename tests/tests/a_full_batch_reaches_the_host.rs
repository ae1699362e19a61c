//! A call that carries as much as the limits allow is served, one item or byte more is refused with both numbers, and far
//! more ends that call alone.

use larder_host::{Call, CallError};
use larder_store::Limits;
use larder_tests::relay_bindings::exports::larder::storage::atomic::{Action, Change, Check, Outcome};
use larder_tests::types::{Error, Expectation};
use larder_tests::{Pantry, Refusal, Relay, private, refused};

const KEY_BYTES: usize = 1024;

fn limits() -> Limits {
    Limits { batch_items: 100, batch_bytes: 1 << 20, value_bytes: 1 << 16, ..Limits::default() }
}

fn key(number: usize) -> String {
    format!("{number:0KEY_BYTES$}")
}

fn changes(count: usize, value_bytes: usize) -> Vec<Change> {
    (0..count).map(|number| Change { at: private(&key(number)), action: Action::Set(vec![7; value_bytes]) }).collect()
}

fn checks(count: usize) -> Vec<Check> {
    (0..count).map(|number| Check { at: private(&key(number)), expect: Expectation::Absent }).collect()
}

async fn commit(pantry: &Pantry, checks: &[Check], changes: &[Change]) -> Result<Result<Outcome, Error>, CallError> {
    let call = Call::new(pantry.limited("w", "p", limits()));
    Relay::shared()
        .call(call, async |store, relay| relay.larder_storage_atomic().call_commit(store, checks, changes).await)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_items_with_the_longest_keys() {
    let pantry = Pantry::new();
    let committed = commit(&pantry, &[], &changes(100, 16)).await.unwrap();
    assert!(matches!(committed, Ok(Outcome::Committed(_))), "{committed:?}");
    let one_more = commit(&pantry, &[], &changes(101, 16)).await.unwrap();
    assert_eq!(refused(one_more), Refusal::BatchItems((100, 101)));
    let one_more = commit(&pantry, &checks(101), &[]).await.unwrap();
    assert_eq!(refused(one_more), Refusal::BatchItems((100, 101)));
    let far_more = commit(&pantry, &[], &changes(10_000, 16)).await;
    assert!(far_more.unwrap_err().to_string().contains("fuel"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_value_beside_nothing_else() {
    let pantry = Pantry::new();
    let limits = || Limits { value_bytes: 3 << 20, ..limits() };
    let commit = async |changes: &[Change]| {
        let call = Call::new(pantry.limited("w", "p", limits()));
        let commit = Relay::shared()
            .call(call, async |store, relay| relay.larder_storage_atomic().call_commit(store, &[], changes).await);
        commit.await.unwrap()
    };
    let alone = commit(&changes(1, 3 << 20)).await;
    assert!(matches!(alone, Ok(Outcome::Committed(_))), "{alone:?}");
    let larger = commit(&changes(1, (3 << 20) + 1)).await;
    assert_eq!(refused(larger), Refusal::Value((3 << 20, (3 << 20) + 1)));
    assert!(matches!(refused(commit(&changes(2, 3 << 19)).await), Refusal::BatchBytes((limit, _)) if limit == 1 << 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_changes_nothing() {
    let pantry = Pantry::new();
    refused(commit(&pantry, &[], &changes(101, 1)).await.unwrap());
    assert_eq!(pantry.session("w", "p").private().usage().await.unwrap().keys, 0);
}
