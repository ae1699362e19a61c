//! The file that says who writes to a workspace.
//!
//! redb's lock keeps two native writers apart, but cannot say who holds it, and does not exist on WASI. So a writer makes
//! this file before it opens the database, and removes it after it has closed it. A native one that gets redb's lock knows
//! that a native mark it finds was left behind by a process that is no more; a mark made on WASI it never passes.
//!
//! A component must find a mark at every moment at which a native writer has the database open. So native writers take turns,
//! by a lock on the workspace's directory, at making a mark, at replacing one and at removing one, and a mark that is replaced
//! is never missing meanwhile.
//!
//! A native mark that is removed stays there, empty, under another name for the next one: file systems take their time to find
//! room for a new file after many were removed.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

use super::database::{Busy, PATIENCE};
use super::layout::{DATABASE, Layout, read_text};
use crate::dir::{Dir, File, Mode};
use crate::error::{Error, Fault};
use crate::workspace_id::WorkspaceId;

const WRITER: &str = "writer";
/// What the next native mark is made of.
const SPARE: &str = "spare-writer";
/// The mark of the component that was here last.
const LAST: &str = "last-component";
const NATIVE: &str = "native";
const COMPONENT: &str = "wasi";
const KIND: &str = if cfg!(target_os = "wasi") { COMPONENT } else { NATIVE };
const MAKE: &str = "mark the workspace as being written";
const REMOVE: &str = "remove the mark of a writer";

pub(super) struct WriterMark {
    text: String,
}

impl WriterMark {
    /// A mark of this process, which is not made yet.
    pub fn new() -> Self {
        Self { text: format!("{KIND} {}\n", whoami()) }
    }

    /// Makes the mark, unless there is a native one: whether its writer lives, redb's lock tells.
    ///
    /// One that says nothing may be a component's that is being written; in the end, and when it is old, it is one that
    /// was left so.
    pub fn make(&self, dir: &Dir, in_the_end: bool) -> Result<(), Busy> {
        match self.write(dir) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match read_mark(dir)? {
                Some(text) if text == self.text => Ok(()),
                Some(text) if KIND == NATIVE && is_native(&text) => Ok(()),
                Some(text) if KIND == NATIVE && !is_component(&text) && (in_the_end || is_old(dir)) => Ok(()),
                // Also where it has been removed since: whoever goes on has one.
                _ => Err(Busy::Held),
            },
            Err(error) => Err(Error::io(MAKE)(error).into()),
        }
    }

    /// Replaces a mark that was left behind by this one, now that redb's lock is held.
    pub fn claim(&self, dir: &Dir) -> Result<(), Error> {
        if read_mark(dir)?.as_ref() == Some(&self.text) {
            return Ok(());
        }
        match self.rewrite(dir, WRITER) {
            // Removed by hand, which nobody should.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.write(dir),
            replaced => replaced,
        }
        .map_err(Error::io(MAKE))
    }

    /// Removes the mark if it is still this one.
    pub fn remove(&self, layout: &Layout, id: &WorkspaceId) {
        // Best effort: the next native writer removes what stays.
        if let Ok(Some(dir)) = layout.workspace(id) {
            let _turn = dir.lock();
            self.remove_in(&dir);
        }
    }

    /// The same in a directory that is locked.
    pub fn remove_in(&self, dir: &Dir) {
        if read_mark(dir).is_ok_and(|text| text.as_ref() == Some(&self.text)) {
            let _ = if KIND == COMPONENT { remove_component_s(dir) } else { remove_native(dir) };
        }
    }

    fn write(&self, dir: &Dir) -> io::Result<()> {
        let spared = KIND == NATIVE && self.rewrite(dir, SPARE).and_then(|()| dir.rename_new(SPARE, WRITER)).is_ok();
        if spared { Ok(()) } else { self.write_to(&mut dir.open_file(WRITER, Mode::CreateNew)?) }
    }

    fn rewrite(&self, dir: &Dir, name: &str) -> io::Result<()> {
        let mut file = dir.open_file(name, Mode::Write)?;
        let bytes = self.text.len() as u64;
        if Dir::status_of(&file)?.bytes > bytes {
            // Not to nothing: ext4 takes that for a file that is being replaced, and begins to write it when it is closed.
            file.set_len(bytes)?;
        }
        self.write_to(&mut file)
    }

    fn write_to(&self, file: &mut File) -> io::Result<()> {
        match file.write_all(self.text.as_bytes()) {
            // An empty mark keeps others away as well, and without it nobody could read on a full disk.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            written => written,
        }
    }
}

/// Whether the mark of a workspace has been there for longer than it takes to write it.
fn is_old(dir: &Dir) -> bool {
    let age = dir.modified(WRITER).ok().and_then(|at| SystemTime::now().duration_since(at).ok());
    age.is_some_and(|age| age > PATIENCE)
}

/// What the mark of a workspace says; none where nobody writes to it.
pub(super) fn read_mark(dir: &Dir) -> Result<Option<String>, Error> {
    read_text(dir, WRITER)
}

/// Whether a component made the mark.
pub(super) fn is_component(mark: &str) -> bool {
    mark.starts_with(COMPONENT)
}

/// Whether a native writer made the mark.
pub(super) fn is_native(mark: &str) -> bool {
    mark.starts_with(NATIVE)
}

/// Removes the mark of a component, and keeps it as that of the last one.
pub(super) fn remove_component_s(dir: &Dir) -> Result<(), Error> {
    match dir.rename(WRITER, LAST) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(REMOVE)(error)),
        _ => Ok(()),
    }
}

/// Removes the mark of a native writer, and keeps its file where it can be used again.
fn remove_native(dir: &Dir) -> Result<(), Error> {
    if Dir::RENAMES_NEW && dir.rename(WRITER, SPARE).is_ok() {
        // So that it takes no room; whoever uses it does the same first.
        let _ = dir.open_file(SPARE, Mode::Write).and_then(|file| file.set_len(0));
        return Ok(());
    }
    dir.remove_file(WRITER).map_err(Error::io(REMOVE))
}

/// What tells a reader whether a component may have written meanwhile: its locks keep native writers from the pages that it
/// reads, but not a component.
pub(super) struct Witness {
    layout: Arc<Layout>,
    id: WorkspaceId,
    seen: Traces,
}

/// What components leave in a workspace.
#[derive(Default, PartialEq, Eq)]
struct Traces {
    last: Option<String>,
    /// The component that has the workspace now, and when the database was last written.
    now: Option<(String, Option<SystemTime>)>,
}

impl Witness {
    pub fn new(layout: &Arc<Layout>, id: &WorkspaceId) -> Result<Self, Error> {
        Ok(Self { layout: layout.clone(), id: id.clone(), seen: Traces::of(layout, id)? })
    }

    /// Whether a component may have written since.
    pub fn is_disturbed(&self) -> Result<bool, Error> {
        Ok(Traces::of(&self.layout, &self.id)? != self.seen)
    }
}

impl Traces {
    fn of(layout: &Layout, id: &WorkspaceId) -> Result<Self, Error> {
        let Some(dir) = layout.workspace(id)? else { return Ok(Self::default()) };
        let component = read_mark(&dir)?.filter(|mark| is_component(mark));
        let now = component.map(|mark| (mark, dir.modified(DATABASE).ok()));
        Ok(Self { last: read_text(&dir, LAST)?, now })
    }
}

/// Says who holds a workspace, as far as its mark tells.
pub(super) fn held_by_other(dir: &Dir, id: &WorkspaceId) -> Error {
    let mark = read_mark(dir).ok().flatten().unwrap_or_default();
    let component = is_component(&mark);
    Error::Unavailable(Fault::Held { workspace: id.to_string(), holder: holder(&mark), component })
}

/// Who made a mark.
pub(super) fn holder(mark: &str) -> String {
    // The mark is a file that anyone may have written.
    let told = mark.trim_end().chars().filter(|c| !c.is_control()).take(128).collect::<String>();
    match told.strip_prefix(NATIVE).or(told.strip_prefix(COMPONENT)).unwrap_or(&told).trim_start() {
        "" => "another process".to_owned(),
        holder => holder.to_owned(),
    }
}

fn whoami() -> String {
    // Fine enough to tell two larders of one process apart.
    let since = humantime::format_rfc3339_nanos(SystemTime::now());
    if cfg!(target_os = "wasi") {
        format!("a component since {since}")
    } else {
        format!("process {} since {since}", std::process::id())
    }
}
