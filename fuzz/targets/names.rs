//! Ids and keys: what parses is safe, reads back as it was written, and is one of a kind in a store.

#![no_main]

use larder_store::{Error, Key, Larder, Limits, Options, PluginId, WorkspaceId};
use libfuzzer_sys::fuzz_target;
use pollster::block_on;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<WorkspaceId>() {
        assert_eq!(id.as_str(), text);
        assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)));
        assert!(text.len() <= 64 && !text.starts_with('.') && !text.ends_with('.'));
    }
    if let Ok(id) = text.parse::<PluginId>() {
        assert_eq!(id.to_string(), text);
        assert!(text.len() <= 128 && !text.contains(char::is_control));
    }
    let limits = Limits::default();
    let key = Key::parse(text, &limits);
    assert_eq!(key.is_ok(), text.len() <= 1024);

    let larder = Larder::in_memory(Options::default());
    let session = larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), limits);
    block_on(async {
        let beside = format!("{}\u{0}", text.get(..text.len().min(8)).unwrap_or(""));
        session.set(&beside, "beside").await.unwrap();
        match session.set(text, "v").await {
            Ok(()) => assert_eq!(session.get(text).await.unwrap().as_deref(), Some(b"v".as_slice())),
            Err(error) => assert!(key.is_err() && matches!(error, Error::KeyTooLong(_)), "{error:?}"),
        }
        if beside != text {
            assert_eq!(session.get(&beside).await.unwrap().as_deref(), Some(b"beside".as_slice()));
        }
    });
});
