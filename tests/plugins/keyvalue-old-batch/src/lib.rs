//! Imports `batch` of `wasi:keyvalue@0.2.0-draft2` in the form that it had before August 2026, under the same version.

use wasi::keyvalue::{batch, store};

wit_bindgen::generate!({
    path: "wit",
    world: "tests:keyvalue-old-batch/plugin",
    generate_all,
});

struct OldBatch;

export!(OldBatch);

impl Guest for OldBatch {
    fn run() {
        let bucket = store::open("").expect("there is a bucket");
        batch::get_many(&bucket, &["key".to_owned()]).expect("the keys can be read");
    }
}
