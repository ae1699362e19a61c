//! What is done in a workspace that is idle: what has expired goes, space that is free is given back, and a crash is prepared for.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use redb::Database;

use super::{Condition, RedbWorkspace, commit_transaction};
use crate::dir::Mode;
use crate::engine::LargeName;
use crate::engine::redb::database::{database_file, prepare_for_a_crash};
use crate::engine::redb::handle::Handle;
use crate::engine::redb::ledger::Ledger;
use crate::engine::redb::trouble::{Trouble, contain};
use crate::error::Error;
use crate::moment::Moment;
use crate::sync::atomic::Ordering;

/// A file that is larger is compacted at idle where that is cheap and worth it. Under WASI every call is followed by that.
const COMPACT_BYTES: u64 = match () {
    _ if cfg!(test) => 128 * 1024,
    _ if cfg!(target_os = "wasi") => 16 * 1024 * 1024,
    _ => 256 * 1024,
};
/// It is cheap where no more than this has to be moved, and worth it where the file is so many times as large as what it holds,
/// and as it was after the last time.
const MOVED_BYTES: u64 = 2 * 1024 * 1024;
const WORTH_TIMES: u64 = 2;
/// How long that waits for reads under way, and the next ones for it.
const COMPACT_PATIENCE: Duration = Duration::from_millis(1);
/// How long it takes to try again where somebody reads for longer.
const COMPACT_AGAIN_MS: u64 = 1_000;
/// How long after a part of what was cut off the next one is given back, at the earliest.
const GIVE_BACK_AGAIN_MS: u64 = 1;

impl RedbWorkspace {
    pub(super) fn tidy_now(&self, now: Moment) -> Result<Option<u64>, Error> {
        let handle = self.state.handle()?;
        let Some(database) = handle.writer() else { return Ok(None) };
        let bytes = match self.files.layout.database_status(&self.id) {
            Ok(now) if now.identity == handle.status.identity => now.bytes,
            _ => return Ok(None),
        };
        if self.free_some_discarded(&handle, database) {
            return Ok(Some(now.now_ms()));
        }
        let next = self.remove_some_expired(&handle, database, now)?;
        if next.is_some_and(|at_ms| at_ms <= now.now_ms()) {
            return Ok(next);
        }
        let note = |trouble| self.state.refuse(&handle, trouble);
        let mut again = None;
        let is_settled = handle.discarded.are_all_freed() && !handle.tail.is_left();
        if is_settled && contain(|| is_mostly_free(&handle, bytes)).map_err(note)? {
            drop(handle);
            again = if self.compact()? { None } else { now.now_ms().checked_add(COMPACT_AGAIN_MS) };
        }
        self.prepare_for_a_crash()?;
        if self.give_back_some()? {
            again = now.now_ms().checked_add(GIVE_BACK_AGAIN_MS);
        }
        Ok(next.into_iter().chain(again).min())
    }

    /// Gives back some of what a compaction has cut off; whether there is more.
    fn give_back_some(&self) -> Result<bool, Error> {
        let handle = self.state.handle()?;
        if handle.tail.is_left()
            && let Some(dir) = self.files.layout.workspace(&self.id)?
        {
            let (file, status) = database_file(&dir, &self.id, Mode::Write)?;
            if status.identity == handle.status.identity {
                handle.tail.give_back_some(&file).map_err(Error::io("give back what was cut off"))?;
            }
        }
        Ok(handle.tail.is_left())
    }

    /// Removes some of what has expired; when there is more to remove, which may be now.
    fn remove_some_expired(&self, handle: &Handle, database: &Database, now: Moment) -> Result<Option<u64>, Error> {
        let note = |trouble| self.state.refuse(handle, trouble);
        let next = || contain(|| handle.snapshot()?.next_expiry()).map_err(note);
        let first = next()?;
        if first.is_none_or(|at_ms| at_ms > now.now_ms()) {
            return Ok(first);
        }
        let latest_ms = now.latest_ms();
        let (freed, more) = contain(|| remove_expired(database, handle, now)).map_err(note)?;
        self.latest_ms.store(latest_ms, Ordering::Relaxed);
        handle.committed(true);
        handle.large.free(&freed);
        if more { Ok(Some(now.now_ms())) } else { next() }
    }

    /// Frees a part of what was discarded; whether to go on.
    fn free_some_discarded(&self, handle: &Handle, database: &Database) -> bool {
        if !handle.discarded.are_left() {
            return false;
        }
        let freed = contain(|| {
            let transaction = database.begin_write()?;
            let more = handle.discarded.free_some(&transaction)?;
            commit_transaction(transaction, true)?;
            Ok(more)
        });
        match freed {
            Ok(more) => {
                handle.committed(true);
                more
            }
            Err(trouble) => {
                self.state.refuse(handle, trouble);
                handle.discarded.leave()
            }
        }
    }

    fn prepare_for_a_crash(&self) -> Result<(), Error> {
        let handle = self.state.handle()?;
        if let Some(database) = handle.writer().filter(|_| handle.untidy.load(Ordering::Relaxed)) {
            contain(|| prepare_for_a_crash(database)).map_err(|trouble| self.state.refuse(&handle, trouble))?;
            handle.committed(true);
        }
        Ok(())
    }

    /// Compacts the database, with everybody else kept out; false where somebody is reading.
    fn compact(&self) -> Result<bool, Error> {
        let compacted = {
            let mut condition = self.state.condition.write().expect("nothing panics while this is locked");
            let Condition::Open(handle) = &mut *condition else { return Ok(false) };
            let since = Instant::now();
            while Arc::strong_count(handle) > 1 && since.elapsed() < COMPACT_PATIENCE {
                thread::yield_now();
            }
            let Some(handle) = Arc::get_mut(handle) else { return Ok(false) };
            match contain(|| handle.compact()) {
                // A page that is damaged cannot be moved, so that is not tried again.
                Err(trouble) if handle.has_met_damage(&trouble) => {
                    handle.compacted_bytes = u64::MAX;
                    Ok(true)
                }
                compacted => {
                    if let (Ok(true), Ok(bytes)) = (&compacted, handle.tail.len()) {
                        handle.compacted_bytes = bytes;
                    }
                    compacted
                }
            }
        };
        compacted.map_err(|trouble| self.state.note(trouble))
    }
}

/// Whether a database of this size can be made much smaller in no time to speak of.
fn is_mostly_free(handle: &Handle, bytes: u64) -> Result<bool, Trouble> {
    if bytes <= COMPACT_BYTES {
        return Ok(false);
    }
    let snapshot = handle.snapshot()?;
    let beside: u64 = snapshot.large_files()?.values().sum();
    let within = snapshot.all()?.held.bytes.saturating_sub(beside);
    let least = within.max(handle.compacted_bytes);
    Ok(within <= MOVED_BYTES && least.saturating_mul(WORTH_TIMES) <= bytes)
}

/// Removes some of what has expired, in a transaction of its own; the files that go with it, and whether there is more.
fn remove_expired(database: &Database, handle: &Handle, now: Moment) -> Result<(Vec<LargeName>, bool), Trouble> {
    let transaction = database.begin_write()?;
    let (large, more) = Ledger::open(&transaction, &handle.seal, now, 0)?.tidy()?;
    commit_transaction(transaction, true)?;
    Ok((large.freed, more))
}

#[cfg(test)]
mod tests {
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
}
