//! Where what is damaged is kept, once what is whole has taken its place.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::layout::{DATABASE, LARGE, Layout, NEW, open_dir, open_file, random_name};
use crate::dir::{Dir, File, Mode};
use crate::error::{Error, Fault};
use crate::workspace_id::WorkspaceId;

const DAMAGED: &str = ".damaged-";
/// What a disk reads whole or not at all, and how often it is asked, as a disk that ages may read it the next time.
const SECTOR_BYTES: usize = 4096;
const TRIES: usize = 5;

impl Layout {
    /// Copies a workspace's database, and those of its files of large values that are named, to where they stay, durably; says
    /// where. What an interruption leaves of that is swept.
    pub fn keep_aside(&self, id: &WorkspaceId, workspace: &Dir, files: &[String]) -> Result<String, Error> {
        let cannot = || Error::io("keep what is damaged");
        let workspaces = self.workspaces()?.ok_or_else(|| cannot()(io::ErrorKind::NotFound.into()))?;
        let (unfinished, name) = (format!("{NEW}{}", random_name()?), format!("{DAMAGED}{id}-{}", random_name()?));
        workspaces.create_dir(&unfinished).map_err(cannot())?;
        let kept = workspaces.open_dir(&unfinished).map_err(cannot()).and_then(|to| {
            fill(&to, workspace, files)?;
            workspaces.rename(&unfinished, &name).and_then(|()| workspaces.sync()).map_err(cannot())
        });
        if kept.is_err() {
            // Best effort: what stays is swept later.
            let _ = workspaces.remove_dir_all(&unfinished);
        }
        kept.map(|()| name)
    }
}

fn fill(to: &Dir, workspace: &Dir, files: &[String]) -> Result<(), Error> {
    let cannot = || Error::io("keep what is damaged");
    copy(workspace, DATABASE, to)?;
    if let Some(large) = open_dir(workspace, LARGE)?.filter(|_| !files.is_empty()) {
        to.create_dir(LARGE).map_err(cannot())?;
        let to = to.open_dir(LARGE).map_err(cannot())?;
        for name in files {
            copy(&large, name, &to)?;
        }
        to.sync().map_err(cannot())?;
    }
    to.sync().map_err(cannot())
}

/// Copies a file, with zeros for what cannot be read; nothing where it is no file.
fn copy(from: &Dir, name: &str, to: &Dir) -> Result<(), Error> {
    let file = match open_file(from, name, Mode::Read) {
        Ok(Some(file)) => file,
        Ok(None) | Err(Error::Unavailable(Fault::NotRegular { .. })) => return Ok(()),
        Err(error) => return Err(error),
    };
    let made = to.open_file(name, Mode::CreateNew);
    made.and_then(|made| copy_to(file, made)).map_err(Error::io("keep what is damaged"))
}

fn copy_to(mut from: File, mut to: File) -> io::Result<()> {
    let bytes = Dir::status_of(&from)?.bytes;
    let mut piece = vec![0; SECTOR_BYTES];
    for at in (0..bytes).step_by(SECTOR_BYTES) {
        let left = usize::try_from(bytes - at).unwrap_or(SECTOR_BYTES);
        let piece = &mut piece[..left.min(SECTOR_BYTES)];
        let mut read = || from.seek(SeekFrom::Start(at)).and_then(|_| from.read_exact(piece));
        if !(0..TRIES).any(|_| read().is_ok()) {
            piece.fill(0);
        }
        to.write_all(piece)?;
    }
    to.sync_all()
}
