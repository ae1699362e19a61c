#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "this module is where the rule points to")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{FileStatus, Kind, Mode, not_regular};

/// An open file, as the engine needs it.
pub(crate) type File = fs::File;

/// A lock on a directory, until it is dropped.
pub(crate) struct DirLock(#[expect(dead_code, reason = "it is held open")] File);

/// A directory, and the authority over what is below it.
///
/// The only authority that a larder ever receives: nothing outside of it is reached, and no link is followed.
#[derive(Debug)]
pub struct Dir(PathBuf);

impl Dir {
    /// Opens the directory at `path`.
    ///
    /// # Ambient authority
    ///
    /// Reaches any path that the runtime grants.
    ///
    /// # Errors
    ///
    /// The runtime's, where there is no such directory or it may not be read.
    pub fn open_ambient(path: impl AsRef<Path>) -> io::Result<Self> {
        fs::read_dir(&path)?;
        Ok(Self(path.as_ref().to_owned()))
    }

    /// Opens the directory at `path`, after making it and its parents where they are missing.
    ///
    /// # Ambient authority
    ///
    /// Reaches any path that the runtime grants.
    ///
    /// # Errors
    ///
    /// The runtime's, where it cannot be made or opened.
    pub fn create_ambient(path: impl AsRef<Path>) -> io::Result<Self> {
        fs::create_dir_all(&path)?;
        Self::open_ambient(path)
    }

    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        let path = self.0.join(name);
        if !fs::symlink_metadata(&path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self(path))
    }

    pub(crate) fn create_dir(&self, name: &str) -> io::Result<()> {
        fs::create_dir(self.0.join(name))
    }

    pub(crate) fn open_file(&self, name: &str, mode: Mode) -> io::Result<File> {
        let path = self.0.join(name);
        // WASI opens neither without following links nor without waiting, so this looks first.
        if mode != Mode::CreateNew && !fs::symlink_metadata(&path)?.is_file() {
            return Err(not_regular());
        }
        let mut options = fs::OpenOptions::new();
        options.read(true).write(mode != Mode::Read).create_new(mode == Mode::CreateNew);
        options.open(path)
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    pub(crate) const RENAMES_NEW: bool = false;

    /// WASI cannot.
    pub(crate) fn rename_new(&self, _from: &str, _to: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    pub(crate) fn remove_dir_all(&self, name: &str) -> io::Result<()> {
        fs::remove_dir_all(self.0.join(name))
    }

    /// Makes the names in this directory durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }

    /// WASI has no locks.
    pub(crate) fn try_lock(&self) -> io::Result<Option<DirLock>> {
        self.lock().map(Some)
    }

    /// WASI has no locks.
    pub(crate) fn lock(&self) -> io::Result<DirLock> {
        File::open(&self.0).map(DirLock)
    }

    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(Result::transpose).collect()
    }

    pub(crate) fn kind(&self, name: &str) -> io::Result<Kind> {
        let metadata = fs::symlink_metadata(self.0.join(name))?;
        Ok(if metadata.is_dir() {
            Kind::Dir
        } else if metadata.is_file() {
            Kind::File
        } else {
            Kind::Other
        })
    }

    pub(crate) fn status(&self, path: &str) -> io::Result<FileStatus> {
        fs::symlink_metadata(self.0.join(path)).map(|metadata| status(&metadata))
    }

    pub(crate) fn modified(&self, name: &str) -> io::Result<SystemTime> {
        fs::symlink_metadata(self.0.join(name))?.modified()
    }

    /// Nothing: a runtime syncs when it is asked to.
    pub(crate) fn begin_to_sync(_file: &File, _from: u64, _bytes: u64) {}

    pub(crate) const MAKES_HOLES: bool = false;

    /// WASI cannot.
    pub(crate) fn make_hole(_file: &File, _from: u64, _bytes: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn status_of(file: &File) -> io::Result<FileStatus> {
        file.metadata().map(|metadata| status(&metadata))
    }
}

fn status(metadata: &fs::Metadata) -> FileStatus {
    FileStatus { identity: None, bytes: metadata.len() }
}
