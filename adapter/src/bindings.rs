//! What `wit-bindgen` makes of the interfaces.

wit_bindgen::generate!({
    path: ["../wit", "../wit/wasi-keyvalue/0.2.0-draft", "../wit/wasi-keyvalue/0.2.0-draft2", "wit"],
    world: "larder:adapter/adapter",
    generate_all,
});

pub use self::exports::larder::storage::{atomic, shared, storage, streams, types};
pub use self::larder::adapter::settings;

/// `wasi:keyvalue@0.2.0-draft`.
pub mod draft {
    pub use super::exports::wasi::keyvalue0_2_0_draft::{atomics, batch, store};
}

/// `wasi:keyvalue@0.2.0-draft2`.
pub mod draft2 {
    pub use super::exports::wasi::keyvalue0_2_0_draft2::{atomics, batch, store};
}
