//! To compare and swap loses no write of another, also where there was no value at first.

use larder_tests::Pantry;
use larder_tests::keyvalue::CasError;
use larder_tests::keyvalue::draft2::{Bucket, within};
use wasmtime::component::ResourceAny;

const TASKS: u64 = 6;
const SWAPS: u64 = 20;

/// The newer handle of a swap that was not made.
fn changed(swapped: Result<(), CasError>) -> ResourceAny {
    match swapped {
        Err(CasError::CasFailed(newer)) => newer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unchanged_key_is_swapped() {
    let pantry = Pantry::new();
    let session = || pantry.session("w", "p");
    let swaps = within(session(), "", async |mut bucket: Bucket| {
        let cas = bucket.cas("k").await.unwrap();
        assert_eq!(bucket.current(cas).await.unwrap(), None);
        bucket.swap(cas, b"1").await.unwrap();
        let cas = bucket.cas("k").await.unwrap();
        assert_eq!(bucket.current(cas).await.unwrap().unwrap(), b"1");
        bucket.swap(cas, b"2").await.unwrap();
    });
    swaps.await.unwrap();
    assert_eq!(session().get("k").await.unwrap().unwrap(), b"2");
}

#[tokio::test]
async fn a_key_that_somebody_made_meanwhile_is_not_written_over() {
    let pantry = Pantry::new();
    let other = pantry.session("w", "p");
    let swaps = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
        let cas = bucket.cas("k").await.unwrap();
        other.set("k", "theirs").await.unwrap();
        let newer = changed(bucket.swap(cas, b"ours").await);
        assert_eq!(bucket.get("k").await.unwrap().unwrap(), b"theirs");
        assert_eq!(bucket.current(newer).await.unwrap().unwrap(), b"theirs");
        bucket.swap(newer, b"ours").await.unwrap();
        assert_eq!(bucket.get("k").await.unwrap().unwrap(), b"ours");
    });
    swaps.await.unwrap();
}

#[tokio::test]
async fn any_write_in_between_is_a_change() {
    let pantry = Pantry::new();
    let other = pantry.session("w", "p");
    let swaps = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
        // The same bytes again, a value that came back, and a removal.
        other.set("k", "1").await.unwrap();
        let cas = bucket.cas("k").await.unwrap();
        other.set("k", "1").await.unwrap();
        let cas = changed(bucket.swap(cas, b"ours").await);
        other.delete("k").await.unwrap();
        other.set("k", "1").await.unwrap();
        let cas = changed(bucket.swap(cas, b"ours").await);
        other.delete("k").await.unwrap();
        let cas = changed(bucket.swap(cas, b"ours").await);
        assert_eq!(bucket.current(cas).await.unwrap(), None);
        bucket.swap(cas, b"ours").await.unwrap();
        assert_eq!(other.get("k").await.unwrap().unwrap(), b"ours");
    });
    swaps.await.unwrap();
}

#[tokio::test]
async fn reading_through_a_handle_does_not_renew_it() {
    let pantry = Pantry::new();
    let other = pantry.session("w", "p");
    let swaps = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
        other.set("k", "1").await.unwrap();
        let cas = bucket.cas("k").await.unwrap();
        assert_eq!(bucket.current(cas).await.unwrap().unwrap(), b"1");
        other.set("k", "2").await.unwrap();
        assert_eq!(bucket.current(cas).await.unwrap().unwrap(), b"2");
        changed(bucket.swap(cas, b"made of 1").await);
        assert_eq!(bucket.get("k").await.unwrap().unwrap(), b"2");
    });
    swaps.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn swaps_at_once_add_up() {
    let pantry = Pantry::new();
    let count = async |mut bucket: Bucket| {
        for _ in 0..SWAPS {
            let mut cas = bucket.cas("n").await.unwrap();
            loop {
                let held = bucket.current(cas).await.unwrap();
                let next = held.map_or(0, |value| u64::from_le_bytes(value.try_into().unwrap())) + 1;
                match bucket.swap(cas, &next.to_le_bytes()).await {
                    Ok(()) => break,
                    changed => cas = self::changed(changed),
                }
            }
        }
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let session = pantry.session("w", "p");
            tokio::spawn(async move { within(session, "", count).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let sum = pantry.session("w", "p").get("n").await.unwrap().unwrap();
    assert_eq!(sum, (TASKS * SWAPS).to_le_bytes());
}
