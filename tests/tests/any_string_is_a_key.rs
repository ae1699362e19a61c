//! Keys are opaque: whatever they look like, each is a key of its own, and none is ever part of a file name.

use std::collections::BTreeSet;
use std::path::Path;

use larder_tests::{Pantry, Probe};

fn keys() -> BTreeSet<String> {
    let literal = [
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        "a",
        "A",
        "a/b",
        "a//b",
        "a/b/",
        "a\\b",
        "../x",
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x",
        "CON",
        "con",
        "NUL.txt",
        "~",
        "*",
        "?",
        "%00",
        "%2e%2e",
        "a\0",
        "a\0b",
        "\0",
        "\n",
        "\r\n",
        "\u{1b}[2J",
        "\u{7f}",
        "é",
        "e\u{301}",
        "ß",
        "ss",
        "İ",
        "i",
        "\u{feff}",
        "\u{202e}abc",
        "\u{fffd}",
        "\u{10ffff}",
        "🧺",
        "data.redb",
        "writer",
        "FORMAT",
        "workspaces",
        "p/probe",
        "s",
    ];
    let mut keys: BTreeSet<String> = literal.into_iter().map(str::to_owned).collect();
    keys.insert("🧺".repeat(256));
    keys.insert("k".repeat(1024));
    keys.insert("\0".repeat(1024));
    keys.insert("../".repeat(341));
    keys
}

#[tokio::test]
async fn all_are_distinct_and_all_are_served() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    let keys = keys();
    for key in &keys {
        probe.set(pantry.session("w", "p"), key, key.as_bytes()).await.unwrap();
    }
    let files = files_below(pantry.path());

    for key in &keys {
        let value = probe.get(pantry.session("w", "p"), key).await.unwrap();
        assert_eq!(value.as_deref(), Some(key.as_bytes()), "{key:?}");
    }
    let page = probe.keys(pantry.session("w", "p"), "", None, 1000).await.unwrap();
    assert!(page.keys.iter().eq(&keys), "listed in byte order, each once");
    assert_eq!(page.next, None);

    for key in &keys {
        probe.delete(pantry.session("w", "p"), key).await.unwrap();
        assert!(!probe.exists(pantry.session("w", "p"), key).await.unwrap(), "{key:?}");
    }
    assert_eq!(probe.usage(pantry.session("w", "p")).await.unwrap().bytes, 0);
    let names: Vec<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
    assert!(names.iter().all(|name| ["FORMAT", "data.redb", "writer"].contains(name)), "{names:?}");
    assert_eq!(files_below(pantry.path()), files, "no key has a file of its own");
}

fn files_below(dir: &Path) -> BTreeSet<std::path::PathBuf> {
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.insert(path);
        }
    }
    files
}
