//! However many workspaces are used, a bounded number is open, and none of them notices.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::path::Path;
use std::thread;

use larder_store::{Access, Dir, Larder};
use support::{get, options, set, workspace_names};

const WORKSPACES: usize = 10;
const OPEN: usize = 2;

fn name(number: usize) -> String {
    format!("w{}", number % WORKSPACES)
}

/// The descriptors of this process that lead to a workspace's database.
#[cfg(target_os = "linux")]
fn open_databases(larder: &Path) -> usize {
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = descriptors.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| target.starts_with(larder) && target.ends_with("data.redb")).count()
}

#[cfg(not(target_os = "linux"))]
fn open_databases(_: &Path) -> usize {
    0
}

fn larder_of_few(path: &Path, access: Access) -> Larder {
    larder_of(OPEN, path, access)
}

fn larder_of(open: usize, path: &Path, access: Access) -> Larder {
    let mut options = options(access);
    options.open_workspaces = open;
    Larder::open(Dir::open_ambient(path).unwrap(), options).unwrap()
}

#[test]
fn when_they_are_used_in_turn() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().canonicalize().unwrap();
    let larder = larder_of_few(&path, Access::ReadWrite);
    let beside = larder_of_few(&path, Access::ReadOnly);
    for round in 0..3 {
        for number in 0..WORKSPACES {
            let value = format!("{number} in round {round}");
            set(&larder, &name(number), "p", "k", &value).unwrap();
            assert_eq!(get(&larder, &name(number), "p", "k").unwrap(), Some(value.clone()));
            assert_eq!(get(&beside, &name(number), "p", "k").unwrap(), Some(value));
            assert!(open_databases(&path) <= 2 * OPEN, "{} are open", open_databases(&path));
        }
    }
    drop((larder, beside));
    assert_eq!(open_databases(&path), 0);
}

#[test]
fn when_they_are_used_at_once() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().canonicalize().unwrap();
    let larder = larder_of_few(&path, Access::ReadWrite);
    thread::scope(|scope| {
        for thread in 0..8 {
            let larder = &larder;
            let path = &path;
            scope.spawn(move || {
                for step in 0..40 {
                    let (workspace, key) = (name(thread + step * 7), format!("{thread}/{step}"));
                    set(larder, &workspace, "p", &key, &key).unwrap();
                    assert_eq!(get(larder, &workspace, "p", &key).unwrap(), Some(key));
                    // Each thread may hold one more that it is just opening or leaving.
                    assert!(open_databases(path) <= OPEN + 2 * 8, "{} are open", open_databases(path));
                }
            });
        }
    });
    for thread in 0..8 {
        for step in 0..40 {
            let key = format!("{thread}/{step}");
            assert_eq!(get(&larder, &name(thread + step * 7), "p", &key).unwrap(), Some(key));
        }
    }
    assert!(open_databases(&path) <= OPEN);
    assert_eq!(workspace_names(&path).len(), WORKSPACES);
}

#[test]
fn when_there_are_so_many_that_some_are_closed_early() {
    const MANY: usize = 48;
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().canonicalize().unwrap();
    let larder = larder_of(MANY, &path, Access::ReadWrite);
    for number in 0..3 * MANY {
        let workspace = format!("w{number}");
        set(&larder, &workspace, "p", "k", &workspace).unwrap();
        assert!(open_databases(&path) <= MANY, "{} are open", open_databases(&path));
    }
    for number in 0..3 * MANY {
        let workspace = format!("w{number}");
        assert_eq!(get(&larder, &workspace, "p", "k").unwrap(), Some(workspace));
        assert!(open_databases(&path) <= MANY, "{} are open", open_databases(&path));
    }
    drop(larder);
    assert_eq!(open_databases(&path), 0);
}

#[test]
fn a_bound_of_nothing_means_one() {
    let temporary = tempfile::tempdir().unwrap();
    let mut options = options(Access::ReadWrite);
    options.open_workspaces = 0;
    let larder = Larder::open(Dir::open_ambient(temporary.path()).unwrap(), options).unwrap();
    for number in 0..4 {
        set(&larder, &name(number), "p", "k", &name(number)).unwrap();
    }
    for number in 0..4 {
        assert_eq!(get(&larder, &name(number), "p", "k").unwrap(), Some(name(number)));
    }
}
