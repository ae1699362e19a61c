//! Any string is a key: opaque, distinct from every other, never part of a file name, and listed in byte order.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::path::Path;

use larder_store::Larder;
use pollster::block_on;
use support::{reader, session, workspace_names, writer};

/// In byte order.
fn strange() -> Vec<String> {
    let mut keys: Vec<String> = [
        "",
        "\0",
        "\0\0",
        "\n",
        "\u{1b}[31m",
        " ",
        "  ",
        "%",
        "%2e%2e",
        "*",
        ".",
        "..",
        "../",
        "../..",
        "../../etc/passwd",
        "../FORMAT",
        "./a",
        "/",
        "/etc/passwd",
        "//",
        "A",
        "CON",
        "COM1.txt",
        "a",
        "a\0",
        "a\0b",
        "a%",
        "a/",
        "a//b",
        "a/b",
        "a\\b",
        "aux",
        "b",
        "con",
        "data.redb",
        "é",
        "e\u{301}",
        "\u{7f}",
        "\u{ffff}",
        "\u{10ffff}",
        "🧺",
        "p/x",
        "_",
        "~",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.push("🧺".repeat(256));
    keys.push("x".repeat(1024));
    keys.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    keys
}

fn every_file_below(path: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        files.push(entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(every_file_below(&entry.path()));
        }
    }
    files.sort();
    files
}

fn each_is_a_key_of_its_own(larder: &Larder) {
    let session = session(larder, "w", "p");
    let keys = strange();
    for key in &keys {
        assert!(!block_on(session.private().exists(key)).unwrap(), "{key:?} was there before it was set");
        block_on(session.set(key, format!("value of {key}"))).unwrap();
    }
    assert_eq!(block_on(session.private().keys("", None, 1000)).unwrap().keys, keys);
    for key in &keys {
        assert_eq!(block_on(session.get(key)).unwrap(), Some(format!("value of {key}").into_bytes()), "{key:?}");
    }
    for (number, key) in keys.iter().enumerate() {
        block_on(session.delete(key)).unwrap();
        assert_eq!(
            block_on(session.private().keys("", None, 1000)).unwrap().keys,
            keys[number + 1..],
            "after {key:?} went"
        );
    }
    assert_eq!(block_on(session.private().usage()).unwrap().bytes, 0);
}

#[test]
fn in_a_directory() {
    let outside = tempfile::tempdir().unwrap();
    let directory = outside.path().join("larder");
    std::fs::create_dir(&directory).unwrap();
    let larder = writer(&directory);
    each_is_a_key_of_its_own(&larder);
    drop(larder);
    let mut files = every_file_below(outside.path());
    // What a writer's mark leaves, where it leaves something.
    files.retain(|name| name != "spare-writer");
    assert_eq!(files, ["FORMAT", "data.redb", "larder", "w", "workspaces"]);
}

#[test]
fn in_memory() {
    each_is_a_key_of_its_own(&Larder::in_memory(Default::default()));
}

#[test]
fn any_plugin_name_is_a_store_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let names = ["..", "../w", "/", "A", "CON", "a", "a/b", "held", "held/a", "p/a", "é", "e\u{301}", "0", "meta", "s"];
    let larder = writer(directory.path());
    for name in names {
        assert_eq!(block_on(session(&larder, "w", name).private().usage()).unwrap().keys, 0, "{name}");
        block_on(session(&larder, "w", name).set("k", name)).unwrap();
    }
    let beside = reader(directory.path());
    let mut sorted = names;
    sorted.sort_unstable();
    for larder in [&larder, &beside] {
        for name in names {
            assert_eq!(block_on(session(larder, "w", name).get("k")).unwrap(), Some(name.into()));
        }
        let listed = block_on(larder.plugins(&"w".parse().unwrap())).unwrap();
        assert!(listed.iter().map(|(plugin, _)| plugin.as_str()).eq(sorted), "{listed:?}");
    }
    assert_eq!(workspace_names(directory.path()), ["w"]);
}
