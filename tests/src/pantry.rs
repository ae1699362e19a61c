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
