//! A fault beneath is for the host's log; the plugin is told that there is one.

use std::fs;

use larder_tests::{Pantry, keyvalue};

macro_rules! silent {
    ($draft:ident) => {
        mod $draft {
            use super::*;
            use keyvalue::$draft::{Bucket, Error, within};

            #[tokio::test]
            async fn what_cannot_be_opened_is_unavailable_and_no_more_is_said() {
                let pantry = Pantry::new();
                pantry.session("other", "p").set("k", "v").await.unwrap();
                fs::write(pantry.path().join("workspaces/secret"), "not a directory").unwrap();
                let answers = within(pantry.session("secret", "p"), "", async |mut bucket: Bucket| {
                    [
                        bucket.set("k", b"v").await,
                        bucket.set_many(&[("k", b"v")]).await,
                        bucket.get("k").await.map(drop),
                    ]
                });
                for answer in answers.await.unwrap() {
                    assert_eq!(answer, Err(Error::Other("unavailable: try again later".to_owned())));
                }
            }
        }
    };
}

silent!(draft);
silent!(draft2);
