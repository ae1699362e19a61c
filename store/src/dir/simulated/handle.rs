use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::{Bound, Range};
use std::sync::Arc;
use std::time::SystemTime;

use super::node::{DirChange, DirNode, FileChange, FileNode, Node};
use super::{Disk, Operation, State};
use crate::dir::{FileStatus, Kind, Mode, not_regular};
use crate::sync::thread;

pub struct Dir {
    disk: Disk,
    number: u64,
}

impl fmt::Debug for Dir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "directory {}", self.number)
    }
}

impl Dir {
    pub(super) fn new(disk: Disk, number: u64) -> Self {
        Self { disk, number }
    }

    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::Open)?;
        let number = state.find(self.number, name)?;
        state.dir(number)?;
        Ok(Self::new(self.disk.clone(), number))
    }

    pub(crate) fn create_dir(&self, name: &str) -> io::Result<()> {
        self.disk.change(|state| {
            state.faults.attempt(Operation::MakeDir)?;
            self.link(state, name, Node::Dir(DirNode::default())).map(drop)
        })
    }

    pub(crate) fn open_file(&self, name: &str, mode: Mode) -> io::Result<File> {
        let number = if mode == Mode::CreateNew {
            self.disk.change(|state| {
                state.faults.attempt(Operation::Create)?;
                self.link(state, name, Node::File(FileNode::default()))
            })?
        } else {
            let mut state = self.disk.state();
            state.faults.attempt(Operation::Open)?;
            let number = state.find(self.number, name)?;
            state.file(number).map_err(|_| not_regular())?;
            number
        };
        let owner = self.disk.state().next();
        Ok(File { disk: self.disk.clone(), number, owner, writable: mode != Mode::Read, position: 0 })
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.change(|state| {
            state.faults.attempt(Operation::Rename)?;
            let node = state.find(self.number, from)?;
            if let Ok(replaced) = state.find(self.number, to)
                && state.dir(replaced).is_ok_and(|dir| !dir.now.is_empty())
            {
                return Err(io::ErrorKind::DirectoryNotEmpty.into());
            }
            self.rename_node(state, node, from, to)
        })
    }

    pub(crate) fn rename_new(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.change(|state| {
            state.faults.attempt(Operation::Rename)?;
            let node = state.find(self.number, from)?;
            if state.find(self.number, to).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            self.rename_node(state, node, from, to)
        })
    }

    fn rename_node(&self, state: &mut State, node: u64, from: &str, to: &str) -> io::Result<()> {
        self.change_names(state, DirChange::Rename { from: from.to_owned(), to: to.to_owned(), node })
    }

    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        self.disk.change(|state| {
            state.faults.attempt(Operation::Unlink)?;
            let number = state.find(self.number, name)?;
            state.file(number)?;
            self.change_names(state, DirChange::Unlink(name.to_owned()))
        })
    }

    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        self.disk.change(|state| {
            state.faults.attempt(Operation::RemoveDir)?;
            let number = state.find(self.number, name)?;
            let dir = state.dir(number)?;
            if !dir.now.is_empty() {
                return Err(io::ErrorKind::DirectoryNotEmpty.into());
            }
            dir.removed = true;
            self.change_names(state, DirChange::Unlink(name.to_owned()))
        })
    }

    pub(crate) fn remove_dir_all(&self, name: &str) -> io::Result<()> {
        let dir = self.open_dir(name)?;
        for inner in dir.names()? {
            match dir.kind(&inner)? {
                Kind::Dir => dir.remove_dir_all(&inner)?,
                _ => dir.remove_file(&inner)?,
            }
        }
        self.remove_dir(name)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.disk.change(|state| {
            // What is not synced is tried again: file systems keep names in a journal, and stop where that fails.
            state.faults.attempt(Operation::SyncDir)?;
            if !state.lies.dirs {
                state.dir(self.number)?.sync();
            }
            Ok(())
        })
    }

    pub(crate) fn try_lock(&self) -> io::Result<Option<DirLock>> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::Lock)?;
        let locked = state.locked_dirs.insert(self.number);
        Ok(locked.then(|| DirLock { disk: self.disk.clone(), number: self.number }))
    }

    pub(crate) fn lock(&self) -> io::Result<DirLock> {
        loop {
            if let Some(lock) = self.try_lock()? {
                return Ok(lock);
            }
            thread::yield_now();
        }
    }

    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::List)?;
        Ok(state.dir(self.number)?.now.keys().cloned().collect())
    }

    pub(crate) fn kind(&self, name: &str) -> io::Result<Kind> {
        self.look(name, |state, number| if state.file(number).is_ok() { Kind::File } else { Kind::Dir })
    }

    pub(crate) fn status(&self, path: &str) -> io::Result<FileStatus> {
        self.look(path, status)
    }

    pub(crate) fn modified(&self, name: &str) -> io::Result<SystemTime> {
        self.look(name, |state, number| state.nodes[&number].modified)
    }

    fn look<T>(&self, path: &str, look: impl FnOnce(&mut State, u64) -> T) -> io::Result<T> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::Look)?;
        let number = state.find(self.number, path)?;
        Ok(look(&mut state, number))
    }

    fn link(&self, state: &mut State, name: &str, node: Node) -> io::Result<u64> {
        let dir = state.dir(self.number)?;
        if dir.removed {
            return Err(io::ErrorKind::NotFound.into());
        }
        if dir.now.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let number = state.add(node);
        self.change_names(state, DirChange::Link(name.to_owned(), number))?;
        Ok(number)
    }

    fn change_names(&self, state: &mut State, change: DirChange) -> io::Result<()> {
        let number = state.next();
        state.dir(self.number)?.change(number, change);
        Ok(())
    }
}

fn status(state: &mut State, number: u64) -> FileStatus {
    let bytes = state.file(number).map_or(0, |file| file.now.bytes());
    FileStatus { identity: Some((0, number)), bytes }
}

pub struct DirLock {
    disk: Disk,
    number: u64,
}

impl Drop for DirLock {
    fn drop(&mut self) {
        self.disk.state().locked_dirs.remove(&self.number);
    }
}

pub struct File {
    disk: Disk,
    number: u64,
    /// Tells it from others that have the same file open.
    owner: u64,
    writable: bool,
    position: u64,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", self.number)
    }
}

impl File {
    pub(crate) fn status(&self) -> io::Result<FileStatus> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::Look)?;
        Ok(status(&mut state, self.number))
    }

    /// As many bytes from `offset` on as there are and `out` has room for.
    pub(crate) fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::Read)?;
        let file = state.file(self.number)?;
        let end = offset + out.len() as u64;
        if file.unreadable.as_ref().is_some_and(|range| range.start < end && offset < range.end) {
            return Err(rustix::io::Errno::IO.into());
        }
        Ok(file.now.read(offset, out))
    }

    /// Has the disk fail to read a part of the file from now on.
    pub(crate) fn set_unreadable(&self, range: Option<Range<u64>>) {
        self.disk.state().file(self.number).unwrap().unreadable = range;
    }

    pub(crate) fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.change(|state| {
            let attempt = state.faults.attempt(Operation::Write);
            // What fails may have been done in part.
            let done = if attempt.is_ok() { bytes.len() } else { state.random.index(bytes.len()) };
            if done > 0 {
                let (number, bytes) = (state.next(), Arc::from(&bytes[..done]));
                state.file(self.number)?.change(number, FileChange::Write { offset, bytes });
            }
            attempt
        })
    }

    pub(crate) fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.change(|state| {
            state.faults.attempt(Operation::SetLen)?;
            let number = state.next();
            state.file(self.number)?.change(number, FileChange::SetLen(bytes));
            Ok(())
        })
    }

    pub(crate) fn make_hole(&self, from: u64, bytes: u64) -> io::Result<()> {
        self.write_at(from, &vec![0; usize::try_from(bytes).map_err(io::Error::other)?])
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.disk.be_interrupted();
        self.disk.change(|state| {
            if let Err(error) = state.faults.attempt(Operation::Sync) {
                let (unsynced, reach, mut random) = (state.faults.unsynced(), state.reach(), state.random.clone());
                state.file(self.number)?.fail_to_sync(unsynced, reach, &mut random);
                state.random = random;
                return Err(error);
            }
            if !state.lies.files {
                state.file(self.number)?.sync();
            }
            Ok(())
        })
    }

    pub(crate) fn try_lock(&self, range: (Bound<u64>, Bound<u64>), shared: bool) -> io::Result<bool> {
        let mut state = self.disk.state();
        state.faults.attempt(Operation::Lock)?;
        Ok(state.ranges.try_lock(self.number, self.owner, range, shared))
    }

    /// Whether somebody else's lock stands in the way of one.
    pub(crate) fn conflicts(&self, range: (Bound<u64>, Bound<u64>)) -> bool {
        self.disk.state().ranges.conflicts(self.number, self.owner, range, false)
    }

    pub(crate) fn unlock(&self, range: (Bound<u64>, Bound<u64>)) {
        self.disk.state().ranges.unlock(self.owner, range);
    }

    pub(crate) fn unlock_all(&self) {
        self.disk.state().ranges.unlock_all(self.owner);
    }

    fn change(&self, change: impl FnOnce(&mut State) -> io::Result<()>) -> io::Result<()> {
        if !self.writable {
            return Err(rustix::io::Errno::BADF.into());
        }
        self.disk.change(change)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.unlock_all();
    }
}

impl Read for File {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.read_at(self.position, out)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_at(self.position, bytes)?;
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(by) => self.position.saturating_add_signed(by),
            SeekFrom::End(by) => self.status()?.bytes.saturating_add_signed(by),
        };
        Ok(self.position)
    }
}
