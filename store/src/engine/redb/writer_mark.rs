//! The file that says who writes to a workspace.
//!
//! redb's lock keeps two native writers apart, but cannot say who holds it, and does not exist on WASI. So a writer makes
//! this file before it opens the database and removes it before it closes. A native one that gets redb's lock knows that a
//! native mark it finds was left behind by a process that is no more; a mark made on WASI it never passes.

use std::io::{self, Write};

use super::layout::{Layout, read_text};
use crate::dir::{Dir, Mode};
use crate::error::{Error, Fault};
use crate::workspace_id::WorkspaceId;

const WRITER: &str = "writer";
const KIND: &str = if cfg!(target_os = "wasi") { "wasi" } else { "native" };

pub(super) struct WriterMark {
    text: String,
}

impl WriterMark {
    /// A mark of this process, which is not made yet.
    pub fn new() -> Self {
        Self { text: format!("{KIND} {}\n", whoami()) }
    }

    /// Makes the mark, unless there is one that another native writer made, or left.
    pub fn make(&self, dir: &Dir, id: &WorkspaceId) -> Result<(), Error> {
        match self.write(dir) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                match read_text(dir, WRITER)? {
                    Some(text) if text.starts_with("wasi") || KIND == "wasi" => Err(held(id, &text)),
                    // Whether its writer lives, redb's lock tells.
                    _ => Ok(()),
                }
            }
            Err(error) => Err(Error::io("mark the workspace as being written")(error)),
        }
    }

    /// Replaces a mark that was left behind by this one, now that redb's lock is held.
    pub fn claim(&self, dir: &Dir, id: &WorkspaceId) -> Result<(), Error> {
        loop {
            match read_text(dir, WRITER)? {
                Some(text) if text == self.text => return Ok(()),
                Some(text) if text.starts_with("wasi") => return Err(held(id, &text)),
                Some(_) => match dir.remove_file(WRITER) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(Error::io("remove the mark of a writer that is no more")(error));
                    }
                    _ => {}
                },
                None => {}
            }
            match self.write(dir) {
                // One who waits for the lock made his own meanwhile.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                written => return written.map_err(Error::io("mark the workspace as being written")),
            }
        }
    }

    /// Removes the mark if it is still this one.
    pub fn remove(&self, layout: &Layout, id: &WorkspaceId) {
        // Best effort: the next native writer removes what stays.
        if let Ok(Some(dir)) = layout.workspace(id) {
            self.remove_in(&dir);
        }
    }

    pub fn remove_in(&self, dir: &Dir) {
        if read_text(dir, WRITER).is_ok_and(|text| text.as_ref() == Some(&self.text)) {
            let _ = dir.remove_file(WRITER);
        }
    }

    fn write(&self, dir: &Dir) -> io::Result<()> {
        match dir.open_file(WRITER, Mode::CreateNew)?.write_all(self.text.as_bytes()) {
            // An empty mark keeps others away as well, and without it nobody could read on a full disk.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            written => written,
        }
    }
}

/// Says who holds a workspace, as far as its mark tells.
pub(super) fn held_by_other(dir: &Dir, id: &WorkspaceId) -> Error {
    match read_text(dir, WRITER) {
        Ok(Some(text)) => held(id, &text),
        _ => held(id, "native another process"),
    }
}

fn held(id: &WorkspaceId, mark: &str) -> Error {
    // The mark is a file that anyone may have written.
    let holder = mark.trim_end().chars().filter(|c| !c.is_control()).take(128).collect::<String>();
    let holder = match holder.trim_start_matches("native ") {
        "" => "another process".to_owned(),
        told => told.to_owned(),
    };
    Error::Unavailable(Fault::Held { workspace: id.to_string(), holder })
}

fn whoami() -> String {
    // Fine enough to tell two larders of one process apart.
    let since = humantime::format_rfc3339_micros(std::time::SystemTime::now());
    if cfg!(target_os = "wasi") {
        format!("a component since {since}")
    } else {
        format!("process {} since {since}", std::process::id())
    }
}
