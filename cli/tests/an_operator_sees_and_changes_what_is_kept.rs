//! `get`, `set`, `rm`, `ls` and `stat` show and change what plugins keep.

mod larder;

use std::thread;
use std::time::Duration;

use larder::Place;
use larder_store::Address;

#[test]
fn a_value_comes_back_byte_for_byte() {
    let place = Place::new();
    for length in [100_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 7 << 20] {
        let bytes: Vec<u8> = (0..length).map(|at: u32| (at ^ (at >> 8)) as u8).collect();
        place.run_with_input(["set", "-w", "w", "-p", "p", "file", "-"], &bytes).prints("");
        place.run(["get", "-w", "w", "-p", "p", "file"]).prints(&bytes);
    }
    place.run(["set", "-w", "w", "-p", "p", "file", ""]).prints("");
    place.run(["get", "-w", "w", "-p", "p", "file"]).prints("");
}

#[test]
fn any_string_is_a_key() {
    let place = Place::new();
    for key in ["", "../x", "a//b", "-", "--all", "é", "e\u{301}", "two\nlines", "\\"] {
        place.run(["set", "-p", "p", "--", key, key]).prints("");
    }
    place.run(["get", "-p", "p", "--", "--all"]).prints("--all");
    place.run(["ls", "-p", "p"]).prints("\n-\n--all\n../x\n\\\\\na//b\ne\u{301}\ntwo\\nlines\né\n");
    place.run(["ls", "-p", "p", "--null", "t"]).prints("two\nlines\0");
}

#[test]
fn a_list_has_all_pages_in_order() {
    let place = Place::new();
    let keys: Vec<String> = (0..1100).map(|number| format!("{number:04}")).collect();
    let session = place.session("w", "p");
    // At once, so that they share commits.
    thread::scope(|scope| {
        for some in keys.chunks(50) {
            scope.spawn(|| some.iter().for_each(|key| pollster::block_on(session.set(key, "")).unwrap()));
        }
    });
    drop(session);
    place.run(["ls", "-w", "w", "-p", "p"]).prints(keys.join("\n") + "\n");
    place.run(["ls", "-w", "w", "-p", "p", "0999"]).prints("0999\n");
}

#[test]
fn what_is_kept_is_listed_and_counted_at_each_level() {
    let place = Place::new();
    for (workspace, plugin, value) in [("w1", "a b", "12345"), ("w1", "c", "1"), ("w2", "c", "")] {
        place.run(["set", "-w", workspace, "-p", plugin, "key", value]).prints("");
    }
    place.run(["ls"]).prints("w1\nw2\n");
    place.run(["ls", "-w", "w1"]).prints("a b\nc\n");
    place.run(["ls", "-w", "w1", "a"]).prints("a b\n");
    place.run(["set", "-w", "w1", "--shared", "motd", "hi"]).prints("");
    place.run(["stat"]).prints(
        "PLUGINS  KEYS  BYTES  QUOTA-BYTES  WORKSPACE\n      2     3    210   1073741824  w1\n      1     1     67   \
         1073741824  w2\n",
    );
    let store = "KEYS  QUOTA-KEYS  BYTES  QUOTA-BYTES  PLUGIN\n   1     1000000     72    104857600  a b\n";
    place.run(["stat", "-w", "w1", "-p", "a b"]).prints(store);
    let shared = "   1     1000000     70   1073741824  (shared)\n";
    let workspace = format!("{store}   1     1000000     68    104857600  c\n{shared}");
    place.run(["stat", "-w", "w1"]).prints(workspace);
    place.run(["stat", "-w", "w1", "--shared"]).prints(store.lines().next().unwrap().to_owned() + "\n" + shared);
}

#[test]
fn the_shared_store_is_apart_from_those_of_plugins() {
    let place = Place::new();
    place.run(["set", "-w", "w", "--shared", "k", "of all"]).prints("");
    place.run(["set", "-w", "w", "-p", "shared", "k", "of one"]).prints("");
    place.run(["get", "-w", "w", "--shared", "k"]).prints("of all");
    place.run(["get", "-w", "w", "-p", "shared", "k"]).prints("of one");
    place.run(["ls", "-w", "w"]).prints("shared\n");
    place.run(["get", "-w", "w", "--shared", "l"]).fails(1, "the shared store has no key \"l\" in the workspace 'w'");
    place.run(["rm", "-w", "w", "--shared", "l"]).fails(1, "the shared store has no key \"l\"");
    place.run(["rm", "-w", "w", "--shared", "k"]).prints("");
    place.run(["rm", "--all", "-w", "w", "--shared", "--yes"]).fails(1, "the shared store holds nothing");
    place.run(["set", "-w", "w", "--shared", "k", "of all"]).prints("");
    place.run(["rm", "--all", "-w", "w", "--shared", "--yes"]).prints("");
    place.run(["ls", "-w", "w", "--shared"]).prints("");
    place.run(["get", "-w", "w", "-p", "shared", "k"]).prints("of one");
}

#[test]
fn a_value_can_be_set_to_expire() {
    let place = Place::new();
    for (key, time) in [("soon", "1s"), ("later", "1h")] {
        place.run(["set", "-p", "p", "--expires-in", time, key, "v"]).prints("");
    }
    place.run(["get", "-p", "p", "later"]).prints("v");
    thread::sleep(Duration::from_millis(1100));
    place.run(["get", "-p", "p", "soon"]).fails(1, "has no key \"soon\"");
    place.run(["ls", "-p", "p"]).prints("later\n");
    // What is set without a time stays.
    place.run(["set", "-p", "p", "later", "v"]).prints("");
    let session = place.session("default", "p");
    let entry = pollster::block_on(session.entry(Address::private("later"))).unwrap();
    assert_eq!(entry.unwrap().expires_in, None);
    drop(session);
    place.run(["set", "-p", "p", "--expires-in", "soon", "k", "v"]).fails(2, "\"soon\" is not a time");
}

#[test]
fn what_is_deleted_is_gone_and_nothing_else() {
    let place = Place::new();
    for (workspace, plugin, key) in [("w1", "p", "1"), ("w1", "p", "2"), ("w1", "q", "1"), ("w2", "p", "1")] {
        place.run(["set", "-w", workspace, "-p", plugin, key, "v"]).prints("");
    }
    place.run(["rm", "-w", "w1", "-p", "p", "1"]).prints("");
    place.run(["ls", "-w", "w1", "-p", "p"]).prints("2\n");
    place.run(["rm", "--all", "-w", "w1", "-p", "p", "--yes"]).prints("");
    place.run(["ls", "-w", "w1"]).prints("q\n");
    place.run(["rm", "--all", "-w", "w1", "--yes"]).prints("");
    place.run(["ls"]).prints("w2\n");
}

#[test]
fn deleting_much_needs_a_yes() {
    let place = Place::new();
    place.run(["set", "-w", "w", "-p", "p", "k", "v"]).prints("");
    place.run_with_input(["rm", "--all", "-w", "w"], b"y\n").fails(2, "add --yes");
    place.run(["rm", "--all", "-w", "w", "-p", "p"]).fails(2, "add --yes");
    place.run(["get", "-w", "w", "-p", "p", "k"]).prints("v");
}

#[test]
fn what_is_not_there_is_a_no_and_is_not_made() {
    let place = Place::new();
    let questions: [&[&str]; 5] =
        [&["get", "-p", "p", "k"], &["rm", "-p", "p", "k"], &["ls"], &["stat"], &["rm", "--all", "-w", "w", "--yes"]];
    for question in questions {
        place.run(question).fails(1, "there is no larder at ./larder-data");
    }
    assert!(!place.path("larder-data").exists());

    place.run(["set", "-w", "w", "-p", "p", "k", "v"]).prints("");
    place.run(["get", "-w", "w", "-p", "p", "l"]).fails(1, "plugin 'p' has no key \"l\" in the workspace 'w'");
    place.run(["rm", "-w", "w", "-p", "p", "l"]).fails(1, "has no key \"l\"");
    place.run(["get", "-p", "p", "k"]).fails(1, "there is no workspace 'default'");
    place.run(["rm", "-p", "p", "k"]).fails(1, "there is no workspace 'default'");
    place.run(["rm", "--all", "-w", "x", "--yes"]).fails(1, "there is no workspace 'x'");
    place.run(["rm", "--all", "-w", "w", "-p", "x", "--yes"]).fails(1, "plugin 'x' holds nothing");
    place.run(["ls", "-w", "w", "-p", "x"]).prints("");
    place.run(["ls"]).prints("w\n");
}

#[test]
fn reading_works_beside_a_host_and_writing_names_it() {
    let place = Place::new();
    let session = place.session("w", "p");
    pollster::block_on(session.set("k", "v")).unwrap();

    place.run(["get", "-w", "w", "-p", "p", "k"]).prints("v");
    place.run(["ls", "-w", "w", "-p", "p"]).prints("k\n");
    assert_eq!(place.run(["stat", "-w", "w"]).code, Some(0));

    let host = format!("workspace 'w' is held by process {}", std::process::id());
    place.component("command.wasm", larder::COMMAND);
    let writes: [&[&str]; 4] = [
        &["set", "-w", "w", "-p", "p", "k", "w"],
        &["rm", "-w", "w", "-p", "p", "k"],
        &["rm", "--all", "-w", "w", "--yes"],
        &["run", "-w", "w", "command.wasm"],
    ];
    for write in writes {
        place.run(write).fails(3, &host);
    }
    assert_eq!(pollster::block_on(session.get("k")).unwrap().unwrap(), b"v");
}
