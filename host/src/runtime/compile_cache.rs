use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use wasmtime::{Cache, CacheConfig};

use super::notes::Notes;

/// Where compiled plugins are kept, so that one that was compiled before starts at once.
///
/// What is found there is run as machine code of this process, unchecked: whoever can write there can do what this process
/// can. So a directory that somebody else could write to is refused.
///
/// It is the host's own and no part of a larder, and no plugin names anything in it. wasmtime's cache is given a path, so this
/// is one too, and not a directory handle as a larder is.
#[derive(Clone, Debug)]
pub struct CompileCache {
    pub(super) cache: Cache,
    notes: Notes,
}

/// Why a directory is not one to keep compiled plugins in.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CacheRefused {
    /// It, or one above it, belongs to somebody else than this user or root.
    #[error("{0} belongs to another user")]
    Foreign(PathBuf),
    /// It, or one above it, can be written by others.
    #[error("{0} can be written by other users")]
    Writable(PathBuf),
    /// It can be entered by others.
    #[error("{0} is open to other users: its mode has to be 0700")]
    Open(PathBuf),
    /// The operating system's answer.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
    /// wasmtime's answer.
    #[error("{0}")]
    Cache(String),
}

impl CompileCache {
    /// Keeps compiled plugins in a directory, which is made with mode 0700 where there is none.
    ///
    /// wasmtime removes what has not been used for long when they have more than 512 MiB together.
    ///
    /// # Errors
    ///
    /// [`CacheRefused`] where somebody but this user and root could change what is in it, also by way of a directory above
    /// it; and where it cannot be made.
    pub fn in_directory(path: impl AsRef<Path>) -> Result<Self, CacheRefused> {
        let path = path.as_ref();
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|error| CacheRefused::Io(path.to_owned(), error))?;
        // As it is really called, since a link on the way could be changed.
        let path = path.canonicalize().map_err(|error| CacheRefused::Io(path.to_owned(), error))?;
        check(&path)?;
        let notes = Notes::in_directory(&path)?;
        let mut config = CacheConfig::new();
        // Of its own, as wasmtime removes from it what it does not know.
        config.with_directory(path.join("wasmtime"));
        let cache = Cache::new(config);
        cache.map(|cache| Self { cache, notes }).map_err(|error| CacheRefused::Cache(format!("{error:#}")))
    }

    /// How many plugins were found compiled.
    pub fn hits(&self) -> usize {
        self.cache.cache_hits()
    }

    /// How many plugins were found compiled, or are kept since.
    pub(super) fn kept(&self) -> usize {
        self.cache.cache_hits() + self.cache.cache_misses()
    }

    pub(super) fn notes(&self) -> &Notes {
        &self.notes
    }
}

fn check(path: &Path) -> Result<(), CacheRefused> {
    for directory in path.ancestors() {
        let metadata =
            fs::symlink_metadata(directory).map_err(|error| CacheRefused::Io(directory.to_owned(), error))?;
        check_owner(directory, &metadata, directory == path)?;
    }
    Ok(())
}

#[cfg(unix)]
fn check_owner(path: &Path, metadata: &Metadata, itself: bool) -> Result<(), CacheRefused> {
    use std::os::unix::fs::MetadataExt;

    const OTHERS_WRITE: u32 = 0o022;
    const OTHERS: u32 = 0o077;
    /// In such a directory others cannot rename what is not theirs.
    const STICKY: u32 = 0o1000;

    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user && (itself || metadata.uid() != 0) {
        return Err(CacheRefused::Foreign(path.to_owned()));
    }
    if metadata.mode() & OTHERS_WRITE != 0 && (itself || metadata.mode() & STICKY == 0) {
        return Err(CacheRefused::Writable(path.to_owned()));
    }
    if itself && metadata.mode() & OTHERS != 0 {
        return Err(CacheRefused::Open(path.to_owned()));
    }
    Ok(())
}

/// Here the directory of a user is nobody else's.
#[cfg(not(unix))]
fn check_owner(_: &Path, _: &Metadata, _: bool) -> Result<(), CacheRefused> {
    Ok(())
}
