//! A plugin that was run before starts at once, from a cache that is the user's alone.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod larder;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use larder::{COMMAND, Place};

#[test]
fn a_plugin_that_runs_is_kept_compiled_unless_it_is_not_to_be() {
    let place = Place::new();
    fs::write(place.path("command.wasm"), wat::parse_str(COMMAND).unwrap()).unwrap();
    assert_eq!(place.run(["run", "--no-cache", "command.wasm"]).code, Some(0));
    assert!(!place.path("cache").exists());
    assert_eq!(place.run(["run", "command.wasm"]).code, Some(0));
    assert!(fs::read_dir(place.path("cache/larder")).unwrap().next().is_some());
}

#[test]
fn a_cache_that_others_can_write_to_is_not_used() {
    let place = Place::new();
    fs::write(place.path("command.wasm"), wat::parse_str(COMMAND).unwrap()).unwrap();
    fs::create_dir_all(place.path("cache/larder")).unwrap();
    fs::set_permissions(place.path("cache/larder"), Permissions::from_mode(0o777)).unwrap();
    let ended = place.run(["run", "command.wasm"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.starts_with("larder: compiled plugins are not kept: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("can be written by other users"), "{}", ended.stderr);
    assert!(fs::read_dir(place.path("cache/larder")).unwrap().next().is_none());
}
