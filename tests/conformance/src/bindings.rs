//! What `wit-bindgen` makes of the interface: nothing else stands between the cases and the host.

wit_bindgen::generate!({
    path: "../../wit",
    world: "larder:storage/imports",
    additional_derives: [PartialEq, Eq],
});

pub use larder::storage::{atomic, shared, storage, streams, types};
