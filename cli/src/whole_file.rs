use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use crate::exit::Exit;
use crate::failure::Failure;

/// A file that is being written, and has its name only once it is complete; until then what had the name before is there.
///
/// What is no regular file, such as a device, is written as it is.
pub struct WholeFile {
    pub file: File,
    path: PathBuf,
    /// Where it is until it is complete, beside the file that it is to become.
    partial: Option<PathBuf>,
}

impl WholeFile {
    pub fn create(path: &Path) -> io::Result<Self> {
        // Where the name is a link to a file, that file is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let there = fs::metadata(&path).ok();
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return Ok(Self { file: File::options().write(true).open(&path)?, path, partial: None });
        }
        let mut name = path.file_name().map(OsString::from).ok_or(io::ErrorKind::IsADirectory)?;
        name.push(format!(".{}.partial", process::id()));
        let partial = path.with_file_name(name);
        let whole = Self { file: File::create_new(&partial)?, path, partial: Some(partial) };
        if let Some(there) = there {
            // Whoever may not read what is there may not read what takes its place.
            whole.file.set_permissions(there.permissions())?;
        }
        Ok(whole)
    }

    /// Whether there is something to be removed should it not be completed.
    pub fn is_partial(&self) -> bool {
        self.partial.is_some()
    }

    /// Gives it its name, durably.
    pub fn complete(mut self) -> io::Result<()> {
        let Some(partial) = &self.partial else { return Ok(()) };
        self.file.sync_all()?;
        fs::rename(partial, &self.path)?;
        self.partial = None;
        match self.path.parent() {
            // Windows has no sync of a directory, and needs none.
            Some(directory) if cfg!(unix) => {
                let here = Path::new(".");
                File::open(if directory.as_os_str().is_empty() { here } else { directory })?.sync_all()
            }
            _ => Ok(()),
        }
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            // What cannot be removed says by its name what it is.
            let _ = fs::remove_file(partial);
        }
    }
}

/// Writes a file that has its name only once it has all of these bytes.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = WholeFile::create(path).and_then(|mut whole| {
        io::Write::write_all(&mut whole.file, bytes)?;
        whole.complete()
    });
    written.map_err(|error| cannot_write(path, error))
}

/// What is told of a file that cannot be written.
pub fn cannot_write(path: &Path, error: io::Error) -> Failure {
    Failure::new(Exit::Larder, error).context(format!("cannot write {}", path.display()))
}
