use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

/// A new, empty directory, which is removed in the end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("larder-demo-{}", process::id()));
        fs::create_dir(&path).map_err(|error| io::Error::other(format!("cannot make {}: {error}", path.display())))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} is left behind: {error}", self.0.display());
        }
    }
}
