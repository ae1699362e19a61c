//! `doctor` says what is damaged and changes nothing; with `--salvage` it carries over the rest.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod larder;

use std::fs;
use std::path::PathBuf;

use larder::Place;
use pollster::block_on;

/// The larder's files, by name.
fn files(place: &Place) -> Vec<(String, Vec<u8>)> {
    let workspace = place.path("larder-data/workspaces/w");
    let mut files: Vec<_> = fs::read_dir(workspace)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// The file of the only large value.
fn blob(place: &Place) -> PathBuf {
    let blobs = place.path("larder-data/workspaces/w/blobs");
    fs::read_dir(blobs).unwrap().next().unwrap().unwrap().path()
}

fn damage(place: &Place, pattern: &[u8]) {
    let path = place.path("larder-data/workspaces/w/data.redb");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(pattern.len()).position(|window| window == pattern).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_whole_is_silent() {
    let place = Place::new();
    place.run(["doctor"]).fails(1, "there is no larder at ./larder-data");
    place.run(["set", "-w", "w", "-p", "p", "k", "v"]).prints("");
    place.run(["doctor"]).prints("");
    place.run(["doctor", "-w", "w"]).prints("");
    place.run(["doctor", "-w", "other"]).fails(1, "there is no workspace 'other'");
    place.run(["doctor", "--salvage"]).fails(2, "--workspace");
    let before = files(&place);
    place.run(["doctor", "-w", "w", "--salvage"]).prints("w: nothing is damaged, so it is left as it is\n");
    place.run(["doctor", "-w", "other", "--salvage"]).fails(1, "there is no workspace 'other'");
    assert!(files(&place) == before, "what is whole was changed");
}

#[test]
fn what_is_damaged_is_named_and_the_rest_carried_over() {
    let place = Place::new();
    let large = vec![7_u8; 2 << 20];
    place.run_with_input(["set", "-w", "w", "-p", "p", "large\n", "-"], &large).prints("");
    place.run(["set", "-w", "w", "-p", "p", "k", "v"]).prints("");
    place.run(["set", "-w", "well", "-p", "p", "k", "v"]).prints("");
    let blob = blob(&place);
    let mut bytes = fs::read(&blob).unwrap();
    bytes[1 << 20] ^= 1;
    fs::write(&blob, bytes).unwrap();

    let before = files(&place);
    let line = "w: plugin \"p\", key \"large\\n\": the file of its value is damaged\n";
    let looked = place.run(["doctor"]);
    assert_eq!((looked.code, looked.stdout.as_slice()), (Some(1), line.as_bytes()));
    assert!(files(&place) == before, "looking has changed something");

    let session = place.session("w", "p");
    block_on(session.set("k", "held")).unwrap();
    place.run(["doctor", "-w", "w", "--salvage"]).fails(3, "workspace 'w' is held by process");
    assert_eq!(place.run(["doctor", "-w", "w"]).stdout, line.as_bytes(), "beside a host");
    drop(session);

    let salvaged = String::from_utf8(place.run(["doctor", "-w", "w", "--salvage"]).stdout).unwrap();
    let (first, second) = salvaged.split_once('\n').unwrap();
    assert_eq!(format!("{first}\n"), line);
    assert!(second.starts_with("w: keys carried over: 1; the rest is kept in workspaces/.damaged-w-"), "{second}");
    place.run(["doctor"]).prints("");
    place.run(["get", "-w", "w", "-p", "p", "k"]).prints("held");
    place.run(["get", "-w", "w", "-p", "p", "--", "large\n"]).fails(1, "");
    place.run(["ls"]).prints("w\nwell\n");
}

#[test]
fn a_database_that_does_not_open_is_told_in_a_line() {
    let place = Place::new();
    place.run(["set", "-w", "w", "-p", "p", "k", "some value"]).prints("");
    damage(&place, b"redb");
    let looked = place.run(["doctor"]);
    let told = String::from_utf8(looked.stdout).unwrap();
    assert_eq!((looked.code, told.lines().count()), (Some(1), 1), "{told}");
    assert!(told.starts_with("w: "), "{told}");
    let refused = place.run(["doctor", "-w", "w", "--salvage"]);
    refused.fails(3, "./larder-data: nothing can be carried over, and nothing was changed: ");
    place.run(["rm", "--all", "-w", "w", "--yes"]).prints("");
    place.run(["doctor"]).prints("");
}

#[test]
fn a_workspace_under_a_wrong_name_is_told_whose_it_is_and_left() {
    let place = Place::new();
    place.run(["set", "-w", "w", "-p", "p", "k", "v"]).prints("");
    let workspaces = place.path("larder-data/workspaces");
    fs::rename(workspaces.join("w"), workspaces.join("v")).unwrap();
    let refused = place.run(["doctor", "-w", "v", "--salvage"]);
    refused.fails(3, "workspace 'v' is damaged: its database is that of workspace 'w'");
    fs::rename(workspaces.join("v"), workspaces.join("w")).unwrap();
    place.run(["get", "-w", "w", "-p", "p", "k"]).prints("v");
}

#[test]
fn an_export_says_once_which_value_it_cannot_read() {
    let place = Place::new();
    place.run_with_input(["set", "-w", "w", "-p", "p", "large", "-"], &vec![7; 2 << 20]).prints("");
    fs::write(blob(&place), "another").unwrap();
    let reason = "larder: cannot read plugin \"p\", key \"large\": the stored value is damaged\n";
    let refused = place.run(["export", "-w", "w", "w.larder"]);
    assert_eq!((refused.code, &*refused.stderr), (Some(3), reason));
    assert!(!place.path("w.larder").exists());
}

#[test]
fn a_database_that_is_cut_off_is_told_as_such() {
    let place = Place::new();
    place.run(["set", "-w", "w", "-p", "p", "k", "v"]).prints("");
    let database = fs::File::options().write(true).open(place.path("larder-data/workspaces/w/data.redb")).unwrap();
    database.set_len(20_000).unwrap();
    place.run(["get", "-w", "w", "-p", "p", "k"]).fails(3, "workspace 'w' is damaged: its database is cut off");
}
