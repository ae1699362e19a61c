//! Carrying over what is whole of a workspace that is damaged.

use std::collections::HashSet;
use std::ops::Bound;

use redb::{Database, StorageBackend, WriteTransaction};

use super::Sharing;
use super::backend::Backend;
use super::database::{Busy, builder, database_file};
use super::examination::{Examination, Whole};
use super::large_files::file_name;
use super::layout::{DATABASE, Layout};
use super::meta::{self, COMMIT, LATEST, META, ReadMeta, VERSIONS, set_contents, set_held, set_number};
use super::tables::{Expiring, Names};
use super::trouble::{Trouble, contain};
use super::versions::BLOCK;
use super::writer_mark::{WriterMark, held_by_other, is_component, read_mark};
use crate::damage::Salvage;
use crate::dir::{Dir, Mode};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::usage::Held;
use crate::workspace_id::WorkspaceId;

/// The new database, until it has the name of the old.
const NEW_DATABASE: &str = ".new-data.redb";

/// Puts in the place of a workspace one with all that is whole of it; none where there is no such workspace.
///
/// A new database is filled beside the old one. What it does not take over, the old one itself included, is copied aside and
/// made durable; only then the new one gets the name of the old, at one stroke: so at every moment there is the one or the
/// other. The files of large values that are whole stay where they are.
pub(super) fn salvage(layout: &Layout, id: &WorkspaceId) -> Result<Option<Salvage>, Error> {
    let Some(dir) = layout.workspace(id)? else { return Ok(None) };
    // So that no other process opens it meanwhile.
    let turn = dir.try_lock().map_err(Error::io("lock the workspace's directory"))?;
    if turn.is_none() || is_held(id, &dir)? {
        return Err(held_by_other(&dir, id));
    }
    let mut examination = Examination::begin(layout, id, &dir)?;
    // A component knows of no lock.
    let mark = WriterMark::new();
    match mark.make(&dir, true).and_then(|()| Ok(mark.claim(&dir)?)) {
        Ok(()) => {}
        Err(Busy::Error(error)) => return Err(error),
        Err(_) => return Err(held_by_other(&dir, id)),
    }
    let aside = fill(&mut examination, id, &dir).and_then(|copied| {
        let aside = put_in_place(layout, id, &dir, &copied.large)?;
        Ok((copied.kept, aside))
    });
    if aside.is_err() {
        // Best effort: what stays is removed when the workspace is opened.
        let _ = dir.remove_file(NEW_DATABASE);
    }
    mark.remove_in(&dir);
    let (kept, aside) = aside?;
    Ok(Some(Salvage { kept, damage: examination.damage, aside }))
}

fn put_in_place(layout: &Layout, id: &WorkspaceId, dir: &Dir, needed: &HashSet<String>) -> Result<String, Error> {
    let mut unneeded = layout.large_names(id)?;
    unneeded.retain(|name| !needed.contains(name));
    let aside = layout.keep_aside(id, dir, &unneeded)?;
    dir.rename(NEW_DATABASE, DATABASE).map_err(Error::io("put the new database in place"))?;
    if let Err(error) = layout.sync_names_of(id) {
        layout.raise_doubt(id);
        return Err(Error::OutcomeUnknown(Fault::io("make the new database's name durable", error)));
    }
    // All of it is new, and on the disk.
    layout.end_doubt(id);
    for name in &unneeded {
        // Best effort: what stays is swept when the workspace is opened.
        let _ = layout.remove_large(id, name);
    }
    Ok(aside)
}

/// Removes a new database that was not finished. Nobody is about it, as the workspace is held.
pub(super) fn remove_unfinished(layout: &Layout, id: &WorkspaceId) {
    if let Ok(Some(dir)) = layout.workspace(id) {
        let _ = dir.remove_file(NEW_DATABASE);
    }
}

/// Whether a process has the workspace open, as far as locks and a component's mark tell.
fn is_held(id: &WorkspaceId, dir: &Dir) -> Result<bool, Error> {
    if read_mark(dir)?.is_some_and(|mark| is_component(&mark)) {
        return Ok(true);
    }
    let (file, _) = database_file(dir, id, Mode::Write)?;
    let conflict = contain(|| {
        let file = Backend::new(file)?;
        let free = file
            .try_lock_range(Bound::Unbounded, Bound::Unbounded)
            .map_err(|error| Trouble::Engine(error.to_string()))?;
        file.close().map_err(Trouble::Io)?;
        Ok(!free)
    });
    conflict.map_err(|trouble| trouble.into_error(id))
}

/// What was carried over.
struct Copied {
    kept: Held,
    /// The names of the files of its large values.
    large: HashSet<String>,
}

fn fill(examination: &mut Examination, id: &WorkspaceId, dir: &Dir) -> Result<Copied, Error> {
    // One that was interrupted may have left its own.
    let _ = dir.remove_file(NEW_DATABASE);
    let file = dir.open_file(NEW_DATABASE, Mode::CreateNew).map_err(Error::io("write what was salvaged"))?;
    let mut copy = contain(|| {
        let database = builder(Sharing::Exclusive).create_with_backend(Backend::new(file)?)?;
        let transaction = database.begin_write()?;
        Ok(Copy { database, transaction, id, large: HashSet::new() })
    })
    .map_err(|trouble| trouble.into_error(id))?;
    examination.walk(|whole| copy.add(whole))?;
    copy.finish(examination)
}

/// The new database, as it is filled.
struct Copy<'a> {
    database: Database,
    transaction: WriteTransaction,
    id: &'a WorkspaceId,
    /// The names of the files of its large values.
    large: HashSet<String>,
}

impl Copy<'_> {
    fn add(&mut self, Whole { store, key, stamp, large, stored }: &Whole) -> Result<(), Error> {
        if let Some(name) = large {
            self.large.insert(file_name(*name));
        }
        let (names, transaction) = (Names::of(store), &self.transaction);
        let added = contain(|| {
            transaction.open_table(names.rows())?.insert(key.as_bytes(), *stored)?;
            let bytes = stamp.bytes.to_le_bytes();
            if stamp.expiry != Expiry::NEVER {
                let row = Expiring::row(stamp.expiry, key);
                transaction.open_table(names.expiring())?.insert(row.as_slice(), bytes.as_slice())?;
            }
            if let Some(name) = large {
                transaction.open_table(names.large())?.insert(name.as_slice(), bytes.as_slice())?;
            }
            Ok(())
        });
        added.map_err(|trouble| trouble.into_error(self.id))
    }

    fn finish(self, examination: &Examination) -> Result<Copied, Error> {
        let Self { database, mut transaction, id, large } = self;
        let number = |key| contain(|| examination.transaction.open_table(META)?.number(key)).unwrap_or(0);
        let held = examination.held();
        let written = contain(|| {
            transaction.set_quick_repair(true);
            {
                let mut meta = transaction.open_table(META)?;
                meta::begin(&mut meta, id.as_str(), &examination.seal)?;
                // A session that began before must not take it for what it has read, nor a version for an old one; also
                // where the number is lost.
                set_number(&mut meta, COMMIT, number(COMMIT) + 1)?;
                set_number(&mut meta, VERSIONS, number(VERSIONS).max(examination.highest + 1) + BLOCK)?;
                set_number(&mut meta, LATEST, number(LATEST))?;
                set_held(&mut meta, held)?;
                for (store, contents) in &examination.found {
                    set_contents(&mut meta, store, *contents)?;
                }
            }
            transaction.commit()?;
            Ok(database.close()?)
        });
        written.map_err(|trouble| trouble.into_error(id))?;
        Ok(Copied { kept: held, large })
    }
}
