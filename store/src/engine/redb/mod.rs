//! The engine of a directory: one redb file a workspace.

mod aside;
mod attempts;
mod backend;
mod database;
mod discarded;
#[cfg(test)]
mod disk_tests;
mod doubt;
mod examination;
#[cfg(fuzzing)]
pub mod fuzzing;
mod handle;
mod large_file;
mod large_files;
mod layout;
mod ledger;
mod meta;
mod overlay;
mod page_format;
mod page_sums;
mod recovery_flag;
mod salvage;
mod scan;
mod signposts;
#[cfg(test)]
mod simulated_file;
mod snapshot;
mod tables;
mod tail;
mod transaction;
mod trouble;
mod unread;
mod versions;
mod view;
mod workspace;
mod writer_mark;

use std::future::ready;
use std::sync::Arc;

use self::database::{fill, open_to_write, repair};
use self::examination::Examination;
use self::large_files::AllLargeFiles;
use self::layout::{DATABASE, Layout};
use self::salvage::salvage;
use self::workspace::RedbWorkspace;
use self::writer_mark::{holder, is_component, read_mark, remove_component_s};
use super::{Absent, Answer, Engine, EngineWorkspace};
use crate::access::Access;
use crate::damage::{Damage, Salvage};
use crate::dir::Dir;
use crate::error::{Error, Fault};
use crate::workspace_id::WorkspaceId;

/// How processes share a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// One process writes, others may read what is committed meanwhile. Two syncs a commit.
    #[default]
    ReadersBeside,
    /// One process alone. One sync a commit.
    Exclusive,
}

/// The engine that keeps a larder in a directory.
pub struct RedbEngine {
    files: Arc<Files>,
}

/// Where the workspaces are, and how they are opened.
struct Files {
    layout: Arc<Layout>,
    access: Access,
    sharing: Sharing,
    large: AllLargeFiles,
}

impl RedbEngine {
    /// Takes `dir` for a larder; an empty one becomes a larder at the first write.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the directory is neither empty nor a larder, has a layout of another version, or cannot
    /// be read.
    pub fn open(dir: Dir, access: Access, sharing: Sharing) -> Result<Self, Error> {
        let layout = Arc::new(Layout::open(dir)?);
        if access == Access::ReadWrite {
            layout.sweep()?;
        }
        Ok(Self { files: Arc::new(Files { layout, access, sharing, large: AllLargeFiles::default() }) })
    }

    fn open_now(&self, id: &WorkspaceId, absent: Absent) -> Result<Option<Arc<dyn EngineWorkspace>>, Error> {
        loop {
            if absent == Absent::Create && self.files.layout.workspace(id)?.is_none() {
                self.files.layout.create(id, |file| fill(file, id))?;
            }
            match RedbWorkspace::open(self.files.clone(), id)? {
                Some(open) => return Ok(Some(Arc::new(open))),
                None if absent == Absent::Leave => return Ok(None),
                // Another process has deleted it since: there is still one to be made.
                None => {}
            }
        }
    }

    fn delete_now(&self, id: &WorkspaceId) -> Result<bool, Error> {
        let Files { layout, sharing, .. } = &*self.files;
        let locked = match open_to_write(layout, id, *sharing) {
            Ok(None) => return layout.confirm_removal(id).map(|()| false),
            Ok(Some(locked)) => Some(locked),
            // Nobody can have it open, and removing it is what is left to do with it.
            Err(Error::Unavailable(Fault::Damaged { .. })) => None,
            Err(error) => return Err(error),
        };
        // Renamed while it is locked; whoever waits for the lock finds that the name leads nowhere.
        let removed = layout.remove(id);
        if let Some((opened, mark)) = locked {
            drop(opened);
            if removed.is_err() {
                mark.remove(layout, id);
            }
        }
        removed.map(|()| true)
    }

    fn examine_now(&self, id: &WorkspaceId) -> Result<Option<Vec<Damage>>, Error> {
        let Some(dir) = self.files.layout.workspace(id)? else { return Ok(None) };
        let written = || dir.modified(DATABASE).ok();
        let begun = written();
        let mut damage = self.examine_once(id, &dir)?;
        if !damage.is_empty() && written() != begun {
            // Somebody has written meanwhile, so that some may not be damaged but replaced.
            let again = self.examine_once(id, &dir)?;
            damage.retain(|one| again.contains(one));
        }
        Ok(Some(damage))
    }

    fn examine_once(&self, id: &WorkspaceId, dir: &Dir) -> Result<Vec<Damage>, Error> {
        let examined = Examination::begin(&self.files.layout, id, dir).and_then(|mut examination| {
            examination.walk(|_| Ok(()))?;
            Ok(examination.damage)
        });
        match examined {
            Err(Error::Unavailable(Fault::Damaged { what, .. })) => Ok(vec![Damage::of_workspace(what)]),
            examined => examined,
        }
    }

    fn unlock_now(&self, id: &WorkspaceId) -> Result<Option<String>, Error> {
        let layout = &self.files.layout;
        let Some(dir) = layout.workspace(id)? else { return Ok(None) };
        // So that it is not meanwhile a native writer's.
        let turn = dir.lock().map_err(Error::io("lock the workspace's directory"))?;
        let Some(mark) = read_mark(&dir)? else { return Ok(None) };
        if is_component(&mark) {
            remove_component_s(&dir)?;
        }
        drop(turn);
        // Whether a native writer lives, redb's lock tells. What was interrupted is repaired on the way.
        repair(layout, id)?;
        Ok(Some(holder(&mark)))
    }
}

impl Engine for RedbEngine {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        Box::pin(ready(self.open_now(id, absent)))
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        Box::pin(ready(self.files.layout.ids()))
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        Box::pin(ready(self.delete_now(id)))
    }

    fn unlock<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<Option<String>, Error>> {
        Box::pin(ready(self.unlock_now(id)))
    }

    fn examine<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<Option<Vec<Damage>>, Error>> {
        Box::pin(ready(self.examine_now(id)))
    }

    fn salvage<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<Option<Salvage>, Error>> {
        Box::pin(ready(salvage(&self.files.layout, id)))
    }
}
