//! What a plugin stores through either draft of `wasi:keyvalue` is what `larder:storage` has, and the other way round.

use larder_store::Grant;
use larder_tests::{Pantry, Probe, keyvalue};

macro_rules! same_data {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::within;

            #[tokio::test]
            async fn as_the_plugins_own_store() {
                let pantry = Pantry::new();
                let session = || pantry.session("w", "p");
                Probe::shared().set(session(), "theirs", b"1").await.unwrap();
                let answers = within(session(), "", async |mut bucket| {
                    assert_eq!(bucket.get("theirs").await.unwrap().unwrap(), b"1");
                    assert_eq!(bucket.get("none").await.unwrap(), None);
                    assert!(bucket.exists("theirs").await.unwrap());
                    assert!(!bucket.exists("none").await.unwrap());
                    bucket.set("ours", b"2").await.unwrap();
                    bucket.set("ours", b"3").await.unwrap();
                    bucket.delete("theirs").await.unwrap();
                    bucket.delete("none").await.unwrap();
                });
                answers.await.unwrap();
                assert_eq!(Probe::shared().get(session(), "ours").await.unwrap().unwrap(), b"3");
                assert!(!Probe::shared().exists(session(), "theirs").await.unwrap());
                assert_eq!(Probe::shared().usage(session()).await.unwrap().keys, 1);
            }

            #[tokio::test]
            async fn under_both_of_its_names() {
                let pantry = Pantry::new();
                let session = || pantry.session("w", "p");
                within(session(), "", async |mut bucket| bucket.set("k", b"v").await).await.unwrap().unwrap();
                let value = within(session(), "default", async |mut bucket| bucket.get("k").await);
                assert_eq!(value.await.unwrap().unwrap().unwrap(), b"v");
            }

            #[tokio::test]
            async fn as_the_store_that_the_workspace_shares() {
                let pantry = Pantry::new();
                let session = |plugin| pantry.session("w", plugin).with_grant(Grant::write());
                within(session("p"), "shared", async |mut bucket| bucket.set("k", b"v").await).await.unwrap().unwrap();
                assert_eq!(session("q").shared().get("k").await.unwrap().unwrap(), b"v");
                assert_eq!(session("p").get("k").await.unwrap(), None);
                session("q").shared().set("k", "w").await.unwrap();
                let value = within(session("p"), "shared", async |mut bucket| bucket.get("k").await);
                assert_eq!(value.await.unwrap().unwrap().unwrap(), b"w");
            }

            #[tokio::test]
            async fn for_this_plugin_in_this_workspace_alone() {
                let pantry = Pantry::new();
                let set = within(pantry.session("w", "p"), "", async |mut bucket| bucket.set("k", b"v").await);
                set.await.unwrap().unwrap();
                for other in [pantry.session("w", "q"), pantry.session("v", "p")] {
                    let value = within(other, "", async |mut bucket| bucket.get("k").await);
                    assert_eq!(value.await.unwrap().unwrap(), None);
                }
            }
        }
    };
}

same_data!(draft);
same_data!(draft2);
