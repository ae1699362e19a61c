use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use cap_fs_ext::{DirExt, FollowSymlinks, MetadataExt, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Metadata, OpenOptions};

use super::{FileStatus, Kind, Mode, not_regular};

/// An open file, as the engine needs it.
#[allow(clippy::disallowed_types, reason = "this module is where the rule points to")]
pub(crate) type File = std::fs::File;

/// A lock on a directory, until it is dropped.
pub(crate) struct DirLock(#[expect(dead_code, reason = "it is held open")] File);

/// A directory, and the authority over what is below it.
///
/// The only authority that a larder ever receives: nothing outside of it is reached, and no link is followed.
#[derive(Debug)]
pub struct Dir(cap_std::fs::Dir);

impl From<cap_std::fs::Dir> for Dir {
    fn from(dir: cap_std::fs::Dir) -> Self {
        Self(dir)
    }
}

impl Dir {
    /// Opens the directory at `path`.
    ///
    /// # Ambient authority
    ///
    /// Reaches any path that the process can.
    ///
    /// # Errors
    ///
    /// The operating system's, where there is no such directory or it may not be read.
    pub fn open_ambient(path: impl AsRef<Path>) -> io::Result<Self> {
        cap_std::fs::Dir::open_ambient_dir(path, ambient_authority()).map(Self)
    }

    /// Opens the directory at `path`, after making it and its parents, durably, where they are missing.
    ///
    /// # Ambient authority
    ///
    /// Reaches any path that the process can.
    ///
    /// # Errors
    ///
    /// The operating system's, where it cannot be made or opened.
    pub fn create_ambient(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
        cap_std::fs::Dir::create_ambient_dir_all(path, ambient_authority())?;
        for made in missing {
            let parent = made.parent().filter(|parent| !parent.as_os_str().is_empty());
            Self::open_ambient(parent.unwrap_or(Path::new(".")))?.sync()?;
        }
        Self::open_ambient(path)
    }

    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        self.0.open_dir_nofollow(name).map(Self)
    }

    pub(crate) fn create_dir(&self, name: &str) -> io::Result<()> {
        self.0.create_dir(name)
    }

    pub(crate) fn open_file(&self, name: &str, mode: Mode) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(mode != Mode::Read).create_new(mode == Mode::CreateNew);
        // Without waiting: a FIFO planted here would wait for its other end.
        options.follow(FollowSymlinks::No).nonblock(true);
        let file = self.0.open_with(name, &options)?;
        if kind(&file.metadata()?) != Kind::File {
            return Err(not_regular());
        }
        Ok(file.into_std())
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, &self.0, to)
    }

    /// Whether [`rename_new`](Self::rename_new) is there.
    pub(crate) const RENAMES_NEW: bool = cfg!(target_os = "linux");

    /// Renames, unless there is something of the new name.
    #[cfg(target_os = "linux")]
    pub(crate) fn rename_new(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat_with(&self.0, from, &self.0, to, rustix::fs::RenameFlags::NOREPLACE)?)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn rename_new(&self, _from: &str, _to: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        self.0.remove_file(name)
    }

    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        self.0.remove_dir(name)
    }

    pub(crate) fn remove_dir_all(&self, name: &str) -> io::Result<()> {
        self.0.remove_dir_all(name)
    }

    /// Makes the names in this directory durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.open(".")?.sync_all()
    }

    /// Locks out everybody else who asks for this, until the answer is dropped; none where somebody has it.
    pub(crate) fn try_lock(&self) -> io::Result<Option<DirLock>> {
        let dir = self.0.open(".")?.into_std();
        match dir.try_lock() {
            Ok(()) => Ok(Some(DirLock(dir))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The same, after waiting for it.
    pub(crate) fn lock(&self) -> io::Result<DirLock> {
        let dir = self.0.open(".")?.into_std();
        dir.lock()?;
        Ok(DirLock(dir))
    }

    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        // A name that is not UTF-8 is nobody's of ours.
        let names = self.0.entries()?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(Result::transpose).collect()
    }

    pub(crate) fn kind(&self, name: &str) -> io::Result<Kind> {
        self.0.symlink_metadata(name).map(|metadata| kind(&metadata))
    }

    /// Looks without asking for times: on Linux that makes the next write note its own, and the next sync dearer.
    #[cfg(target_os = "linux")]
    pub(crate) fn status(&self, path: &str) -> io::Result<FileStatus> {
        use rustix::fs::{AtFlags, StatxFlags, makedev, statx};

        let wanted = StatxFlags::TYPE | StatxFlags::INO | StatxFlags::SIZE;
        let found = statx(&self.0, path, AtFlags::SYMLINK_NOFOLLOW, wanted)?;
        let device = makedev(found.stx_dev_major, found.stx_dev_minor);
        Ok(FileStatus { identity: Some((device, found.stx_ino)), bytes: found.stx_size })
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn status(&self, path: &str) -> io::Result<FileStatus> {
        self.0.symlink_metadata(path).map(|metadata| status(&metadata))
    }

    pub(crate) fn modified(&self, name: &str) -> io::Result<SystemTime> {
        Ok(self.0.symlink_metadata(name)?.modified()?.into_std())
    }

    /// Has the disk begin with a part of what was written, so that there is less to wait for at the sync; no promise.
    #[cfg(target_os = "linux")]
    pub(crate) fn begin_to_sync(file: &File, from: u64, bytes: u64) {
        // What is not on the disk yet stays in memory, and what is has been read by nobody yet.
        let _ = rustix::fs::fadvise(file, from, std::num::NonZeroU64::new(bytes), rustix::fs::Advice::DontNeed);
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn begin_to_sync(_file: &File, _from: u64, _bytes: u64) {}

    /// Whether [`make_hole`](Self::make_hole) is there.
    pub(crate) const MAKES_HOLES: bool = cfg!(target_os = "linux");

    /// Gives back the room of a part of a file, which is zero then; the file stays as long as it is.
    #[cfg(target_os = "linux")]
    pub(crate) fn make_hole(file: &File, from: u64, bytes: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};

        Ok(fallocate(file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, from, bytes)?)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn make_hole(_file: &File, _from: u64, _bytes: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn status_of(file: &File) -> io::Result<FileStatus> {
        Metadata::from_file(file).map(|metadata| status(&metadata))
    }
}

fn status(metadata: &Metadata) -> FileStatus {
    FileStatus { identity: Some((metadata.dev(), metadata.ino())), bytes: metadata.len() }
}

fn kind(metadata: &Metadata) -> Kind {
    if metadata.is_dir() {
        Kind::Dir
    } else if metadata.is_file() && metadata.nlink() <= 1 {
        Kind::File
    } else {
        Kind::Other
    }
}
