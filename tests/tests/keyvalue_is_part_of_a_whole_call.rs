//! What a plugin does through `wasi:keyvalue` belongs to its call: committed with it, or not at all.

use larder_store::{Address, Commit};
use larder_tests::{Pantry, keyvalue};

macro_rules! whole_calls {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Bucket, within};

            #[tokio::test]
            async fn others_see_it_at_the_end_and_the_call_at_once() {
                let pantry = Pantry::new();
                let other = pantry.session("w", "p");
                let call = pantry.session("w", "p").with_commit(Commit::WholeCall);
                let ended = within(call, "", async |mut bucket: Bucket| {
                    bucket.set("k", b"v").await.unwrap();
                    bucket.set_many(&[("l", b"1"), ("m", b"2")]).await.unwrap();
                    assert_eq!(bucket.increment("n", 2).await.unwrap(), 2);
                    assert_eq!(bucket.increment("n", 2).await.unwrap(), 4);
                    assert_eq!(bucket.list_keys(None).await.unwrap().keys, ["k", "l", "m", "n"]);
                    assert_eq!(other.private().keys("", None, 9).await.unwrap().keys.len(), 0);
                });
                ended.await.unwrap();
                assert_eq!(other.private().keys("", None, 9).await.unwrap().keys, ["k", "l", "m", "n"]);
                assert_eq!(other.increment(Address::private("n"), 0).await.unwrap(), 4);
            }

            #[tokio::test]
            async fn a_call_that_met_a_conflict_is_run_again_and_the_plugin_is_told_nothing() {
                let pantry = Pantry::new();
                let other = pantry.session("w", "p");
                other.increment(Address::private("n"), 1).await.unwrap();
                let call = pantry.session("w", "p").with_commit(Commit::WholeCall);
                let runs = std::cell::Cell::new(0);
                let sum = within(call, "", async |mut bucket: Bucket| {
                    runs.set(runs.get() + 1);
                    let sum = bucket.increment("n", 1).await.unwrap();
                    if runs.get() == 1 {
                        other.increment(Address::private("n"), 10).await.unwrap();
                    }
                    sum
                });
                assert_eq!(sum.await.unwrap(), 12);
                assert_eq!(runs.get(), 2);
                assert_eq!(other.increment(Address::private("n"), 0).await.unwrap(), 12);
            }
        }
    };
}

whole_calls!(draft);
whole_calls!(draft2);

#[tokio::test]
async fn a_swap_sees_what_the_call_itself_wrote() {
    use keyvalue::CasError;
    use keyvalue::draft2::{Bucket, within};

    let pantry = Pantry::new();
    let session = || pantry.session("w", "p").with_commit(Commit::WholeCall);
    let swaps = within(session(), "", async |mut bucket: Bucket| {
        let cas = bucket.cas("k").await.unwrap();
        bucket.set("k", b"1").await.unwrap();
        let Err(CasError::CasFailed(newer)) = bucket.swap(cas, b"2").await else { panic!("the key has changed") };
        assert_eq!(bucket.current(newer).await.unwrap().unwrap(), b"1");
        bucket.swap(newer, b"2").await.unwrap();
        assert_eq!(bucket.get("k").await.unwrap().unwrap(), b"2");
    });
    swaps.await.unwrap();
    assert_eq!(pantry.session("w", "p").get("k").await.unwrap().unwrap(), b"2");
}
