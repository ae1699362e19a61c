//! `increment` is atomic, on the counters of `larder:storage`, and refuses what it cannot count.

use larder_store::Address;
use larder_tests::{Pantry, keyvalue};

macro_rules! counts {
    ($draft:ident, $count:ty) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Bucket, Error, within};

            const TASKS: $count = 8;
            const COUNTS: $count = 25;

            #[tokio::test]
            async fn a_key_that_is_not_there_counts_as_zero() {
                let pantry = Pantry::new();
                let session = || pantry.session("w", "p");
                let sums = within(session(), "", async |mut bucket: Bucket| {
                    bucket.increment("zero", 0).await.unwrap();
                    assert!(bucket.exists("zero").await.unwrap());
                    [bucket.increment("n", 0).await, bucket.increment("n", 3).await, bucket.increment("n", 4).await]
                });
                assert_eq!(sums.await.unwrap(), [Ok(0), Ok(3), Ok(7)]);
                assert_eq!(session().get("n").await.unwrap().unwrap(), 7_i64.to_le_bytes());
                assert_eq!(session().increment(Address::private("n"), -10).await.unwrap(), -3);
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn counts_at_once_add_up_and_each_sum_is_given_once() {
                let pantry = Pantry::new();
                let count = async |mut bucket: Bucket| {
                    let mut sums = Vec::new();
                    for _ in 0..COUNTS {
                        sums.push(bucket.increment("n", 1).await.unwrap());
                    }
                    sums
                };
                let tasks: Vec<_> = (0..TASKS)
                    .map(|_| {
                        let session = pantry.session("w", "p");
                        tokio::spawn(async move { within(session, "", count).await })
                    })
                    .collect();
                let mut sums = Vec::new();
                for task in tasks {
                    sums.extend(task.await.unwrap().unwrap());
                }
                sums.sort_unstable();
                assert!(sums.iter().copied().eq(1..=TASKS * COUNTS), "{sums:?}");
                let held = pantry.session("w", "p").get("n").await.unwrap().unwrap();
                assert_eq!(held, (TASKS * COUNTS).to_le_bytes());
            }

            #[tokio::test]
            async fn what_is_no_counter_stays_as_it_is() {
                let pantry = Pantry::new();
                let refused = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
                    for value in [&b""[..], b"5", b"1234567", b"123456789"] {
                        bucket.set("k", value).await.unwrap();
                        let answer = bucket.increment("k", 1).await;
                        assert!(matches!(&answer, Err(Error::Other(text)) if text.starts_with("not-a-counter")), "{answer:?}");
                        assert_eq!(bucket.get("k").await.unwrap().unwrap(), value);
                    }
                });
                refused.await.unwrap();
            }

            #[tokio::test]
            async fn a_sum_out_of_range_is_refused() {
                let pantry = Pantry::new();
                let session = || pantry.session("w", "p");
                session().increment(Address::private("n"), i64::MAX - 1).await.unwrap();
                let sums = within(session(), "", async |mut bucket: Bucket| {
                    [bucket.increment("n", 2).await, bucket.increment("n", 1).await, bucket.increment("n", 1).await]
                });
                let [above, largest, next] = sums.await.unwrap();
                assert!(matches!(&above, Err(Error::Other(text)) if text.starts_with("not-a-counter")), "{above:?}");
                assert_eq!(largest, Ok(i64::MAX as $count));
                assert!(matches!(&next, Err(Error::Other(_))), "{next:?}");
                assert_eq!(session().get("n").await.unwrap().unwrap(), i64::MAX.to_le_bytes());
            }
        }
    };
}

counts!(draft, u64);
counts!(draft2, i64);

#[tokio::test]
async fn the_first_draft_refuses_what_it_cannot_tell_before_it_counts() {
    use keyvalue::draft::{Bucket, Error, within};

    let pantry = Pantry::new();
    let session = || pantry.session("w", "p");
    session().increment(Address::private("n"), -5).await.unwrap();
    let sums = within(session(), "", async |mut bucket: Bucket| {
        [bucket.increment("n", 4).await, bucket.increment("n", u64::MAX).await, bucket.increment("n", 7).await]
    });
    let [negative, above, sum] = sums.await.unwrap();
    assert!(matches!(&negative, Err(Error::Other(text)) if text.starts_with("not-a-counter")), "{negative:?}");
    assert!(matches!(&above, Err(Error::Other(text)) if text.starts_with("not-a-counter")), "{above:?}");
    assert_eq!(sum, Ok(2));
}

#[tokio::test]
async fn the_second_draft_counts_down() {
    use keyvalue::draft2::{Bucket, within};

    let pantry = Pantry::new();
    let sums = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
        [bucket.increment("n", -3).await, bucket.increment("n", 1).await]
    });
    assert_eq!(sums.await.unwrap(), [Ok(-3), Ok(-2)]);
}
