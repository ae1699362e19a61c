//! A store is one plugin's in one workspace: nobody else sees it, and removing one removes that one alone.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;

use larder_store::{Larder, Limits};
use pollster::block_on;
use support::{get, limited, session, set, workspace_names, writer};

const WORKSPACES: [&str; 2] = ["v", "w"];
const PLUGINS: [&str; 2] = ["a", "b"];

type Stores = BTreeMap<(&'static str, &'static str), Vec<(String, Option<String>)>>;

fn all_stores() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORKSPACES.into_iter().flat_map(|workspace| PLUGINS.map(|plugin| (workspace, plugin)))
}

fn fill(larder: &Larder) {
    for (workspace, plugin) in all_stores() {
        for key in ["k", "l"] {
            set(larder, workspace, plugin, key, &format!("{key} of {plugin} in {workspace}")).unwrap();
        }
    }
}

fn seen(larder: &Larder) -> Stores {
    let see = |(workspace, plugin)| {
        let keys = block_on(session(larder, workspace, plugin).private().keys("", None, 100)).unwrap().keys;
        let rows = keys.into_iter().map(|key| (key.clone(), get(larder, workspace, plugin, &key).unwrap()));
        ((workspace, plugin), rows.collect())
    };
    all_stores().map(see).collect()
}

fn on_each_engine(test: impl Fn(&Larder)) {
    let directory = tempfile::tempdir().unwrap();
    for larder in [writer(directory.path()), Larder::in_memory(Default::default())] {
        fill(&larder);
        test(&larder);
    }
}

#[test]
fn each_sees_its_own_values_alone() {
    on_each_engine(|larder| {
        for ((workspace, plugin), rows) in seen(larder) {
            let expected = ["k", "l"].map(|key| (key.to_owned(), Some(format!("{key} of {plugin} in {workspace}"))));
            assert_eq!(rows, expected);
        }
    });
}

#[test]
fn quotas_of_stores_and_workspaces_are_separate() {
    on_each_engine(|larder| {
        let usage = |workspace, plugin| block_on(session(larder, workspace, plugin).private().usage()).unwrap();
        let before = usage("v", "a");
        let limits = Limits { store_keys: 3, workspace_bytes: 400, ..Limits::default() };
        block_on(limited(larder, "w", "a", limits.clone()).set("m", "")).unwrap();
        assert!(block_on(limited(larder, "w", "a", limits.clone()).set("n", "")).is_err());
        assert!(block_on(limited(larder, "w", "b", limits.clone()).set("n", "")).is_err(), "the workspace is full");
        block_on(limited(larder, "v", "b", limits).set("m", "")).unwrap();
        assert_eq!(usage("v", "a"), before);
    });
}

#[test]
fn deleting_a_plugin_removes_its_store_in_that_workspace_alone() {
    on_each_engine(|larder| {
        let mut expected = seen(larder);
        let (workspace, plugin) = ("w".parse().unwrap(), "a".parse().unwrap());
        assert!(block_on(larder.delete_plugin(&workspace, &plugin)).unwrap());
        assert!(!block_on(larder.delete_plugin(&workspace, &plugin)).unwrap(), "it holds nothing now");
        expected.insert(("w", "a"), Vec::new());
        assert_eq!(seen(larder), expected);
        let plugins = block_on(larder.plugins(&workspace)).unwrap();
        assert_eq!(plugins.iter().map(|(plugin, held)| (plugin.as_str(), held.keys)).collect::<Vec<_>>(), [("b", 2)]);
        assert_eq!(block_on(session(larder, "w", "a").private().usage()).unwrap().bytes, 0);
        set(larder, "w", "a", "k", "again").unwrap();
        assert_eq!(get(larder, "w", "a", "k").unwrap().as_deref(), Some("again"));
    });
}

#[test]
fn deleting_a_workspace_removes_all_of_it_and_no_other() {
    on_each_engine(|larder| {
        let mut expected = seen(larder);
        let kept = session(larder, "w", "a");
        assert!(block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
        assert!(!block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
        for plugin in PLUGINS {
            expected.insert(("w", plugin), Vec::new());
        }
        assert_eq!(seen(larder), expected);
        assert!(block_on(larder.workspaces()).unwrap().iter().map(|w| w.as_str()).eq(["v"]));
        block_on(kept.set("k", "in a new workspace of that name")).unwrap();
        assert_eq!(block_on(kept.private().usage()).unwrap().keys, 1);
    });
}

#[test]
fn a_deleted_workspace_leaves_nothing_on_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    fill(&larder);
    assert!(block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
    assert_eq!(workspace_names(directory.path()), ["v"]);
    drop(larder);
    let larder = writer(directory.path());
    assert_eq!(get(&larder, "w", "a", "k").unwrap(), None);
    assert_eq!(workspace_names(directory.path()), ["v"], "reading creates nothing");
}

#[test]
fn creating_and_opening_say_whether_there_was_one() {
    on_each_engine(|larder| {
        let new = "new".parse().unwrap();
        assert!(!block_on(larder.open_workspace(&new)).unwrap());
        assert!(block_on(larder.create_workspace(&new)).unwrap());
        assert!(!block_on(larder.create_workspace(&new)).unwrap());
        assert!(block_on(larder.open_workspace(&new)).unwrap());
        assert_eq!(block_on(larder.workspaces()).unwrap().len(), 3);
    });
}
