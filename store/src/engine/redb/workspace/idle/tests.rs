use std::io::{Read, Seek, SeekFrom, Write};
use std::iter;

use pollster::block_on;
use redb::{ReadableDatabase, ReadableTableMetadata, TableHandle};

use super::*;
use crate::access::Access;
use crate::dir::Dir;
use crate::engine::redb::examination::Examination;
use crate::engine::redb::layout::DATABASE;
use crate::engine::redb::tables::Definition;
use crate::engine::redb::versions::BLOCK;
use crate::engine::{
    Absent, Batch, BatchOutcome, Body, Change, Engine, EngineWorkspace, Place, Put, Quota, RedbEngine, Sharing,
};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;
use crate::sync::atomic::AtomicU64;

const VALUE_BYTES: usize = 1000;

fn place(number: usize) -> Place {
    Place { store: StoreId::Shared, key: Key::trusted(&format!("{number}")).into_owned() }
}

fn put(number: usize) -> Change {
    put_until(Expiry::NEVER, number)
}

fn expiring(number: usize) -> Change {
    put_until(Expiry::at_ms(10), number)
}

/// A value of which three are a part of what is freed at once.
fn small(number: usize) -> Change {
    let put = Put { body: Body::Small(vec![1; 5]), expiry: Expiry::NEVER, version: None };
    Change::Put { at: place(number), put }
}

fn put_until(expiry: Expiry, number: usize) -> Change {
    let body = Body::Small(vec![number as u8; VALUE_BYTES]);
    Change::Put { at: place(number), put: Put { body, expiry, version: None } }
}

fn commit(workspace: &RedbWorkspace, changes: Vec<Change>) {
    commit_at(0, workspace, changes);
}

fn commit_at(now_ms: u64, workspace: &RedbWorkspace, changes: Vec<Change>) {
    let plugin = "p".parse().unwrap();
    let batch = Batch { plugin, checks: Vec::new(), changes, quota: Quota::unlimited() };
    let outcomes = block_on(workspace.commit(&[batch], Moment::new(now_ms, &AtomicU64::new(0))));
    assert!(matches!(outcomes[..], [Ok(BatchOutcome::Committed(_))]));
}

fn tidy(workspace: &RedbWorkspace) -> Option<u64> {
    block_on(workspace.tidy(Moment::new(0, &AtomicU64::new(0)))).unwrap()
}

fn bytes(workspace: &RedbWorkspace) -> u64 {
    workspace.files.layout.database_status(&workspace.id).unwrap().bytes
}

/// The tables whose names start so, and how many rows they have.
fn tables(workspace: &RedbWorkspace, prefix: &str) -> Vec<(u64, String)> {
    let transaction = workspace.state.handle().unwrap().writer().unwrap().begin_read().unwrap();
    let rows = |name: String| {
        let table = transaction.open_table(Definition::new(&name)).unwrap();
        (table.len().unwrap(), name)
    };
    let named = transaction.list_tables().unwrap().map(|table| table.name().to_owned());
    named.filter(|name| name.starts_with(prefix)).map(rows).collect()
}

fn with_workspace(test: impl FnOnce(RedbWorkspace)) {
    let dir = tempfile::tempdir().unwrap();
    let root = Dir::open_ambient(dir.path()).unwrap();
    let engine = RedbEngine::open(root, Access::ReadWrite, Sharing::ReadersBeside).unwrap();
    let id = "w".parse().unwrap();
    drop(block_on(engine.open(&id, Absent::Create)).unwrap());
    test(RedbWorkspace::open(engine.files.clone(), &id).unwrap().unwrap());
}

#[test]
fn idle_work_gives_back_what_deleting_has_freed_once_nobody_reads() {
    with_workspace(|workspace| {
        commit(&workspace, (0..2000).map(put).collect());
        commit(&workspace, (7..2000).map(|number| Change::Delete { at: place(number) }).collect());
        let large = bytes(&workspace);
        assert!(large > 2_000_000, "{large}");

        let view = block_on(workspace.view()).unwrap();
        assert_eq!(tidy(&workspace), Some(COMPACT_AGAIN_MS), "somebody reads");
        assert_eq!(bytes(&workspace), large);
        drop(view);
        let tidied: Vec<_> = iter::from_fn(|| tidy(&workspace)).collect();
        assert!(
            !tidied.is_empty() && tidied.iter().all(|again| *again == GIVE_BACK_AGAIN_MS),
            "a part at a time: {tidied:?}"
        );
        assert!(bytes(&workspace) <= COMPACT_BYTES, "{}", bytes(&workspace));

        let view = block_on(workspace.view()).unwrap();
        for number in 0..2000 {
            let Place { store, key } = place(number);
            let stored = block_on(view.get(&store, &key, Moment::new(0, &AtomicU64::new(0)))).unwrap();
            assert_eq!(stored.is_some(), number < 7, "{number}");
        }
    });
}

#[test]
fn what_has_expired_is_removed_a_part_at_a_time() {
    with_workspace(|workspace| {
        commit(&workspace, (0..2_500).map(expiring).collect());
        let latest_ms = AtomicU64::new(0);
        let tidy_and_count = || {
            let next = block_on(workspace.tidy(Moment::new(20, &latest_ms))).unwrap();
            let snapshot = workspace.state.handle().unwrap().snapshot().unwrap();
            (next, snapshot.contents(&StoreId::Shared).unwrap().held.keys)
        };
        assert_eq!(tidy_and_count(), (Some(20), 1_500), "there is more, now");
        assert_eq!(tidy_and_count(), (Some(20), 500));
        let (next, left) = tidy_and_count();
        assert!(next.is_none_or(|at_ms| at_ms > 20) && left == 0, "{next:?}, {left}");
    });
}

#[test]
fn what_has_expired_is_not_removed_by_prefix() {
    with_workspace(|workspace| {
        commit(&workspace, (0..2_500).map(expiring).chain([put(2)]).collect());
        let prefix = Change::DeletePrefix { store: StoreId::Shared, prefix: Key::trusted("2"), most: 1 };
        commit_at(20, &workspace, vec![prefix]);
        // A thousand as with any write, and the one that has not expired.
        assert_eq!(tables(&workspace, "s"), [(1_499, "s".to_owned())]);
    });
}

fn clear(store: StoreId) -> Change {
    Change::DeletePrefix { store, prefix: Key::trusted(""), most: 0 }
}

/// What is to be freed, the oldest first: how many rows it has.
fn left(workspace: &RedbWorkspace) -> Vec<u64> {
    tables(workspace, "d/").into_iter().map(|(rows, _)| rows).collect()
}

/// Tidies and tells whether to go on now.
fn goes_on(workspace: &RedbWorkspace) -> bool {
    tidy(workspace) == Some(0)
}

#[test]
fn what_was_emptied_is_freed_a_part_at_a_time() {
    with_workspace(|workspace| {
        commit(&workspace, vec![small(0), small(1), clear(StoreId::Shared), small(2)]);
        assert!(left(&workspace).is_empty() && !workspace.has_discarded(), "two keys go at once");
        commit(&workspace, (0..10).map(small).collect());
        commit(&workspace, vec![clear(StoreId::Shared), small(9)]);
        assert_eq!(left(&workspace), [10]);
        assert!(workspace.has_discarded());
        assert!(goes_on(&workspace));
        assert_eq!(left(&workspace), [7]);
        // Also when it is opened anew.
        let (files, id) = (workspace.files.clone(), workspace.id.clone());
        drop(workspace);
        let workspace = RedbWorkspace::open(files, &id).unwrap().unwrap();
        assert!(workspace.has_discarded());
        assert!(goes_on(&workspace));
        assert_eq!(left(&workspace), [4]);
        assert!(goes_on(&workspace) && !goes_on(&workspace));
        assert!(left(&workspace).is_empty() && !workspace.has_discarded());
        let view = block_on(workspace.view()).unwrap();
        assert_eq!(block_on(view.held_by_all(Moment::new(0, &AtomicU64::new(0)))).unwrap().keys, 1);
    });
}

#[test]
fn what_is_emptied_again_and_again_is_freed_as_fast_as_it_is_written() {
    with_workspace(|workspace| {
        for keys in [10, 20, 30] {
            commit(&workspace, (0..keys).map(small).collect());
            commit(&workspace, vec![clear(StoreId::Shared)]);
        }
        assert_eq!(left(&workspace), [10, 20, 30], "each by itself");
        // Of the first it is not known how much there is, of the others it was written since.
        assert!(!goes_on(&workspace));
        assert!(left(&workspace).is_empty());
    });
}

/// Has a byte of the first value damaged that consists of `fill`, with the workspace closed meanwhile.
fn damaged(workspace: RedbWorkspace, fill: usize) -> RedbWorkspace {
    let (files, id) = (workspace.files.clone(), workspace.id.clone());
    drop(workspace);
    let dir = files.layout.workspace(&id).unwrap().unwrap();
    let mut file = dir.open_file(DATABASE, Mode::Write).unwrap();
    let mut whole = Vec::new();
    file.read_to_end(&mut whole).unwrap();
    let value = whole.windows(VALUE_BYTES).position(|bytes| *bytes == [fill as u8; VALUE_BYTES]).unwrap();
    file.seek(SeekFrom::Start(value as u64)).unwrap();
    file.write_all(&[0]).unwrap();
    RedbWorkspace::open(files, &id).unwrap().unwrap()
}

#[test]
fn damage_in_what_was_emptied_keeps_nothing_else_from_going_on() {
    with_workspace(|workspace| {
        commit(&workspace, (1..100).map(put).collect());
        commit(&workspace, vec![clear(StoreId::Shared)]);
        // Of that, nothing is on a page that is damaged.
        commit(&workspace, (0..100).map(small).collect());
        commit(&workspace, vec![clear(StoreId::Shared)]);
        let workspace = damaged(workspace, 1);
        assert!(workspace.has_discarded());
        let tidy_all = || assert!((0..200).any(|_| !goes_on(&workspace)), "it is tried for ever");
        tidy_all();
        let stuck = left(&workspace);
        assert!(matches!(stuck[..], [1..100]), "the rest of the one: {stuck:?}");
        assert!(!workspace.has_discarded());

        commit(&workspace, (0..100).map(small).collect());
        commit(&workspace, vec![clear(StoreId::Shared), small(0)]);
        tidy_all();
        assert_eq!(left(&workspace), stuck);
        let handle = workspace.state.handle().unwrap();
        assert!(is_mostly_free(&handle, bytes(&workspace)).unwrap());
        assert_eq!(handle.compacted_bytes, 0, "nobody knows how much would have to be moved");
        drop(handle);

        let (layout, id) = (workspace.files.layout.clone(), workspace.id.clone());
        drop(workspace);
        let dir = layout.workspace(&id).unwrap().unwrap();
        let mut examination = Examination::begin(&layout, &id, &dir).unwrap();
        examination.walk(|_| Ok(())).unwrap();
        assert_eq!(examination.damage.len(), 1, "{:?}", examination.damage);
    });
}

#[test]
fn damage_in_what_expires_keeps_nobody_from_preparing_for_a_crash() {
    with_workspace(|workspace| {
        commit(&workspace, (1..100).map(expiring).collect());
        let workspace = damaged(workspace, 1);
        let at = Place { store: StoreId::Private("p".parse().unwrap()), key: Key::trusted("k").into_owned() };
        let body = Body::Small(Vec::new());
        let put = Change::Put { at, put: Put { body, expiry: Expiry::NEVER, version: None } };
        commit(&workspace, vec![put.clone()]);
        let is_untidy = || workspace.state.handle().unwrap().untidy.load(Ordering::Relaxed);
        assert!(is_untidy());
        block_on(workspace.tidy(Moment::new(20, &AtomicU64::new(0)))).unwrap();
        assert!(!is_untidy());
        assert_eq!(tables(&workspace, "s"), [(99, "s".to_owned())]);
        // From now on each commit is, as a repair would read what is damaged.
        commit(&workspace, vec![put]);
        assert!(!is_untidy());
        let drawn = (0..=BLOCK).map(|_| block_on(workspace.draw_version()).unwrap()).last();
        assert!(drawn.is_some_and(|drawn| u64::from(drawn) > BLOCK) && !is_untidy(), "{drawn:?}");
    });
}

#[test]
fn damage_in_what_has_expired_keeps_nobody_from_writing() {
    with_workspace(|workspace| {
        commit(&workspace, (1..100).map(expiring).collect());
        let workspace = damaged(workspace, 1);
        // Each write begins by removing what has expired in the store.
        commit_at(20, &workspace, vec![small(200)]);
        assert_eq!(tables(&workspace, "s"), [(100, "s".to_owned())]);
        commit_at(20, &workspace, vec![clear(StoreId::Shared), put_until(Expiry::at_ms(30), 1), small(2)]);
        assert_eq!(tables(&workspace, "s"), [(2, "s".to_owned())]);
        commit_at(40, &workspace, vec![small(3)]);
        assert_eq!(tables(&workspace, "s"), [(2, "s".to_owned())], "what expires is removed again");
    });
}

#[test]
fn damage_in_what_has_expired_leaves_that_of_others_to_be_removed() {
    with_workspace(|workspace| {
        let of_another = |number| {
            let Change::Put { at: Place { key, .. }, put } = expiring(number) else { unreachable!("it is one") };
            // Its store is the first in order.
            Change::Put { at: Place { store: StoreId::Private("p".parse().unwrap()), key }, put }
        };
        commit(&workspace, (1..100).map(of_another).chain((100..120).map(expiring)).collect());
        let workspace = damaged(workspace, 1);
        let tidy = || block_on(workspace.tidy(Moment::new(20, &AtomicU64::new(0)))).unwrap();
        assert!((0..5).any(|_| tidy().is_none_or(|at_ms| at_ms > 20)), "it is tried for ever");
        assert_eq!(tables(&workspace, "p/"), [(99, "p/p".to_owned())]);
        assert_eq!(tables(&workspace, "s"), [(0, "s".to_owned())]);
    });
}

#[test]
fn what_was_called_expired_is_remembered_with_each_part_that_is_freed() {
    with_workspace(|workspace| {
        commit(&workspace, (0..10).map(small).collect());
        commit(&workspace, vec![clear(StoreId::Shared)]);
        block_on(workspace.tidy(Moment::new(20, &AtomicU64::new(20)))).unwrap();
        assert!(workspace.has_discarded());
        assert_eq!(workspace.latest_ms(), 20);
        let (files, id) = (workspace.files.clone(), workspace.id.clone());
        drop(workspace);
        assert_eq!(RedbWorkspace::open(files, &id).unwrap().unwrap().latest_ms(), 20);
    });
}

#[test]
fn what_does_not_become_smaller_is_not_compacted_again() {
    with_workspace(|workspace| {
        let is_due = || {
            let handle = workspace.state.handle().unwrap();
            is_mostly_free(&handle, bytes(&workspace)).unwrap()
        };
        let overwrite = || (0..20).for_each(|_| commit(&workspace, (0..100).map(put).collect()));
        overwrite();
        assert!(is_due());
        tidy(&workspace);
        commit(&workspace, vec![put(0)]);
        let held = 100 * (VALUE_BYTES as u64 + 66);
        assert!(bytes(&workspace) > WORTH_TIMES * held, "it takes more room than it holds");
        assert!(!is_due());
        commit(&workspace, (100..1000).map(put).collect());
        commit(&workspace, (100..1000).map(|number| Change::Delete { at: place(number) }).collect());
        assert!(is_due(), "now there is more to be won");
    });
}
