//! Looking at a workspace that is damaged, and carrying over what is whole.

use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use pollster::block_on;

use super::super::backend::Backend;
use super::super::database::builder;
use super::super::layout::DATABASE;
use super::super::meta::{COMMIT, Contents, LATEST, META, VERSIONS, set_contents, set_held, set_number};
use super::judge::watch;
use super::user::{Deed, Edit, Said, User};
use super::world::World;
use crate::access::Access;
use crate::damage::Damage;
use crate::dir::simulated::{Disk, Operation, Plan};
use crate::dir::{Dir, File, Mode};
use crate::engine::{Absent, Engine, Place, RedbEngine, Sharing};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::workspace_id::WorkspaceId;

pub(super) fn id() -> WorkspaceId {
    "w".parse().unwrap()
}

fn put(key: &str, fill: u8, size: usize, large: bool, expiry: Expiry) -> Edit {
    let at = Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() };
    Edit::Put { at, bytes: vec![fill; size], large, expiry }
}

/// A workspace with 300 small values, a large one and one that expires; what is said of it.
pub(super) fn furnished(disk: &Disk) -> Arc<Mutex<Said>> {
    let said = Arc::new(Mutex::new(Said { worlds: vec![World::default()], ..Said::default() }));
    let mut user = User::new(disk, Sharing::ReadersBeside, said.clone()).unwrap();
    let small = (0..300).map(|n| put(&format!("key {n:03}"), n as u8, 400, false, Expiry::NEVER)).collect();
    let other =
        vec![put("large", 1, 150_000, true, Expiry::NEVER), put("passing", 2, 30, false, Expiry::at_ms(1_000_000))];
    user.try_to(&Deed::Commit(id(), vec![small])).unwrap();
    user.try_to(&Deed::Commit(id(), vec![other])).unwrap();
    said
}

pub(super) fn engine(disk: &Disk) -> RedbEngine {
    RedbEngine::open(disk.root(), Access::ReadWrite, Sharing::ReadersBeside).unwrap()
}

pub(super) fn workspace(disk: &Disk) -> Dir {
    disk.root().open_dir("workspaces").unwrap().open_dir("w").unwrap()
}

pub(super) fn bytes(dir: &Dir, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    dir.open_file(name, Mode::Read).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Where a file has `pattern` first.
fn find(dir: &Dir, name: &str, pattern: &[u8]) -> u64 {
    bytes(dir, name).windows(pattern.len()).position(|window| window == pattern).unwrap() as u64
}

/// Changes a file from the place on where it has `pattern`.
fn overwrite(dir: &Dir, name: &str, pattern: &[u8], with: &[u8]) {
    let at = find(dir, name, pattern);
    let mut file = dir.open_file(name, Mode::Write).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(with).unwrap();
}

/// Where the page of a workspace's database begins on which `pattern` stands.
pub(super) fn page_of(dir: &Dir, pattern: &[u8]) -> u64 {
    find(dir, DATABASE, pattern) / 4096 * 4096
}

/// Has the disk fail to read a part of a file, or none of it.
pub(super) fn set_unreadable(file: &File, range: Option<Range<u64>>) {
    let File::Simulated(file) = file else { panic!("it is on a simulated disk") };
    file.set_unreadable(range);
}

fn blob(disk: &Disk) -> (Dir, String) {
    let dir = workspace(disk).open_dir("blobs").unwrap();
    let name = dir.names().unwrap().remove(0);
    (dir, name)
}

fn examine(disk: &Disk) -> Vec<Damage> {
    block_on(engine(disk).examine(&id())).unwrap().unwrap()
}

fn keys(damage: &[Damage]) -> Vec<&str> {
    damage.iter().filter_map(|damage| damage.key.as_deref()).collect()
}

/// Salvages, and looks whether all is there but these keys, and the new workspace is whole.
fn salvage_all_but(disk: &Disk, said: &Mutex<Said>, lost: impl Fn(&str) -> bool) -> Vec<Damage> {
    let salvaged = block_on(engine(disk).salvage(&id())).unwrap().unwrap();
    assert_eq!(examine(disk), [], "the new workspace is whole");
    let found = World::read(&engine(disk), 10).unwrap();
    let mut expected = said.lock().unwrap().worlds[0].clone();
    expected.0.get_mut(&id()).unwrap().retain(|(_, key), _| !lost(key));
    assert!(found == expected, "found {}, expected {}", found.describe(), expected.describe());
    assert_eq!(salvaged.kept.keys, expected.0[&id()].len() as u64);
    let workspaces = disk.root().open_dir("workspaces").unwrap();
    assert!(workspaces.open_dir(&salvaged.aside).unwrap().names().unwrap().contains(&DATABASE.to_owned()));

    let mut user = User::new(disk, Sharing::ReadersBeside, Arc::new(Mutex::new(said.lock().unwrap().clone()))).unwrap();
    let before = said.lock().unwrap().versions[&id()];
    user.try_to(&Deed::Draw(id())).unwrap();
    assert!(user.said.lock().unwrap().versions[&id()] > before, "a version was drawn again");
    salvaged.damage
}

#[test]
fn a_workspace_that_is_whole_is_found_so_and_left_as_it_is() {
    let disk = Disk::new(1);
    let said = furnished(&disk);
    let before = bytes(&workspace(&disk), DATABASE);
    assert_eq!(examine(&disk), []);
    assert!(bytes(&workspace(&disk), DATABASE) == before);
    assert!(!workspace(&disk).names().unwrap().contains(&"writer".to_owned()));
    assert_eq!(salvage_all_but(&disk, &said, |_| false), []);
}

#[test]
fn a_damaged_or_missing_large_value_is_named_and_the_others_carried_over() {
    for missing in [true, false] {
        let disk = Disk::new(1);
        let said = furnished(&disk);
        let (blobs, name) = blob(&disk);
        if missing {
            blobs.remove_file(&name).unwrap();
        } else {
            overwrite(&blobs, &name, &[1; 60_000], &[9; 1]);
        }
        let damage = examine(&disk);
        assert_eq!(keys(&damage), ["large"], "{damage:?}");
        assert_eq!(salvage_all_but(&disk, &said, |key| key == "large"), damage);
    }
}

type MetaTable<'a> = redb::Table<'a, &'static str, &'static [u8]>;

/// Changes what the workspace says of itself, as a bug would, not a disk.
fn rewrite(disk: &Disk, change: impl Fn(&mut MetaTable)) {
    let file = workspace(disk).open_file(DATABASE, Mode::Write).unwrap();
    let database = builder(Sharing::Exclusive).create_with_backend(Backend::new(file).unwrap()).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&mut transaction.open_table(META).unwrap());
    transaction.commit().unwrap();
}

#[test]
fn what_a_workspace_says_of_itself_is_compared_with_its_values() {
    let held = Held { bytes: 1, keys: 2 };
    let contents = Contents { held, expiring: 1, large: 1 };
    let told_after = |change: &dyn Fn(&mut MetaTable)| {
        let disk = Disk::new(1);
        furnished(&disk);
        rewrite(&disk, change);
        let damage = examine(&disk);
        assert_eq!(block_on(engine(&disk).salvage(&id())).unwrap().unwrap().damage, damage);
        assert_eq!(examine(&disk), [], "salvaging makes it right");
        damage.into_iter().map(|damage| damage.to_string()).collect::<Vec<_>>()
    };
    let holds = format!("but it holds {} and 302", 302 * 64 + 300 * (7 + 400) + (5 + 150_000) + (7 + 30));
    assert_eq!(told_after(&|meta| set_held(meta, held).unwrap()), [format!("counted are 1 bytes and 2 keys, {holds}")]);
    assert_eq!(
        told_after(&|meta| set_contents(meta, &StoreId::Shared, contents).unwrap()),
        [format!("the shared store: counted are 1 bytes and 2 keys, {holds}")]
    );
    let told = told_after(&|meta| set_number(meta, VERSIONS, 2).unwrap());
    assert_eq!(told, ["its next version is 2, but a value has 2"]);
    for row in [VERSIONS, COMMIT, LATEST] {
        let told = told_after(&|meta| drop(meta.remove(row).unwrap()));
        assert_eq!(told, [format!("its '{row}' is missing or malformed")]);
    }
}

/// A page with a byte that is wrong is not trusted, and takes its keys with it; no others, as one that is gone or unreadable.
#[test]
fn a_damaged_page_costs_what_stands_on_it() {
    for harm in ["a byte", "the page", "the disk"] {
        let disk = Disk::new(1);
        let said = furnished(&disk);
        let dir = workspace(&disk);
        let at = page_of(&dir, &[150; 300]);
        let mut file = dir.open_file(DATABASE, Mode::Write).unwrap();
        let (from, harmed, unread) = match harm {
            "a byte" => (2000, 1, None),
            "the page" => (0, 4096, None),
            _ => (0, 0, Some(at..at + 4096)),
        };
        file.seek(SeekFrom::Start(at + from)).unwrap();
        file.write_all(&vec![0; harmed]).unwrap();
        // Also what the disk does not read.
        let written = || {
            set_unreadable(&file, None);
            let written = bytes(&dir, DATABASE);
            set_unreadable(&file, unread.clone());
            written
        };
        let before = written();
        assert!(!examine(&disk).is_empty());
        assert!(written() == before, "it was changed by looking");

        let salvaged = block_on(engine(&disk).salvage(&id())).unwrap().unwrap();
        assert_eq!(examine(&disk), [], "the new workspace is whole");
        let kept = World::read(&engine(&disk), 10).unwrap();
        let all = &said.lock().unwrap().worlds[0].0[&id()];
        let lost = all.len() as u64 - salvaged.kept.keys;
        assert!((1..=20).contains(&lost), "{lost} keys lost: {:?}", salvaged.damage);
        assert!(kept.0[&id()].iter().all(|(at, entry)| all.get(at) == Some(entry)), "something is not as it was");
    }
}

#[test]
fn what_stands_between_two_pages_that_are_damaged_is_carried_over() {
    let disk = Disk::new(1);
    let said = furnished(&disk);
    let dir = workspace(&disk);
    let unread = page_of(&dir, &[50; 300]);
    overwrite(&dir, DATABASE, &[250; 300], &[0; 1]);
    set_unreadable(&dir.open_file(DATABASE, Mode::Write).unwrap(), Some(unread..unread + 1));
    let salvaged = block_on(engine(&disk).salvage(&id())).unwrap().unwrap();
    let all = said.lock().unwrap().worlds[0].0[&id()].len() as u64;
    assert!(salvaged.kept.keys >= all - 40, "{salvaged:?}");
}

#[test]
fn a_database_that_was_not_closed_and_is_damaged_gives_up_what_is_whole() {
    let disk = Disk::new(1);
    let said = furnished(&disk);
    let engine_open = engine(&disk);
    let open = block_on(engine_open.open(&id(), Absent::Leave)).unwrap().unwrap();
    block_on(open.draw_version()).unwrap();
    // As if the process was killed: what it has on the disk is copied.
    let killed = disk.power_cut();
    drop(open);
    overwrite(&workspace(&killed), DATABASE, &[7; 300], &[8; 1]);
    let opened = block_on(engine(&killed).open(&id(), Absent::Leave)).err();
    let salvaged = block_on(engine(&killed).salvage(&id())).unwrap().unwrap();
    assert!(opened.is_none() || !salvaged.damage.is_empty());
    let all = said.lock().unwrap().worlds[0].0[&id()].len() as u64;
    assert!(salvaged.kept.keys >= all - 20, "{salvaged:?}");
}

#[test]
fn what_somebody_has_open_is_looked_at_and_not_salvaged() {
    for sharing in [Sharing::ReadersBeside, Sharing::Exclusive] {
        let disk = Disk::new(1);
        furnished(&disk);
        let host = RedbEngine::open(disk.root(), Access::ReadWrite, sharing).unwrap();
        let open = block_on(host.open(&id(), Absent::Leave)).unwrap().unwrap();
        let refused = block_on(engine(&disk).salvage(&id()));
        assert!(matches!(refused, Err(Error::Unavailable(Fault::Held { .. }))), "{refused:?}");
        if sharing == Sharing::ReadersBeside {
            assert_eq!(examine(&disk), []);
        }
        drop(open);
    }
}

/// A disk that ages reads a sector the second time that it did not read the first.
#[test]
fn the_old_database_is_kept_as_it_was_though_a_read_failed_once() {
    let (mut kept, mut pages) = (0, 0);
    for after in 0.. {
        let disk = Disk::new(1);
        furnished(&disk);
        let old = bytes(&workspace(&disk), DATABASE);
        let plan = Plan { after, ..Plan::failing(&[Operation::Read], 1) };
        let engine = engine(&disk);
        let (salvaged, reads) = disk.failing(plan, || block_on(engine.salvage(&id())));
        if reads <= after {
            break;
        }
        let Ok(Some(salvaged)) = salvaged else { continue };
        let aside = disk.root().open_dir("workspaces").unwrap().open_dir(&salvaged.aside).unwrap();
        assert!(bytes(&aside, DATABASE) == old, "read {after} failed");
        (kept, pages) = (kept + 1, old.len() / 4096);
    }
    assert!(kept >= pages, "{kept} times, of {pages} pages that are copied");
}

#[test]
fn an_interrupted_salvage_leaves_the_old_or_the_new() {
    let disk = Disk::new(3);
    let said = furnished(&disk);
    let verdict = watch(&disk, 100, Sharing::ReadersBeside, &said, 3);
    block_on(engine(&disk).salvage(&id())).unwrap().unwrap();
    let verdict = verdict.lock().unwrap();
    assert!(verdict.images > 20, "{}", verdict.images);
    assert_eq!(verdict.wrong, [""; 0]);
}
