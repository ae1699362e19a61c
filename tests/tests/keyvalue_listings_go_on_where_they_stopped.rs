//! A cursor stands for a key, whatever is written meanwhile.

use larder_store::{Grant, Limits, Session};
use larder_tests::{Pantry, keyvalue};

/// A session whose pages have three keys, with the keys `00` to `09`.
async fn ten_keys(pantry: &Pantry) -> Session {
    let session = pantry.limited("w", "p", Limits { batch_items: 3, ..Limits::default() });
    for number in 0..10 {
        session.set(&format!("{number:02}"), "").await.unwrap();
    }
    session
}

macro_rules! listings {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Bucket, within};

            #[tokio::test]
            async fn every_key_comes_once_and_in_order() {
                let pantry = Pantry::new();
                let pages = within(ten_keys(&pantry).await, "", async |mut bucket: Bucket| {
                    let (mut pages, mut cursor) = (Vec::new(), None);
                    loop {
                        let page = bucket.list_keys(cursor).await.unwrap();
                        pages.push(page.keys);
                        cursor = page.cursor;
                        if cursor.is_none() {
                            break pages;
                        }
                    }
                });
                let pages = pages.await.unwrap();
                assert!(pages.iter().all(|page| page.len() <= 3), "{pages:?}");
                let expected: Vec<_> = (0..10).map(|number| format!("{number:02}")).collect();
                assert_eq!(pages.concat(), expected);
            }

            #[tokio::test]
            async fn writes_in_between_make_no_other_key_come_twice_or_not_at_all() {
                let pantry = Pantry::new();
                let session = ten_keys(&pantry).await;
                let writer = session.again();
                let pages = within(session, "", async |mut bucket: Bucket| {
                    let page = bucket.list_keys(None).await.unwrap();
                    assert_eq!(page.keys, ["00", "01", "02"]);
                    for gone in ["00", "02", "03"] {
                        writer.delete(gone).await.unwrap();
                    }
                    for new in ["000", "021", "04"] {
                        writer.set(new, "").await.unwrap();
                    }
                    let next = bucket.list_keys(page.cursor.clone()).await.unwrap();
                    assert_eq!(next.keys, ["021", "04", "05"]);
                    // A cursor that was used stands for the same still.
                    assert_eq!(bucket.list_keys(page.cursor).await.unwrap().keys, next.keys);
                    assert_eq!(bucket.list_keys(next.cursor).await.unwrap().keys, ["06", "07", "08"]);
                });
                pages.await.unwrap();
            }

            #[tokio::test]
            async fn there_is_no_cursor_on_the_last_page() {
                let pantry = Pantry::new();
                let last = within(pantry.session("w", "p"), "", async |mut bucket: Bucket| {
                    let empty = bucket.list_keys(None).await.unwrap();
                    bucket.set("", b"").await.unwrap();
                    (empty, bucket.list_keys(None).await.unwrap())
                });
                let (empty, one) = last.await.unwrap();
                assert_eq!((empty.keys.len(), empty.cursor), (0, None));
                assert_eq!((one.keys, one.cursor), (vec![String::new()], None));
            }
        }
    };
}

listings!(draft);
listings!(draft2);

mod numbers {
    use super::*;
    use keyvalue::draft::{Bucket, Error, within};

    #[track_caller]
    fn unknown<T: std::fmt::Debug>(answer: Result<T, Error>) {
        assert!(matches!(&answer, Err(Error::Other(text)) if text.starts_with("unknown-cursor")), "{answer:?}");
    }

    #[tokio::test]
    async fn zero_is_the_beginning() {
        let pantry = Pantry::new();
        let page = within(ten_keys(&pantry).await, "", async |mut bucket: Bucket| bucket.list_keys(Some(0)).await);
        assert_eq!(page.await.unwrap().unwrap().keys, ["00", "01", "02"]);
    }

    #[tokio::test]
    async fn one_from_another_call_or_bucket_leads_nowhere() {
        let pantry = Pantry::new();
        let session = ten_keys(&pantry).await;
        let again = session.again().with_grant(Grant::read());
        let first = within(session, "", async |mut bucket: Bucket| bucket.list_keys(None).await);
        let cursor = first.await.unwrap().unwrap().cursor;
        let elsewhere = within(again.again(), "", async |mut bucket: Bucket| {
            let shared = bucket.open_another("shared").await.unwrap();
            let page = bucket.list_keys(None).await.unwrap();
            (bucket.list_keys(cursor).await, bucket.list_keys_of(shared, page.cursor).await)
        });
        let (another_call, another_bucket) = elsewhere.await.unwrap();
        unknown(another_call);
        unknown(another_bucket);
    }

    #[tokio::test]
    async fn the_oldest_are_forgotten_and_never_mistaken() {
        let pantry = Pantry::new();
        let forgotten = within(ten_keys(&pantry).await, "", async |mut bucket: Bucket| {
            let oldest = bucket.list_keys(None).await.unwrap().cursor;
            let mut newest = None;
            for _ in 0..64 {
                newest = bucket.list_keys(None).await.unwrap().cursor;
            }
            assert_eq!(bucket.list_keys(newest).await.unwrap().keys, ["03", "04", "05"]);
            bucket.list_keys(oldest).await
        });
        unknown(forgotten.await.unwrap());
    }
}
