//! Two plugins in two workspaces use the same keys and never meet.

use larder_tests::{CommandLine, Pantry, Probe, plugin};

/// Names of which one is the beginning of the other, as that is where a careless join would mix them up.
const STORES: [(&str, &str); 4] = [("team", "notes"), ("team", "notes/2"), ("team.2", "notes"), ("team.2", "notes/2")];

/// Keys that would lead elsewhere, were they part of a name or path.
const KEYS: [&str; 6] = ["", "k", "2/k", "/2", "../team/notes/k", "\0"];

fn value(workspace: &str, plugin: &str, key: &str) -> Vec<u8> {
    format!("{workspace:?} {plugin:?} {key:?}").into_bytes()
}

#[tokio::test]
async fn what_one_does_no_other_sees() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    for (workspace, plugin) in STORES {
        let page = probe.keys(pantry.session(workspace, plugin), "", None, 100).await.unwrap();
        assert!(page.keys.is_empty() && page.next.is_none(), "{plugin} in {workspace} begins with {page:?}");
        for key in KEYS {
            assert_eq!(probe.get(pantry.session(workspace, plugin), key).await.unwrap(), None);
            let value = value(workspace, plugin, key);
            probe.set(pantry.session(workspace, plugin), key, &value).await.unwrap();
        }
    }
    for (workspace, plugin) in STORES {
        for key in KEYS {
            let found = probe.get(pantry.session(workspace, plugin), key).await.unwrap();
            assert_eq!(found, Some(value(workspace, plugin, key)));
        }
    }

    let ((workspace, plugin), others) = STORES.split_first().unwrap();
    let mut before = Vec::new();
    for (workspace, plugin) in others {
        before.push(probe.usage(pantry.session(workspace, plugin)).await.unwrap());
    }
    for key in KEYS {
        probe.delete(pantry.session(workspace, plugin), key).await.unwrap();
    }
    assert_eq!(probe.usage(pantry.session(workspace, plugin)).await.unwrap().keys, 0);
    for ((workspace, plugin), before) in others.iter().zip(before) {
        let after = probe.usage(pantry.session(workspace, plugin)).await.unwrap();
        assert_eq!((after.keys, after.bytes), (before.keys, before.bytes));
        let page = probe.keys(pantry.session(workspace, plugin), "", None, 100).await.unwrap();
        assert_eq!(page.keys.len(), KEYS.len());
        for key in KEYS {
            let found = probe.get(pantry.session(workspace, plugin), key).await.unwrap();
            assert_eq!(found, Some(value(workspace, plugin, key)));
        }
    }
}

#[tokio::test]
async fn deleting_a_plugin_or_a_workspace_takes_nothing_else_along() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    for (workspace, plugin) in STORES {
        probe.set(pantry.session(workspace, plugin), "k", b"v").await.unwrap();
    }
    let id = "team".parse().unwrap();
    assert!(pantry.larder().delete_plugin(&id, &"notes".parse().unwrap()).await.unwrap());
    assert!(pantry.larder().delete_workspace(&"team.2".parse().unwrap()).await.unwrap());
    for ((workspace, plugin), there) in STORES.into_iter().zip([false, true, false, false]) {
        let exists = probe.exists(pantry.session(workspace, plugin), "k").await.unwrap();
        assert_eq!(exists, there, "{plugin} in {workspace}");
    }
    assert_eq!(pantry.larder().workspaces().await.unwrap(), [id]);
}

#[test]
fn nor_does_it_on_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let (larder, notes) = (CommandLine::new(dir.path()), plugin("notes"));
    let notes = notes.to_str().unwrap();
    for (workspace, plugin) in STORES {
        let run = |args: &[&str]| larder.run([&["run", "-w", workspace, "-p", plugin, notes, "--"], args].concat());
        assert_eq!(run(&["list"]).printed(), b"", "{plugin} in {workspace}");
        assert_eq!(run(&["get", "k"]).one_clear_line(1), "there is no note \"k\"");
        run(&["put", "k", &format!("{plugin} in {workspace}")]).printed();
    }
    for (workspace, plugin) in STORES {
        let expected = format!("{plugin} in {workspace}");
        for read in [
            larder.run(["run", "-w", workspace, "-p", plugin, notes, "--", "get", "k"]),
            larder.run(["get", "-w", workspace, "-p", plugin, "k"]),
        ] {
            assert_eq!(read.printed(), expected.as_bytes());
        }
    }
}
