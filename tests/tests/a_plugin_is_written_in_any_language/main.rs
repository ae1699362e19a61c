//! In each language, what `larder new` writes is built and tested as its README says, and the plugin keeps notes: under
//! `larder run`, and composed under the wasmtime command line. What it kept under one it reads under the other.

mod runner;
mod scenario;

use std::path::Path;

use larder_store::{Dir, Larder, Limits, Options};
use larder_tests::CommandLine;
use pollster::block_on;
use tempfile::TempDir;
use xtask::Project;

use crate::runner::Runner;
use crate::scenario::{MANY, kept, many, steps};

fn keeps_notes(language: &str) {
    let place = TempDir::new().unwrap();
    let project = Project::new(language, &place.path().join("project")).unwrap();
    for heading in ["Install", "Build", "Test", "Run"] {
        project.follow(heading).unwrap_or_else(|error| panic!("{heading}: {error}"));
    }

    let data = TempDir::new().unwrap();
    let command_line = CommandLine::new(data.path());
    let native = Runner::native(&command_line, project.component());
    let stock = Runner::stock(data.path(), &project.component());
    for (writer, reader) in [(&native, &stock), (&stock, &native)] {
        store_many(data.path());
        for step in steps() {
            step.check(writer);
        }
        read_what_is_kept(reader, &command_line);
        reader.run(&["clear", ""], b"", None).printed();
    }
}

/// More names than a page has, for a plugin to list and to remove.
fn store_many(dir: &Path) {
    let larder = Larder::open(Dir::open_ambient(dir).unwrap(), Options::default()).unwrap();
    let session = larder.session(&"default".parse().unwrap(), &"notes".parse().unwrap(), Limits::default());
    for number in 0..MANY {
        block_on(session.set(&many(number), "")).unwrap();
    }
    block_on(larder.close()).unwrap();
}

fn read_what_is_kept(reader: &Runner, command_line: &CommandLine) {
    let names: String = kept().iter().map(|(name, _)| format!("{name}\n")).collect();
    assert_eq!(reader.run(&["list"], b"", None).printed(), names.as_bytes(), "{reader}");
    assert_eq!(command_line.run(["ls", "-p", "notes"]).printed(), names.as_bytes());
    for (name, value) in kept() {
        assert!(reader.run(&["get", name], b"", None).printed() == value, "{name} under {reader}");
        assert!(command_line.run(["get", "-p", "notes", name]).printed() == value, "{name}");
    }
}

#[test]
fn rust() {
    keeps_notes("rust");
}

#[test]
fn python() {
    keeps_notes("python");
}

#[test]
fn javascript() {
    keeps_notes("javascript");
}

#[test]
fn typescript() {
    keeps_notes("typescript");
}

#[test]
fn go() {
    keeps_notes("go");
}

#[test]
fn c() {
    keeps_notes("c");
}
