//! A bucket is one of the two stores that a plugin can reach, and the shared one is what the host grants of it.

use larder_store::Grant;
use larder_tests::{Pantry, keyvalue};

macro_rules! granted {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Error, within};

            #[tokio::test]
            async fn no_other_name_is_a_bucket() {
                let pantry = Pantry::new();
                for name in ["other", "Default", " ", "shared/", "../p", "p", "q", "private", "\0"] {
                    let session = pantry.session("w", "p").with_grant(Grant::write());
                    let opened = within(session, name, async |_| ()).await;
                    assert_eq!(opened, Err(Error::NoSuchStore), "{name:?}");
                }
            }

            #[tokio::test]
            async fn without_a_grant_the_shared_one_does_not_open() {
                let pantry = Pantry::new();
                pantry.session("w", "q").with_grant(Grant::write()).shared().set("k", "v").await.unwrap();
                let opened = within(pantry.session("w", "p"), "shared", async |_| ()).await;
                assert_eq!(opened, Err(Error::AccessDenied));
            }

            #[tokio::test]
            async fn a_grant_to_read_is_none_to_write() {
                let pantry = Pantry::new();
                pantry.session("w", "q").with_grant(Grant::write()).shared().set("k", "v").await.unwrap();
                let session = pantry.session("w", "p").with_grant(Grant::read());
                let reads = within(session, "shared", async |mut bucket| {
                    assert_eq!(bucket.get("k").await.unwrap().unwrap(), b"v");
                    assert_eq!(bucket.list_keys(None).await.unwrap().keys, ["k"]);
                    assert_eq!(bucket.set("k", b"w").await, Err(Error::AccessDenied));
                    assert_eq!(bucket.delete("k").await, Err(Error::AccessDenied));
                    assert_eq!(bucket.increment("new", 1).await, Err(Error::AccessDenied));
                    assert_eq!(bucket.set_many(&[("k", b"w")]).await, Err(Error::AccessDenied));
                    assert_eq!(bucket.delete_many(&["k"]).await, Err(Error::AccessDenied));
                    assert_eq!(bucket.get("k").await.unwrap().unwrap(), b"v");
                    assert!(!bucket.exists("new").await.unwrap());
                });
                reads.await.unwrap();
            }

            #[tokio::test]
            async fn a_grant_within_a_prefix_is_never_narrowed_to_it() {
                let pantry = Pantry::new();
                let session = || pantry.session("w", "p").with_grant(Grant::write().within("mine/"));
                let within_prefix = within(session(), "shared", async |mut bucket| {
                    bucket.set("mine/k", b"v").await.unwrap();
                    assert_eq!(bucket.get("mine/k").await.unwrap().unwrap(), b"v");
                    assert_eq!(bucket.get("k").await, Err(Error::AccessDenied));
                    assert_eq!(bucket.set_many(&[("mine/l", b"v"), ("k", b"v")]).await, Err(Error::AccessDenied));
                    assert_eq!(bucket.exists("mine/l").await, Ok(false));
                    assert_eq!(bucket.list_keys(None).await, Err(Error::AccessDenied));
                });
                within_prefix.await.unwrap();
            }
        }
    };
}

granted!(draft);
granted!(draft2);

#[tokio::test]
async fn a_handle_to_compare_and_swap_is_denied_too() {
    use keyvalue::CasError;
    use keyvalue::draft2::{Error, within};

    let pantry = Pantry::new();
    let reader = pantry.session("w", "p").with_grant(Grant::read());
    let denied = within(reader, "shared", async |mut bucket| {
        let cas = bucket.cas("k").await.unwrap();
        bucket.swap(cas, b"v").await
    });
    assert_eq!(denied.await.unwrap(), Err(CasError::StoreError(Error::AccessDenied)));
}
