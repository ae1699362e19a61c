//! `larder new` writes a project that has all it needs and nothing more, or writes nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod larder;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use larder::Place;

/// Each language, with the file that its plugin is in and one of its bindings.
const LANGUAGES: [(&str, &str, &str); 6] = [
    ("rust", "src/main.rs", "larder/src/storage.rs"),
    ("python", "notes.py", "larder/__init__.py"),
    ("javascript", "notes.js", "larder/store.js"),
    ("typescript", "notes.ts", "larder/store.js"),
    ("go", "main.go", "larder/store.go"),
    ("c", "notes.c", "larder/larder_storage.h"),
];

/// What a build makes, wherever it is.
const MADE: [&str; 6] = ["target", "build", "node_modules", "__pycache__", "larder-data", "notes.wasm"];

/// The files of a project, by their paths from its top.
type Files = BTreeMap<PathBuf, Vec<u8>>;

#[track_caller]
fn new_project(place: &Place, language: &str) -> Files {
    let ended = place.run(["new", "--lang", language, language]);
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{language}");
    assert!(!place.path("larder-data").exists());
    let mut files = Files::new();
    read_below(&place.path(language), Path::new(""), &mut files);
    files
}

fn read_below(top: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(top.join(folder)).unwrap() {
        let path = folder.join(entry.unwrap().file_name());
        if top.join(&path).is_dir() {
            read_below(top, &path, files);
        } else {
            files.insert(path.clone(), fs::read(top.join(path)).unwrap());
        }
    }
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    str::from_utf8(files.get(Path::new(path)).unwrap_or_else(|| panic!("there is no {path}"))).unwrap()
}

#[test]
fn with_the_plugin_its_bindings_and_the_interface() {
    let place = Place::new();
    let interface = include_str!("../../wit/storage.wit");
    for (language, plugin, bindings) in LANGUAGES {
        let files = new_project(&place, language);
        for path in [plugin, bindings, ".gitignore"] {
            assert!(!text(&files, path).is_empty(), "{language}: {path}");
        }
        let at = if language == "rust" { "larder/wit/storage.wit" } else { "wit/deps/larder-storage/storage.wit" };
        assert_eq!(text(&files, at), interface, "{language}");
        let adapter = files.get(Path::new("wasi_snapshot_preview1.command.wasm"));
        assert_eq!(adapter.is_some(), ["go", "c"].contains(&language), "{language}");
        assert!(adapter.is_none_or(|adapter| adapter.starts_with(b"\0asm")));
    }
}

#[test]
fn with_nothing_that_a_build_makes() {
    let place = Place::new();
    for (language, ..) in LANGUAGES {
        let files = new_project(&place, language);
        for path in files.keys() {
            assert!(!path.iter().any(|name| MADE.iter().any(|made| name == *made)), "{language}: {}", path.display());
        }
        let bytes: usize = files.values().map(Vec::len).sum();
        assert!(bytes < 500_000, "{language}: {bytes} bytes in {} files", files.len());
    }
}

#[test]
fn whose_readme_says_in_four_sections_what_to_do() {
    let place = Place::new();
    for (language, ..) in LANGUAGES {
        let files = new_project(&place, language);
        let readme = text(&files, "README.md");
        for section in ["Install", "Build", "Test", "Run"] {
            let (_, rest) =
                readme.split_once(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("{language}: {section}"));
            let body = rest.split("\n## ").next().unwrap();
            assert_eq!(body.matches("\n```sh\n").count(), 1, "{language}: {section}");
        }
    }
}

#[test]
fn and_the_next_commands_are_printed() {
    let place = Place::new();
    let expected = "cd 'my plugins/notes'\nrustup target add wasm32-wasip2\n\
        cargo build --release --target wasm32-wasip2\ncp target/wasm32-wasip2/release/notes.wasm .\n\
        larder run notes.wasm -- put todo \"buy figs\"\n";
    place.run(["new", "--lang", "rust", "my plugins/notes"]).prints(expected);
}

#[test]
fn whose_rust_needs_nothing_around_it() {
    let place = Place::new();
    let files = new_project(&place, "rust");
    assert!(text(&files, "Cargo.toml").contains("\nlarder = { path = \"larder\" }\n"));
    let manifest = text(&files, "larder/Cargo.toml");
    assert!(!manifest.contains("workspace"), "{manifest}");
    for (path, contents) in &files {
        let contents = str::from_utf8(contents).unwrap();
        assert!(!contents.contains("\"../"), "{} names something outside", path.display());
    }
}

#[test]
fn in_an_empty_directory_that_is_there() {
    let place = Place::new();
    fs::create_dir(place.path("go")).unwrap();
    assert!(new_project(&place, "go").contains_key(Path::new("go.mod")));
}

#[test]
fn but_not_where_something_is() {
    let place = Place::new();
    fs::create_dir(place.path("full")).unwrap();
    fs::write(place.path("full/of"), "something else").unwrap();
    fs::write(place.path("file"), "").unwrap();
    place.run(["new", "--lang", "c", "full"]).fails(2, "full is not empty");
    place.run(["new", "--lang", "c", "file"]).fails(2, "file is not a directory");
    place.run(["new", "--lang", "c", "file/below"]).fails(2, "file/below is not a directory");
    place.run(["new", "--lang", "c", ""]).fails(2, "a value is required for '<DIR>'");
    assert_eq!(fs::read_dir(place.path("full")).unwrap().count(), 1);
    assert_eq!(fs::read(place.path("file")).unwrap(), b"");
}

#[test]
fn and_of_a_language_that_it_has_not_it_says_which_it_has() {
    let place = Place::new();
    place
        .run(["new", "--lang", "ruby", "notes"])
        .fails(2, "[possible values: rust, python, javascript, typescript, go, c]");
    place.run(["new", "notes"]).fails(2, "--lang <LANG>");
    place.run(["new", "--lang", "go"]).fails(2, "<DIR>");
    assert!(!place.path("notes").exists());
}
