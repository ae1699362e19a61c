//! Listing is by prefix, in byte order, a page at a time; the position is a key, whether or not it is there.

use std::collections::BTreeMap;

use larder_host::{Call, Runtime, RuntimeOptions};
use larder_store::Limits;
use larder_tests::{Pantry, Probe, plugin_bytes};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

const KEYS: [&str; 12] = ["", "\0", "a", "a\0", "a/", "a/1", "a/10", "a/2", "a0", "b", "é", "\u{10ffff}"];

#[tokio::test]
async fn every_prefix_every_position_every_page() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let model: BTreeMap<&str, ()> = KEYS.into_iter().map(|key| (key, ())).collect();
    for key in KEYS {
        probe.set(pantry.session("w", "p"), key, b"v").await.unwrap();
    }
    let positions = KEYS.into_iter().chain(["a/11", "zz", "\u{fffd}"]).map(Some).chain([None]);
    for after in positions {
        for prefix in ["", "a", "a/", "a/1", "\0", "é", "\u{10ffff}", "none"] {
            for most in [1, 3, 100] {
                let page = probe.keys(pantry.session("w", "p"), prefix, after, most).await.unwrap();
                let there: Vec<_> =
                    model.keys().filter(|key| key.starts_with(prefix) && after.is_none_or(|a| **key > a)).collect();
                let expected: Vec<_> = there.iter().take(most as usize).map(|key| key.to_string()).collect();
                assert_eq!(page.keys, expected, "{most} of {prefix:?} after {after:?}");
                let next = if there.len() > expected.len() { expected.last() } else { None };
                assert_eq!(page.next.as_ref(), next, "{most} of {prefix:?} after {after:?}");
            }
        }
    }
}

#[tokio::test]
async fn pages_go_on_while_keys_come_and_go() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let session = || pantry.session("w", "p");
    probe.fill(session(), "k", 6, 1).await.unwrap();
    let first = probe.keys(session(), "k", None, 2).await.unwrap();
    assert_eq!(first.keys, ["k00000000", "k00000001"]);
    // The position itself goes, and keys come before and behind it.
    for gone in ["k00000001", "k00000002"] {
        probe.delete(session(), gone).await.unwrap();
    }
    for new in ["k000000005", "k00000003a"] {
        probe.set(session(), new, b"v").await.unwrap();
    }
    let rest = probe.keys(session(), "k", first.next.as_deref(), 100).await.unwrap();
    assert_eq!(rest.keys, ["k00000003", "k00000003a", "k00000004", "k00000005"]);
    assert_eq!(rest.next, None);
}

#[tokio::test]
async fn a_plugin_walks_all_pages_with_the_bindings() {
    let pantry = Pantry::new();
    let keys: String = (0..25).map(|number| format!("note {number:02}\n")).collect();
    for key in keys.lines() {
        pantry.session("w", "p").set(key, "v").await.unwrap();
    }
    let runtime = Runtime::new(RuntimeOptions::default()).unwrap();
    let notes = runtime.load(&plugin_bytes("notes")).unwrap();
    for batch_items in [1, 10, 25, 1000] {
        let session = pantry.limited("w", "p", Limits { batch_items, ..Limits::default() });
        let stdout = MemoryOutputPipe::new(10_000);
        let wasi = {
            let stdout = stdout.clone();
            move || WasiCtx::builder().args(&["notes", "list"]).stdout(stdout.clone()).build()
        };
        assert_eq!(runtime.run(&notes, Call::new(session).wasi(wasi)).await.unwrap(), 0);
        assert_eq!(stdout.contents(), keys, "in pages of {batch_items}");
    }
}
