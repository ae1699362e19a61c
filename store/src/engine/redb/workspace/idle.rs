//! What is done in a workspace that is idle: what has expired goes, space that is free is given back, and a crash is prepared for.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use redb::Database;

use super::{Condition, RedbWorkspace};
use crate::dir::Mode;
use crate::engine::redb::database::{database_file, prepare_for_a_crash};
use crate::engine::redb::handle::Handle;
use crate::engine::redb::ledger::Ledger;
use crate::engine::redb::transaction;
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
        if self.free_some_discarded(&handle, database, now) {
            return Ok(Some(now.now_ms()));
        }
        // Where damage is in the way, that stays, and the rest is done.
        let next = self.remove_some_expired(&handle, database, now).unwrap_or_default();
        if next.is_some_and(|at_ms| at_ms <= now.now_ms()) {
            return Ok(next);
        }
        let note = |trouble| self.state.refuse(&handle, trouble);
        let mut again = None;
        let is_settled = handle.discarded.are_all_freed() && !handle.file.tail.is_left() && !handle.found_damage();
        if is_settled && contain(|| is_mostly_free(&handle, bytes)).map_err(note).unwrap_or(false) {
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
        if handle.file.tail.is_left()
            && let Some(dir) = self.files.layout.workspace(&self.id)?
        {
            let (file, status) = database_file(&dir, &self.id, Mode::Write)?;
            if status.identity == handle.status.identity {
                handle.file.tail.give_back_some(&file).map_err(Error::io("give back what was cut off"))?;
            }
        }
        Ok(handle.file.tail.is_left())
    }

    /// Removes some of what has expired; when there is more to remove, which may be now.
    fn remove_some_expired(&self, handle: &Handle, database: &Database, now: Moment) -> Result<Option<u64>, Error> {
        let note = |trouble| self.state.refuse(handle, trouble);
        let next = || contain(|| handle.snapshot()?.next_expiry(|store| !handle.expiry().gave_up(store))).map_err(note);
        let first = next()?;
        if first.is_none_or(|at_ms| at_ms > now.now_ms()) {
            return Ok(first);
        }
        let latest_ms = now.latest_ms();
        let (large, more) = loop {
            match transaction::make(database, true, |transaction| Ledger::open(transaction, handle, now)?.tidy()) {
                // The others' goes.
                Err(trouble) if handle.has_met_damage(&trouble) && handle.expiry().give_up() => {}
                removed => break removed.map_err(note)?,
            }
        };
        self.latest_ms.store(latest_ms, Ordering::Relaxed);
        handle.committed(true);
        handle.large.free(&large.freed);
        if more { Ok(Some(now.now_ms())) } else { next() }
    }

    /// Frees a part of what was discarded; whether to go on.
    fn free_some_discarded(&self, handle: &Handle, database: &Database, now: Moment) -> bool {
        if !handle.discarded.are_left() {
            return false;
        }
        let latest_ms = now.latest_ms();
        match transaction::make(database, true, |transaction| handle.discarded.free_some(transaction, latest_ms)) {
            Ok(more) => {
                self.latest_ms.store(latest_ms, Ordering::Relaxed);
                handle.committed(true);
                more
            }
            Err(trouble) => {
                self.state.refuse(handle, trouble);
                handle.discarded.give_up()
            }
        }
    }

    fn prepare_for_a_crash(&self) -> Result<(), Error> {
        let handle = self.state.handle()?;
        if let Some(database) = handle.writer().filter(|_| handle.untidy.load(Ordering::Relaxed)) {
            prepare_for_a_crash(database).map_err(|trouble| self.state.refuse(&handle, trouble))?;
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
                    if let (Ok(true), Ok(bytes)) = (&compacted, handle.file.tail.len()) {
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

#[cfg(test)]
mod tests;
