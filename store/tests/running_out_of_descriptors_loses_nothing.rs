//! Where the process has no descriptor left, a call works or says that it cannot now, and what was acknowledged stays.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_types, reason = "somebody else in the process uses up the descriptors")]
#![cfg(target_os = "linux")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;

use larder_store::{Error, Larder};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{get, set, writer};

const WORKSPACES: usize = 50;

fn write_everywhere(larder: &Larder, value: &str, acknowledged: &mut BTreeMap<String, String>) -> usize {
    let before = acknowledged.values().filter(|known| *known == value).count();
    for workspace in (0..WORKSPACES).map(|number| format!("w{number}")) {
        match set(larder, &workspace, "p", "k", value) {
            Ok(()) => drop(acknowledged.insert(workspace, value.to_owned())),
            Err(Error::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    acknowledged.values().filter(|known| *known == value).count() - before
}

fn all_there(larder: &Larder, acknowledged: &BTreeMap<String, String>, or_unavailable: bool) {
    for (workspace, value) in acknowledged {
        match get(larder, workspace, "p", "k") {
            Err(Error::Unavailable(_)) if or_unavailable => {}
            told => assert_eq!(told.unwrap().as_ref(), Some(value), "{workspace}"),
        }
    }
}

// One test, as the limit is the process's.
#[test]
fn by_itself_or_by_others() {
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum: most }).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    let mut acknowledged = BTreeMap::new();
    assert_eq!(write_everywhere(&larder, "1", &mut acknowledged), WORKSPACES, "half of the descriptors are enough");
    all_there(&larder, &acknowledged, false);

    // All but a few, so that each step of opening meets its turn to fail.
    for left in 0..6 {
        let mut hoard: Vec<File> = std::iter::from_fn(|| File::open(temporary.path()).ok()).collect();
        hoard.truncate(hoard.len() - left.min(hoard.len()));
        let written = write_everywhere(&larder, &format!("{left} left"), &mut acknowledged);
        assert_eq!(written, WORKSPACES, "closing others makes room, with {left} left");
        all_there(&larder, &acknowledged, true);
    }

    all_there(&larder, &acknowledged, false);
    assert_eq!(write_everywhere(&larder, "last", &mut acknowledged), WORKSPACES, "it heals");
    drop(larder);
    all_there(&writer(temporary.path()), &acknowledged, false);
}
