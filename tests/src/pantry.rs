use std::fs::DirEntry;
use std::path::Path;

use larder_store::{Access, Dir, Larder, Limits, Options, Session};
use tempfile::TempDir;

/// A larder in a temporary directory.
pub struct Pantry {
    dir: TempDir,
    larder: Larder,
}

impl Pantry {
    /// A new one, with nothing in it.
    pub fn new() -> Self {
        let dir = TempDir::new().expect("there is a temporary directory");
        let larder = open(dir.path(), Access::ReadWrite);
        Self { dir, larder }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The names of the files that large values of a workspace are in, finished or not.
    pub fn blobs(&self, workspace: &str) -> Vec<String> {
        let dir = self.path().join("workspaces").join(workspace).join("blobs");
        let Ok(files) = std::fs::read_dir(dir) else { return Vec::new() };
        let name = |file: std::io::Result<DirEntry>| file.expect("the directory is read").file_name();
        files.map(|file| name(file).to_string_lossy().into_owned()).collect()
    }

    /// What is open there.
    pub fn larder(&self) -> &Larder {
        &self.larder
    }

    /// Closes the larder, and opens the directory anew.
    pub async fn reopen(self) -> Self {
        self.larder.close().await.expect("the larder closes");
        let Self { dir, larder } = self;
        drop(larder);
        let larder = open(dir.path(), Access::ReadWrite);
        Self { dir, larder }
    }

    /// Opens the directory a second time, for reading.
    pub fn read_only(&self) -> Larder {
        open(self.path(), Access::ReadOnly)
    }

    /// A session with the limits that hold unless the host says otherwise.
    pub fn session(&self, workspace: &str, plugin: &str) -> Session {
        self.limited(workspace, plugin, Limits::default())
    }

    /// A session with these limits.
    pub fn limited(&self, workspace: &str, plugin: &str, limits: Limits) -> Session {
        let workspace = workspace.parse().expect("a name of a workspace");
        let plugin = plugin.parse().expect("a name of a plugin");
        self.larder.session(&workspace, &plugin, limits)
    }
}

impl Default for Pantry {
    fn default() -> Self {
        Self::new()
    }
}

fn open(path: &Path, access: Access) -> Larder {
    let mut options = Options::default();
    options.access = access;
    let dir = Dir::open_ambient(path).expect("the directory is there");
    Larder::open(dir, options).expect("the larder opens")
}
