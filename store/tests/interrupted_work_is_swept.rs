//! What a crash left of a creation or a deletion goes at the next start; what another process is creating now does not.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a crash does not go through the larder")]

mod support;

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use support::{directory, get, reader, set, workspace_names, writer};

#[test]
fn by_a_writer_and_by_no_reader() {
    let temporary = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("mine"), "precious").unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    let place = |name: &str| directory(temporary.path(), name);
    let abandon = |name: &str| {
        fs::create_dir(place(name)).unwrap();
        fs::write(place(name).join("data.redb"), "half").unwrap();
    };
    for name in [".gone-1", ".gone-2", ".new-fresh", ".new-old", ".other"] {
        abandon(name);
    }
    std::os::unix::fs::symlink(outside.path(), place(".gone-link")).unwrap();
    File::open(place(".new-old")).unwrap().set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();

    let before = workspace_names(temporary.path());
    assert_eq!(get(&reader(temporary.path()), "w", "p", "k").unwrap().as_deref(), Some("v"));
    assert_eq!(workspace_names(temporary.path()), before);

    assert_eq!(get(&writer(temporary.path()), "w", "p", "k").unwrap().as_deref(), Some("v"));
    let mut after = workspace_names(temporary.path());
    after.retain(|name| name != ".gone-link");
    assert_eq!(after, [".new-fresh", ".other", "w"]);
    assert_eq!(fs::read_to_string(outside.path().join("mine")).unwrap(), "precious");
}

#[test]
fn none_of_it_counts_as_a_workspace() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    set(&larder, "w", "p", "k", "v").unwrap();
    for name in [".new-1", ".gone-1", "NotAName", "con"] {
        fs::create_dir(directory(temporary.path(), name)).unwrap();
    }
    fs::write(directory(temporary.path(), "file"), "").unwrap();
    let listed = pollster::block_on(larder.workspaces()).unwrap();
    assert!(listed.iter().map(|workspace| workspace.as_str()).eq(["w"]), "{listed:?}");
}

/// A process that was killed while it made the larder itself leaves a directory that is still taken for an empty one.
#[test]
fn a_larder_that_was_never_finished_is_begun_again() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join(".new-1"), "lard").unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    assert_eq!(get(&reader(temporary.path()), "w", "p", "k").unwrap().as_deref(), Some("v"));

    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("FORMAT"), "larder 2\n").unwrap();
    assert_eq!(get(&reader(temporary.path()), "w", "p", "k").unwrap(), None);
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    assert_eq!(get(&reader(temporary.path()), "w", "p", "k").unwrap().as_deref(), Some("v"));
}
