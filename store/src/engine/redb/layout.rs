//! The directory of a larder.
//!
//! ```text
//! FORMAT                     version of the layout
//! workspaces/<id>/data.redb  every store of the workspace
//! workspaces/<id>/blobs/     the files of large values, with random names
//! workspaces/<id>/writer     who writes here now
//! workspaces/<id>/spare-writer  what the next one's mark is made of
//! workspaces/<id>/last-component  the component that was here last, where there was one
//! workspaces/<id>/.new-data.redb  the database that is to take the place of one that is damaged
//! workspaces/<id>/unsynced   there as long as a sync has failed and was not made up for
//! workspaces/.new-<random>   a workspace that is being created
//! workspaces/.gone-<random>  a workspace that is being removed
//! workspaces/.damaged-<id>-<random>  what was not carried over when a workspace was salvaged
//! ```
//!
//! A workspace is born complete under another name and then renamed, so that one that has its name is whole. Renaming a
//! directory onto one that holds anything is refused, so that of two processes creating one workspace a single one does.

use std::io::{self, Read, Write};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::doubt::Doubts;
use crate::dir::{Dir, File, FileStatus, Kind, Mode};
use crate::error::{Error, Fault};
use crate::workspace_id::WorkspaceId;

pub(super) const DATABASE: &str = "data.redb";

const FORMAT: &str = "FORMAT";
const KNOWN_FORMAT: &str = "larder 2";
const WORKSPACES: &str = "workspaces";
pub(super) const LARGE: &str = "blobs";
pub(super) const NEW: &str = ".new-";
const GONE: &str = ".gone-";
/// What a new file system is born with.
const LOST_AND_FOUND: &str = "lost+found";
const REMOVE: &str = "remove the workspace";
/// How long creating a workspace takes at most; what is older was interrupted.
const CREATION: Duration = Duration::from_secs(3600);

pub(super) struct Layout {
    root: Dir,
    workspaces: OnceLock<Dir>,
    pub doubts: Doubts,
}

impl Layout {
    /// Looks whether `root` is a larder, or empty and so one that nobody has written to yet.
    pub fn open(root: Dir) -> Result<Self, Error> {
        match read_text(&root, FORMAT)? {
            Some(format) if format.trim_end() == KNOWN_FORMAT => {}
            Some(format) => {
                let found = format.trim_end().chars().filter(|c| !c.is_control()).take(32).collect();
                return Err(Error::Unavailable(Fault::UnknownFormat { found, known: KNOWN_FORMAT }));
            }
            None => {
                let names = root.names().map_err(Error::io("list the larder's directory"))?;
                if names.iter().any(|name| !name.starts_with(NEW) && name != LOST_AND_FOUND) {
                    return Err(Error::Unavailable(Fault::NotALarder));
                }
            }
        }
        Ok(Self { root, workspaces: OnceLock::new(), doubts: Doubts::default() })
    }

    /// The directory of a workspace, if there is such a workspace.
    pub fn workspace(&self, id: &WorkspaceId) -> Result<Option<Dir>, Error> {
        let Some(workspaces) = self.workspaces()? else { return Ok(None) };
        open_dir(workspaces, id.as_str())
    }

    /// Whether the name of a workspace still leads to the directory that was opened.
    pub fn is_at(&self, id: &WorkspaceId, opened: &Dir) -> bool {
        match (self.workspaces.get().map(|workspaces| workspaces.status(id.as_str())), opened.status(".")) {
            (Some(Err(error)), _) => error.kind() != io::ErrorKind::NotFound,
            (Some(Ok(now)), Ok(opened)) => now.identity == opened.identity,
            _ => true,
        }
    }

    /// What the name of a workspace's database leads to now.
    pub fn database_status(&self, id: &WorkspaceId) -> io::Result<FileStatus> {
        let workspaces = self.workspaces.get().ok_or(io::ErrorKind::NotFound)?;
        workspaces.status(&format!("{id}/{DATABASE}"))
    }

    /// Every workspace, in order of name.
    pub fn ids(&self) -> Result<Vec<WorkspaceId>, Error> {
        let Some(workspaces) = self.workspaces()? else { return Ok(Vec::new()) };
        let names = workspaces.names().map_err(Error::io("list the workspaces"))?;
        let directories = names.iter().filter(|name| workspaces.kind(name).is_ok_and(|kind| kind == Kind::Dir));
        let mut ids: Vec<WorkspaceId> = directories.filter_map(|name| name.parse().ok()).collect();
        ids.sort();
        Ok(ids)
    }

    /// Makes a workspace whose database `fill` fills; not where there is one by now. [`Layout::sync_names`] makes its name
    /// durable.
    pub fn create(&self, id: &WorkspaceId, fill: impl FnOnce(File) -> Result<(), Error>) -> Result<(), Error> {
        let cannot = || Error::io("create the workspace");
        self.found()?;
        let workspaces = self.workspaces()?.ok_or_else(|| cannot()(io::ErrorKind::NotFound.into()))?;
        let name = format!("{NEW}{}", random_name()?);
        workspaces.create_dir(&name).map_err(cannot())?;
        let dir = workspaces.open_dir(&name).map_err(cannot())?;
        let made = dir.open_file(DATABASE, Mode::CreateNew).map_err(cannot()).and_then(fill);
        let named = made.and_then(|()| {
            dir.sync().map_err(cannot())?;
            match workspaces.rename(&name, id.as_str()) {
                // Somebody else was faster, whether or not it is still there.
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
                Err(_) if self.workspace(id)?.is_some() => Ok(false),
                renamed => renamed.map(|()| true).map_err(cannot()),
            }
        });
        if !matches!(named, Ok(true)) {
            // Best effort: what stays is swept later.
            let _ = workspaces.remove_dir_all(&name);
        }
        named.map(drop)
    }

    /// Makes the names of the workspaces durable, and those that lead to them.
    pub fn sync_names(&self) -> io::Result<()> {
        self.workspaces.get().ok_or(io::ErrorKind::NotFound)?.sync()?;
        self.root.sync()
    }

    /// The same for those in a workspace's directory, and those that lead to it.
    pub fn sync_names_of(&self, id: &WorkspaceId) -> io::Result<()> {
        if let Some(dir) = self.workspace(id).map_err(io::Error::other)? {
            dir.sync()?;
        }
        self.sync_names()
    }

    /// Removes a workspace that nobody has open.
    pub fn remove(&self, id: &WorkspaceId) -> Result<(), Error> {
        let cannot = || Error::io(REMOVE);
        let Some(workspaces) = self.workspaces()? else { return Ok(()) };
        let name = format!("{GONE}{}", random_name()?);
        workspaces.rename(id.as_str(), &name).map_err(cannot())?;
        if let Err(error) = workspaces.sync() {
            let fault = Fault::io(REMOVE, error);
            // The disk may have the one name or the other until a sync succeeds.
            let undone = workspaces.rename(&name, id.as_str()).and_then(|()| workspaces.sync());
            if undone.is_ok() {
                return Err(Error::Unavailable(fault));
            }
            self.raise_doubt(id);
            return Err(Error::OutcomeUnknown(fault));
        }
        // From here on it is gone; what an interruption leaves is swept at the next start.
        let _ = workspaces.remove_dir_all(&name);
        Ok(())
    }

    /// The directory of a workspace's large values, made where there is none; [`Layout::sync`] makes its name durable.
    pub fn make_large_dir(&self, id: &WorkspaceId) -> Result<Dir, Error> {
        let cannot = || Error::io("make the directory of large values");
        let dir = self.workspace(id)?.ok_or_else(|| cannot()(io::ErrorKind::NotFound.into()))?;
        // Others may make it at the same time, or remove it with the last file in it.
        loop {
            if let Some(large) = open_dir(&dir, LARGE)? {
                return Ok(large);
            }
            match dir.create_dir(LARGE) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(cannot()(error)),
                _ => {}
            }
        }
    }

    /// Makes the names in a workspace's directory durable.
    pub fn sync(&self, id: &WorkspaceId) -> Result<(), Error> {
        let cannot = || Error::io("make the workspace's directory durable");
        let dir = self.workspace(id)?.ok_or_else(|| cannot()(io::ErrorKind::NotFound.into()))?;
        dir.sync().map_err(cannot())
    }

    /// The names of the files of a workspace's large values.
    pub fn large_names(&self, id: &WorkspaceId) -> Result<Vec<String>, Error> {
        match self.large_dir(id)? {
            Some(dir) => dir.names().map_err(Error::io("list the files of large values")),
            None => Ok(Vec::new()),
        }
    }

    /// The file of a large value; none where there is none.
    pub fn open_large(&self, id: &WorkspaceId, name: &str) -> Result<Option<File>, Error> {
        match self.large_dir(id)? {
            Some(dir) => open_file(&dir, name, Mode::Read),
            None => Ok(None),
        }
    }

    /// Removes the file of a large value, and the directory with the last one.
    pub fn remove_large(&self, id: &WorkspaceId, name: &str) -> Result<(), Error> {
        let Some(workspace) = self.workspace(id)? else { return Ok(()) };
        let Some(dir) = open_dir(&workspace, LARGE)? else { return Ok(()) };
        dir.remove_file(name).map_err(Error::io("remove the file of a large value"))?;
        // It stays as long as there is anything in it.
        let _ = workspace.remove_dir(LARGE);
        Ok(())
    }

    fn large_dir(&self, id: &WorkspaceId) -> Result<Option<Dir>, Error> {
        match self.workspace(id)? {
            Some(dir) => open_dir(&dir, LARGE),
            None => Ok(None),
        }
    }

    /// Finishes what was interrupted.
    pub fn sweep(&self) -> Result<(), Error> {
        let Some(workspaces) = self.workspaces()? else { return Ok(()) };
        for name in workspaces.names().map_err(Error::io("list the workspaces"))? {
            let age = || SystemTime::now().duration_since(workspaces.modified(&name).ok()?).ok();
            if name.starts_with(GONE) || (name.starts_with(NEW) && age().is_some_and(|age| age > CREATION)) {
                // Best effort: it is in nobody's way.
                let _ = workspaces.remove_dir_all(&name);
            }
        }
        Ok(())
    }

    pub fn workspaces(&self) -> Result<Option<&Dir>, Error> {
        if let Some(dir) = self.workspaces.get() {
            return Ok(Some(dir));
        }
        let Some(dir) = open_dir(&self.root, WORKSPACES)? else { return Ok(None) };
        Ok(Some(self.workspaces.get_or_init(|| dir)))
    }

    /// Makes an empty directory a larder.
    fn found(&self) -> Result<(), Error> {
        let cannot = || Error::io("make the directory a larder");
        if self.workspaces()?.is_some() {
            return Ok(());
        }
        if read_text(&self.root, FORMAT)?.is_none() {
            let name = format!("{NEW}{}", random_name()?);
            let mut file = self.root.open_file(&name, Mode::CreateNew).map_err(cannot())?;
            file.write_all(format!("{KNOWN_FORMAT}\n").as_bytes()).map_err(cannot())?;
            file.sync_all().map_err(cannot())?;
            self.root.rename(&name, FORMAT).map_err(cannot())?;
            // Before there are workspaces, as without it they are not taken for a larder's.
            self.root.sync().map_err(cannot())?;
        }
        match self.root.create_dir(WORKSPACES) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(cannot()(error)),
            _ => Ok(()),
        }
    }
}

/// Opens one of the larder's own files; none where there is none.
pub(super) fn open_file(dir: &Dir, name: &str, mode: Mode) -> Result<Option<File>, Error> {
    match dir.open_file(name, mode) {
        Ok(file) => Ok(Some(file)),
        Err(error) => explain(dir, name, Kind::File, error).map(|()| None),
    }
}

/// The text of one of the larder's own small files; none where there is none.
pub(super) fn read_text(dir: &Dir, name: &str) -> Result<Option<String>, Error> {
    let Some(file) = open_file(dir, name, Mode::Read)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(1024).read_to_end(&mut bytes).map_err(Error::io("read a file of the larder"))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

pub(super) fn open_dir(dir: &Dir, name: &str) -> Result<Option<Dir>, Error> {
    match dir.open_dir(name) {
        Ok(dir) => Ok(Some(dir)),
        Err(error) => explain(dir, name, Kind::Dir, error).map(|()| None),
    }
}

/// Tells a missing name (which is fine) from a wrong thing at it and from another error.
fn explain(dir: &Dir, name: &str, expected: Kind, error: io::Error) -> Result<(), Error> {
    if error.kind() == io::ErrorKind::NotFound {
        return Ok(());
    }
    match dir.kind(name) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(kind) if kind != expected => Err(Error::Unavailable(Fault::NotRegular { name: name.to_owned() })),
        _ => Err(Error::io("open a file of the larder")(error)),
    }
}

pub(super) fn random_name() -> Result<String, Error> {
    Ok(random_bytes::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::io("draw random bytes")(error.into()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(directory: &tempfile::TempDir) -> Layout {
        Layout::open(Dir::open_ambient(directory.path()).unwrap()).unwrap()
    }

    fn write(text: &'static str) -> impl FnOnce(File) -> Result<(), Error> {
        move |mut file| file.write_all(text.as_bytes()).map_err(Error::io("write"))
    }

    fn names(directory: &tempfile::TempDir) -> Vec<String> {
        Dir::open_ambient(directory.path().join(WORKSPACES)).unwrap().names().unwrap()
    }

    #[test]
    fn of_two_who_create_one_workspace_the_first_does() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other, id) = (layout(&directory), layout(&directory), "w".parse().unwrap());
        let slowly = |file| other.create(&id, write("first")).and_then(|()| write("second")(file));
        one.create(&id, slowly).unwrap();
        assert_eq!(read_text(&one.workspace(&id).unwrap().unwrap(), DATABASE).unwrap().as_deref(), Some("first"));
        assert_eq!(names(&directory), ["w"]);
    }

    #[test]
    fn a_creation_that_fails_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (layout, id) = (layout(&directory), "w".parse().unwrap());
        layout.create(&id, |_| Err(Error::AccessDenied)).unwrap_err();
        assert!(layout.workspace(&id).unwrap().is_none());
        assert_eq!(names(&directory), [""; 0]);
    }

    #[test]
    fn an_opened_directory_knows_whether_the_name_still_leads_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let (layout, id) = (layout(&directory), "w".parse().unwrap());
        layout.create(&id, write("")).unwrap();
        let opened = layout.workspace(&id).unwrap().unwrap();
        assert!(layout.is_at(&id, &opened));
        layout.remove(&id).unwrap();
        assert!(!layout.is_at(&id, &opened), "it was removed");
        layout.create(&id, write("")).unwrap();
        assert!(!layout.is_at(&id, &opened), "it is another");
    }
}
