//! Carrying over what is whole of a workspace that is damaged.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::ops::Bound;

use redb::{Database, StorageBackend, WriteTransaction};

use super::Sharing;
use super::backend::Backend;
use super::database::{builder, database_file};
use super::examination::{Examination, Whole};
use super::large_files::file_name;
use super::layout::{DATABASE, LARGE, Layout};
use super::meta::{self, COMMIT, Contents, LATEST, META, ReadMeta, VERSIONS, set_contents, set_held, set_number};
use super::tables::{Expiring, Names};
use super::trouble::{Trouble, contain};
use super::versions::BLOCK;
use super::writer_mark::{held_by_other, is_component, read_mark};
use crate::damage::Salvage;
use crate::dir::{Dir, Mode};
use crate::engine::LargeName;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::workspace_id::WorkspaceId;

/// Puts in the place of a workspace one with all that is whole of it; none where there is no such workspace.
///
/// The old one stays as it was, beside it.
pub(super) fn salvage(layout: &Layout, id: &WorkspaceId) -> Result<Option<Salvage>, Error> {
    let Some(dir) = layout.workspace(id)? else { return Ok(None) };
    // So that no other process opens it meanwhile.
    let turn = dir.try_lock().map_err(Error::io("lock the workspace's directory"))?;
    if turn.is_none() || is_held(id, &dir)? {
        return Err(held_by_other(&dir, id));
    }
    let mut examination = Examination::begin(layout, id, &dir)?;
    let made = layout.begin_salvaged()?;
    let kept = fill(&mut examination, layout, id, &made.dir);
    let kept = match kept {
        Ok(kept) => kept,
        Err(error) => {
            layout.drop_salvaged(made);
            return Err(error);
        }
    };
    let damage = examination.damage;
    let aside = layout.replace(id, made)?;
    Ok(Some(Salvage { kept, damage, aside }))
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

fn fill(examination: &mut Examination, layout: &Layout, id: &WorkspaceId, dir: &Dir) -> Result<Held, Error> {
    let cannot = || Error::io("write what was salvaged");
    let file = dir.open_file(DATABASE, Mode::CreateNew).map_err(cannot())?;
    let mut copy = contain(|| {
        let database = builder(Sharing::Exclusive).create_with_backend(Backend::new(file)?)?;
        let transaction = database.begin_write()?;
        Ok(Copy { database, transaction, layout, id, dir, large: None, stores: BTreeMap::new(), version: 0 })
    })
    .map_err(|trouble| trouble.into_error(id))?;
    examination.walk(|whole| copy.add(whole))?;
    // Where a number is lost, one that is high enough.
    let number = |key| contain(|| examination.transaction.open_table(META)?.number(key)).unwrap_or(0);
    let numbers = [(COMMIT, number(COMMIT)), (VERSIONS, number(VERSIONS)), (LATEST, number(LATEST))];
    let kept = copy.finish(examination.seal, numbers)?;
    dir.sync().map_err(cannot())?;
    Ok(kept)
}

/// The new workspace, as it is filled.
struct Copy<'a> {
    database: Database,
    transaction: WriteTransaction,
    layout: &'a Layout,
    id: &'a WorkspaceId,
    dir: &'a Dir,
    /// The directory of large values, once there is one.
    large: Option<Dir>,
    stores: BTreeMap<StoreId, Contents>,
    /// The highest one that was met.
    version: u64,
}

impl Copy<'_> {
    fn add(&mut self, Whole { store, key, stamp, large, stored }: &Whole) -> Result<(), Error> {
        if let Some(name) = large {
            self.copy_file(*name)?;
        }
        let contents = self.stores.entry((*store).clone()).or_default();
        contents.held = contents.held.plus(Held::of(key, stamp.bytes));
        contents.expiring += u64::from(stamp.expiry != Expiry::NEVER);
        contents.large += u64::from(large.is_some());
        self.version = self.version.max(stamp.version.into());
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

    fn copy_file(&mut self, name: LargeName) -> Result<(), Error> {
        let cannot = || Error::io("copy the file of a large value");
        let name = file_name(name);
        let from = self.layout.open_large(self.id, &name)?.ok_or_else(|| cannot()(io::ErrorKind::NotFound.into()));
        let mut from = from?;
        let dir = match &self.large {
            Some(dir) => dir,
            None => {
                self.dir.create_dir(LARGE).map_err(cannot())?;
                self.large.insert(self.dir.open_dir(LARGE).map_err(cannot())?)
            }
        };
        let copied = dir.open_file(&name, Mode::CreateNew).and_then(|mut to| {
            let mut piece = vec![0; 256 * 1024];
            loop {
                match from.read(&mut piece)? {
                    0 => return to.sync_data(),
                    read => to.write_all(&piece[..read])?,
                }
            }
        });
        copied.map_err(cannot())
    }

    fn finish(self, seal: crate::value::Seal, numbers: [(&str, u64); 3]) -> Result<Held, Error> {
        let Self { database, mut transaction, id, large, stores, version, .. } = self;
        let held = stores.values().fold(Held::default(), |held, contents| held.plus(contents.held));
        let written = contain(|| {
            transaction.set_quick_repair(true);
            {
                let mut meta = transaction.open_table(META)?;
                meta::begin(&mut meta, id.as_str(), &seal)?;
                for (key, number) in numbers {
                    let number = match key {
                        // A session that began before must not take it for what it has read, nor a version for an old one.
                        COMMIT => number + 1,
                        VERSIONS => number.max(version + 1) + BLOCK,
                        _ => number,
                    };
                    set_number(&mut meta, key, number)?;
                }
                set_held(&mut meta, held)?;
                for (store, contents) in &stores {
                    set_contents(&mut meta, store, *contents)?;
                }
            }
            transaction.commit()?;
            Ok(database.close()?)
        });
        written.map_err(|trouble| trouble.into_error(id))?;
        if let Some(large) = large {
            large.sync().map_err(Error::io("make the files of large values durable"))?;
        }
        Ok(held)
    }
}
