//! What tests work on: the system's files, or those of a simulated disk.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::SystemTime;

use super::{FileStatus, Kind, Mode, simulated, system};

/// A directory, and the authority over what is below it.
#[derive(Debug)]
pub enum Dir {
    /// One of the system's.
    System(system::Dir),
    /// One of a simulated disk's.
    Simulated(simulated::Dir),
}

pub(crate) enum File {
    System(system::File),
    Simulated(simulated::File),
}

pub(crate) enum DirLock {
    System(#[expect(dead_code, reason = "it is held")] system::DirLock),
    Simulated(#[expect(dead_code, reason = "it is held")] simulated::DirLock),
}

/// Does the same with either.
macro_rules! either {
    ($all:ident, $either:expr, $one:ident => $do:expr) => {
        match $either {
            $all::System($one) => $do,
            $all::Simulated($one) => $do,
        }
    };
}

impl From<cap_std::fs::Dir> for Dir {
    fn from(dir: cap_std::fs::Dir) -> Self {
        Self::System(dir.into())
    }
}

impl Dir {
    /// Opens the system's directory at `path`.
    pub fn open_ambient(path: impl AsRef<Path>) -> io::Result<Self> {
        system::Dir::open_ambient(path).map(Self::System)
    }

    /// The same, after making it where it is missing.
    pub fn create_ambient(path: impl AsRef<Path>) -> io::Result<Self> {
        system::Dir::create_ambient(path).map(Self::System)
    }

    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        match self {
            Self::System(dir) => dir.open_dir(name).map(Self::System),
            Self::Simulated(dir) => dir.open_dir(name).map(Self::Simulated),
        }
    }

    pub(crate) fn create_dir(&self, name: &str) -> io::Result<()> {
        either!(Self, self, dir => dir.create_dir(name))
    }

    pub(crate) fn open_file(&self, name: &str, mode: Mode) -> io::Result<File> {
        match self {
            Self::System(dir) => dir.open_file(name, mode).map(File::System),
            Self::Simulated(dir) => dir.open_file(name, mode).map(File::Simulated),
        }
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        either!(Self, self, dir => dir.rename(from, to))
    }

    pub(crate) const RENAMES_NEW: bool = system::Dir::RENAMES_NEW;

    pub(crate) fn rename_new(&self, from: &str, to: &str) -> io::Result<()> {
        either!(Self, self, dir => dir.rename_new(from, to))
    }

    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        either!(Self, self, dir => dir.remove_file(name))
    }

    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        either!(Self, self, dir => dir.remove_dir(name))
    }

    pub(crate) fn remove_dir_all(&self, name: &str) -> io::Result<()> {
        either!(Self, self, dir => dir.remove_dir_all(name))
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        either!(Self, self, dir => dir.sync())
    }

    pub(crate) fn try_lock(&self) -> io::Result<Option<DirLock>> {
        Ok(match self {
            Self::System(dir) => dir.try_lock()?.map(DirLock::System),
            Self::Simulated(dir) => dir.try_lock()?.map(DirLock::Simulated),
        })
    }

    pub(crate) fn lock(&self) -> io::Result<DirLock> {
        match self {
            Self::System(dir) => dir.lock().map(DirLock::System),
            Self::Simulated(dir) => dir.lock().map(DirLock::Simulated),
        }
    }

    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        either!(Self, self, dir => dir.names())
    }

    pub(crate) fn kind(&self, name: &str) -> io::Result<Kind> {
        either!(Self, self, dir => dir.kind(name))
    }

    pub(crate) fn status(&self, path: &str) -> io::Result<FileStatus> {
        either!(Self, self, dir => dir.status(path))
    }

    pub(crate) fn modified(&self, name: &str) -> io::Result<SystemTime> {
        either!(Self, self, dir => dir.modified(name))
    }

    pub(crate) fn begin_to_sync(file: &File, from: u64, bytes: u64) {
        if let File::System(file) = file {
            system::Dir::begin_to_sync(file, from, bytes);
        }
    }

    pub(crate) const MAKES_HOLES: bool = system::Dir::MAKES_HOLES;

    pub(crate) fn make_hole(file: &File, from: u64, bytes: u64) -> io::Result<()> {
        match file {
            File::System(file) => system::Dir::make_hole(file, from, bytes),
            File::Simulated(file) => file.make_hole(from, bytes),
        }
    }

    pub(crate) fn status_of(file: &File) -> io::Result<FileStatus> {
        match file {
            File::System(file) => system::Dir::status_of(file),
            File::Simulated(file) => file.status(),
        }
    }
}

impl File {
    pub fn sync_data(&self) -> io::Result<()> {
        match self {
            Self::System(file) => file.sync_data(),
            Self::Simulated(file) => file.sync(),
        }
    }

    pub fn sync_all(&self) -> io::Result<()> {
        match self {
            Self::System(file) => file.sync_all(),
            Self::Simulated(file) => file.sync(),
        }
    }

    pub fn set_len(&self, bytes: u64) -> io::Result<()> {
        either!(Self, self, file => file.set_len(bytes))
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        either!(Self, self, file => file.read(buffer))
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        either!(Self, self, file => file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        either!(Self, self, file => file.seek(to))
    }
}
