//! The drafts let a batch fail half-way; here it is all or nothing.

use larder_store::Limits;
use larder_tests::{Pantry, keyvalue};

macro_rules! whole {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Bucket, Error, within};

            #[tokio::test]
            async fn one_value_refused_is_all_refused() {
                let pantry = Pantry::new();
                let limits = Limits { value_bytes: 10, store_keys: 3, ..Limits::default() };
                let session = || pantry.limited("w", "p", limits.clone());
                let refused = within(session(), "", async |mut bucket| {
                    bucket.set("kept", b"old").await.unwrap();
                    let too_large = [("a", &b"1"[..]), ("kept", b"new"), ("b", &[0; 11]), ("c", b"2")];
                    let answer = bucket.set_many(&too_large).await;
                    assert!(matches!(answer, Err(Error::Other(_))), "{answer:?}");
                    let too_many = [("kept", &b"new"[..]), ("a", b""), ("b", b""), ("c", b"")];
                    let answer = bucket.set_many(&too_many).await;
                    assert!(matches!(answer, Err(Error::Other(_))), "{answer:?}");
                    assert_eq!(bucket.list_keys(None).await.unwrap().keys, ["kept"]);
                    assert_eq!(bucket.get("kept").await.unwrap().unwrap(), b"old");
                });
                refused.await.unwrap();
            }

            #[tokio::test]
            async fn of_two_values_for_a_key_the_later_is_kept() {
                let pantry = Pantry::new();
                let value = within(pantry.session("w", "p"), "", async |mut bucket| {
                    bucket.set_many(&[("k", b"1"), ("l", b"2"), ("k", b"3")]).await.unwrap();
                    bucket.get("k").await.unwrap()
                });
                assert_eq!(value.await.unwrap().unwrap(), b"3");
            }

            #[tokio::test]
            async fn what_is_not_there_is_skipped_by_a_deletion() {
                let pantry = Pantry::new();
                let keys = within(pantry.session("w", "p"), "", async |mut bucket| {
                    bucket.set_many(&[("a", b"1"), ("b", b"2"), ("c", b"3")]).await.unwrap();
                    bucket.delete_many(&["c", "none", "a", "a"]).await.unwrap();
                    bucket.list_keys(None).await.unwrap().keys
                });
                assert_eq!(keys.await.unwrap(), ["b"]);
            }

            #[tokio::test]
            async fn one_of_nothing_does_nothing() {
                let pantry = Pantry::new();
                let nothing = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
                    bucket.set_many(&[]).await.unwrap();
                    bucket.delete_many(&[]).await.unwrap();
                    assert!(bucket.get_many(&[]).await.unwrap().is_empty());
                });
                nothing.await.unwrap();
            }

            #[tokio::test]
            async fn many_are_read_in_the_order_asked() {
                let pantry = Pantry::new();
                let many = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
                    bucket.set_many(&[("a", b"1"), ("b", b"")]).await.unwrap();
                    bucket.get_many(&["b", "none", "a", "b"]).await.unwrap()
                });
                assert_eq!(super::$draft(many.await.unwrap()), [Some("b="), None, Some("a=1"), Some("b=")].map(text));
            }
        }
    };
}

whole!(draft);
whole!(draft2);

fn text(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn draft(many: Vec<Option<(String, Vec<u8>)>>) -> Vec<Option<String>> {
    many.into_iter().map(|item| item.map(|(key, value)| format!("{key}={}", String::from_utf8_lossy(&value)))).collect()
}

fn draft2(many: Vec<(String, Option<Vec<u8>>)>) -> Vec<Option<String>> {
    draft(many.into_iter().map(|(key, value)| Some((key, value?))).collect())
}
