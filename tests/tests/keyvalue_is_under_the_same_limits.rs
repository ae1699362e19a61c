//! What a limit refuses changes nothing, and a plugin is told the limit and what it asked for.

use larder_store::Limits;
use larder_tests::{Pantry, keyvalue};

macro_rules! limited {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Error, within};

            fn other<T>(text: &str) -> Result<T, Error> {
                Err(Error::Other(text.to_owned()))
            }

            #[tokio::test]
            async fn each_is_told_by_its_name_and_numbers() {
                let pantry = Pantry::new();
                let limits = Limits {
                    key_bytes: 8,
                    value_bytes: 10,
                    batch_items: 3,
                    batch_bytes: 40,
                    store_bytes: 300,
                    store_keys: 3,
                    ..Limits::default()
                };
                let session = || pantry.limited("w", "p", limits.clone());
                let refusals = async |mut bucket: keyvalue::$draft::Bucket| {
                    let key = "key-too-long: 9 bytes where 8 are allowed";
                    assert_eq!(bucket.get("ninebytes").await, other(key));
                    assert_eq!(bucket.set("ninebytes", b"").await, other(key));
                    assert_eq!(bucket.increment("ninebytes", 1).await, other(key));
                    let value = "value-too-large: 11 bytes where 10 are allowed";
                    assert_eq!(bucket.set("k", &[0; 11]).await, other(value));
                    let items = "batch-too-large: 4 items where 3 are allowed";
                    assert_eq!(bucket.get_many(&["a", "b", "c", "d"]).await, other(items));
                    assert_eq!(bucket.delete_many(&["a", "b", "c", "d"]).await, other(items));
                    bucket.set_many(&[("a", b"1"), ("b", b"2"), ("c", b"3")]).await.unwrap();
                    let keys = "quota-exceeded: 4 items where 3 are allowed";
                    assert_eq!(bucket.set("d", b"").await, other(keys));
                    assert_eq!(bucket.increment("d", 1).await, other(keys));
                    assert_eq!(bucket.list_keys(None).await.unwrap().keys, ["a", "b", "c"]);
                };
                within(session(), "", refusals).await.unwrap();
                assert_eq!(session().private().usage().await.unwrap().bytes, 3 * (64 + 1 + 1));
            }

            #[tokio::test]
            async fn one_bucket_too_many_is_refused_and_not_a_trap() {
                let pantry = Pantry::new();
                let opened = within(pantry.session("w", "p"), "", async |mut bucket| {
                    let mut buckets = Vec::new();
                    loop {
                        match bucket.open_another("").await {
                            Ok(another) => buckets.push(another),
                            Err(error) => break (buckets.len(), error),
                        }
                    }
                });
                let (opened, refusal) = opened.await.unwrap();
                assert!(opened >= 100, "{opened}");
                let Error::Other(text) = &refusal else { panic!("{refusal:?}") };
                assert!(text.starts_with("too-many-open"), "{text}");
            }
        }
    };
}

limited!(draft);
limited!(draft2);
