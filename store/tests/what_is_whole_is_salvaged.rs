//! Salvaging a damaged workspace carries over exactly what is whole in it, and leaves a workspace that works at once.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

mod ailing;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ailing::{
    Contents, KEYS, LARGE, MARKED, blob_of, contents, edit, filled, hurt_value, in_workspace, value, zero_page_of,
};
use larder_store::{Address, Error, Salvage};
use pollster::block_on;
use support::{blobs, database, directory, get, is_held, reader, session, set, sharing, workspace_names, writer};

/// Every key of a filled workspace.
const ALL: u64 = KEYS + 5;

fn salvage(path: &Path) -> Result<Salvage, Error> {
    let larder = writer(path);
    let salvaged = block_on(larder.salvage_workspace(&"w".parse().unwrap())).map(Option::unwrap);
    block_on(larder.close()).unwrap();
    salvaged
}

/// Hurts a workspace and salvages it: what is there then is what was, but for keys that are named here, and so many that
/// stand on the same pages.
#[track_caller]
fn costs(hurt: impl FnOnce(&Path), named: &[(&str, &str)], beside: usize) {
    let temporary = filled();
    let before = contents(&reader(temporary.path()));
    let highest = before.keys().map(|(plugin, key)| version(temporary.path(), plugin, key)).max().unwrap();
    hurt(temporary.path());
    let old = fs::read(database(temporary.path(), "w")).unwrap();
    let files = blobs(temporary.path(), "w");
    let salvaged = salvage(temporary.path()).unwrap();
    let after = contents(&reader(temporary.path()));

    let lost: BTreeSet<_> = before.keys().filter(|key| !after.contains_key(*key)).collect();
    let is_lost = |(plugin, key): &(&str, &str)| lost.iter().any(|lost| lost.0 == *plugin && lost.1 == *key);
    assert!(named.iter().all(is_lost), "{lost:?}");
    assert!(lost.len() - named.len() <= beside, "{} are lost: {lost:?}", lost.len());
    assert!(after.iter().all(|(key, value)| before.get(key) == Some(value)), "something is not as it was");
    assert_eq!(salvaged.kept.keys, after.len() as u64);
    assert!(!salvaged.damage.is_empty());

    is_well(temporary.path(), &after, highest);
    let aside = directory(temporary.path(), &salvaged.aside);
    assert!(fs::read(aside.join("data.redb")).unwrap() == old, "the old database is not kept as it was");
    let is_somewhere = |file: &Path| file.exists() || aside.join("blobs").join(file.file_name().unwrap()).exists();
    assert!(files.iter().all(|file| is_somewhere(file)), "a file of a large value is nowhere");
}

fn version(path: &Path, plugin: &str, key: &str) -> u64 {
    let larder = reader(path);
    let session = sharing(&larder, "w", if plugin == "files" { "files" } else { "notes" });
    let at = if plugin == "(shared)" { Address::shared(key) } else { Address::private(key) };
    block_on(session.entry(at)).unwrap().unwrap().version.into()
}

/// A host can use it at once: it counts what there is, gives new versions, and nothing is wrong with it.
#[track_caller]
fn is_well(path: &Path, contents: &Contents, highest: u64) {
    let damage = block_on(reader(path).examine_workspace(&"w".parse().unwrap())).unwrap().unwrap();
    assert_eq!(damage, []);
    let larder = writer(path);
    for plugin in ["notes", "files"] {
        let values = contents.iter().filter(|((of, _), _)| of == plugin);
        let held = values.fold((0, 0), |(keys, bytes), ((_, key), value)| {
            (keys + 1, bytes + (key.len() + value.as_ref().unwrap().len() + 64) as u64)
        });
        let usage = block_on(session(&larder, "w", plugin).private().usage()).unwrap();
        assert_eq!((usage.keys, usage.bytes), held, "what {plugin} holds is counted wrong");
    }
    set(&larder, "w", "notes", "since", "v").unwrap();
    block_on(session(&larder, "w", "files").set("since", value(7, LARGE))).unwrap();
    block_on(larder.close()).unwrap();
    assert!(version(path, "notes", "since") > highest, "a version was given twice");
    let larder = reader(path);
    assert_eq!(get(&larder, "w", "notes", "since").unwrap().as_deref(), Some("v"));
    assert!(block_on(session(&larder, "w", "files").get("since")).unwrap() == Some(value(7, LARGE)));
}

#[test]
fn a_value_costs_what_stands_on_its_page() {
    costs(|larder| hurt_value(larder, MARKED.as_bytes()), &[("notes", "marked")], 20);
}

#[test]
fn a_large_value_costs_itself() {
    costs(|larder| edit(&blob_of(larder, &value(1000, LARGE)), |bytes| bytes[9] ^= 1), &[("files", "large")], 0);
    costs(|larder| fs::remove_file(blob_of(larder, &value(1001, LARGE))).unwrap(), &[("files", "other")], 0);
}

#[test]
fn a_page_costs_what_stands_on_it() {
    costs(|larder| zero_page_of(larder, &value(200, 200)), &[("notes", "key 200")], 20);
    // What stands between two of them is carried over.
    let two = |larder: &Path| {
        zero_page_of(larder, &value(100, 200));
        zero_page_of(larder, &value(300, 200));
    };
    costs(two, &[("notes", "key 100"), ("notes", "key 300")], 40);
    // The first and the last page.
    let ends = |larder: &Path| {
        zero_page_of(larder, &value(0, 200));
        zero_page_of(larder, MARKED.as_bytes());
    };
    costs(ends, &[("notes", "key 000"), ("notes", "marked")], 40);
}

/// A value is whole, whether or not it is noted that it expires or is large.
#[test]
fn notes_cost_nothing() {
    let temporary = filled();
    let before = contents(&reader(temporary.path()));
    {
        use redb::TableDefinition;
        let database = redb::Database::open(database(temporary.path(), "w")).unwrap();
        let transaction = database.begin_write().unwrap();
        for table in ["x/p/notes", "b/p/files"] {
            assert!(transaction.delete_table(TableDefinition::<&[u8], &[u8]>::new(table)).unwrap());
        }
        transaction.commit().unwrap();
    }
    let damage = block_on(reader(temporary.path()).examine_workspace(&"w".parse().unwrap())).unwrap().unwrap();
    let keys: BTreeSet<&str> = damage.iter().filter_map(|damage| damage.key.as_deref()).collect();
    assert_eq!(keys, BTreeSet::from(["later", "large", "other"]));
    assert_eq!(salvage(temporary.path()).unwrap().kept.keys, ALL);
    assert!(contents(&reader(temporary.path())) == before);
    is_well(temporary.path(), &before, 0);
}

/// The files that are needed are noted, so that no start takes them for leftovers.
#[test]
fn what_was_carried_over_stays_after_starts() {
    let temporary = filled();
    hurt_value(temporary.path(), MARKED.as_bytes());
    salvage(temporary.path()).unwrap();
    for _ in 0..2 {
        set(&writer(temporary.path()), "w", "notes", "k", "v").unwrap();
        assert_eq!(blobs(temporary.path(), "w").len(), 2);
    }
}

#[test]
fn whoever_writes_keeps_it_from_being_salvaged() {
    let temporary = filled();
    let host = writer(temporary.path());
    set(&host, "w", "notes", "k", "v").unwrap();
    assert!(is_held(&salvage(temporary.path())));
    block_on(host.close()).unwrap();
    // A component that has it leaves a mark and no lock.
    fs::write(in_workspace(temporary.path(), "writer"), "wasi a component since then\n").unwrap();
    assert!(is_held(&salvage(temporary.path())));
    assert_eq!(workspace_names(temporary.path()), ["v", "w"]);
    fs::remove_file(in_workspace(temporary.path(), "writer")).unwrap();
    salvage(temporary.path()).unwrap();
    assert!(!in_workspace(temporary.path(), "writer").exists());
}

/// However it was interrupted: what is put aside is never taken for a workspace.
#[test]
fn a_workspace_that_is_deleted_later_stays_deleted() {
    let temporary = filled();
    for number in [0, 300] {
        hurt_value(temporary.path(), &value(number, 200));
        salvage(temporary.path()).unwrap();
    }
    let larder = writer(temporary.path());
    assert!(block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap());
    drop(larder);
    let larder = writer(temporary.path());
    assert!(block_on(larder.workspaces()).unwrap().iter().map(|id| id.as_str()).eq(["v"]));
    assert_eq!(get(&larder, "w", "notes", "marked").unwrap(), None);
}

#[test]
fn an_unfinished_one_is_swept() {
    let temporary = filled();
    fs::write(in_workspace(temporary.path(), ".new-data.redb"), "half").unwrap();
    set(&writer(temporary.path()), "w", "notes", "k", "v").unwrap();
    assert!(!in_workspace(temporary.path(), ".new-data.redb").exists());
}
