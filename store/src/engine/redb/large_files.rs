//! The files of a workspace's large values, and who needs them.

use std::collections::{HashMap, HashSet};
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use super::large_file::{ChunkReader, ChunkWriter, Identity};
use super::layout::{Layout, random_bytes};
use crate::dir::{Dir, Mode};
use crate::engine::{Answer, Large, LargeName, LargeWriter};
use crate::error::{Error, Fault};
use crate::value::Seal;
use crate::workspace_id::WorkspaceId;

/// A file stands as long as a commit refers to it or somebody uses it.
pub(super) struct LargeFiles {
    layout: Arc<Layout>,
    id: WorkspaceId,
    known: Mutex<HashMap<LargeName, Known>>,
}

/// A file that somebody uses.
struct Known {
    users: usize,
    bytes: u64,
    commit: Reference,
    /// The file, if it is open already.
    open: Weak<LargeFile>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reference {
    /// No commit refers to it yet.
    NotYet,
    There,
    /// No commit refers to it any more: it goes with its last user, and takes room until then.
    NoMore,
}

impl Known {
    fn new(bytes: u64, commit: Reference) -> Self {
        Self { users: 0, bytes, commit, open: Weak::new() }
    }
}

impl LargeFiles {
    /// Begins a file.
    pub fn create(self: &Arc<Self>, seal: Seal) -> Result<Box<dyn LargeWriter>, Error> {
        let cannot = || Error::io("create the file of a large value");
        let name: LargeName = random_bytes()?;
        let (dir, file) = loop {
            let dir = self.layout.make_large_dir(&self.id)?;
            match dir.open_file(&file_name(name), Mode::CreateNew) {
                // The directory has gone since, with the last file that was in it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                made => break (dir, made.map_err(cannot())?),
            }
        };
        let used = self.use_file(name, 0, Reference::NotYet);
        Ok(Box::new(Writing { seal, chunks: ChunkWriter::new(file, Identity { seal, name }), dir, used }))
    }

    /// Opens a file; none where there is none.
    pub fn open(self: &Arc<Self>, name: LargeName, bytes: u64, seal: Seal) -> Result<Option<Arc<dyn Large>>, Error> {
        // Counted as used before it is looked for, so that it does not go in between.
        let used = self.use_file(name, bytes, Reference::There);
        let open = self.known().get(&name).and_then(|known| known.open.upgrade());
        if let Some(open) = open {
            return Ok(Some(open));
        }
        let Some(file) = self.layout.open_large(&self.id, &file_name(name))? else { return Ok(None) };
        let chunks = Mutex::new(ChunkReader::new(file, Identity { seal, name }, bytes));
        let file = Arc::new(LargeFile { bytes, chunks, used });
        if let Some(known) = self.known().get_mut(&name) {
            known.open = Arc::downgrade(&file);
        }
        Ok(Some(file))
    }

    /// Keeps files that commits refer to from going.
    pub fn keep(self: &Arc<Self>, files: &HashMap<LargeName, u64>) -> Result<Vec<Used>, Error> {
        let used = files.iter().map(|(name, bytes)| self.use_file(*name, *bytes, Reference::There));
        let used: Vec<Used> = used.collect();
        // What was removed before it was kept is missing now; and what is about to be is not what was committed last.
        let there: HashSet<String> = self.layout.large_names(&self.id)?.into_iter().collect();
        let stay = {
            let known = self.known();
            let stays = |name| known.get(name).is_some_and(|file| file.commit != Reference::NoMore);
            files.keys().all(|name| there.contains(&file_name(*name)) && stays(name))
        };
        match stay {
            true => Ok(used),
            false => Err(Error::Unavailable(Fault::Superseded)),
        }
    }

    /// Whether a commit may refer to a file: it was made here, and still stands.
    pub fn is_ready(&self, name: LargeName) -> bool {
        self.known().contains_key(&name) && matches!(self.layout.open_large(&self.id, &file_name(name)), Ok(Some(_)))
    }

    /// Notes that a commit refers to these, which have so many bytes.
    pub fn adopt(&self, files: &[(LargeName, u64)]) {
        let mut known = self.known();
        for (name, bytes) in files {
            if let Some(file) = known.get_mut(name) {
                // When it was begun nobody knew how many.
                (file.bytes, file.commit) = (*bytes, Reference::There);
            }
        }
    }

    /// Removes files that no commit refers to any more, each as soon as nobody uses it.
    pub fn free(&self, names: &[LargeName]) {
        {
            let mut known = self.known();
            for name in names {
                let file = known.entry(*name).or_insert_with(|| Known::new(0, Reference::NoMore));
                file.commit = Reference::NoMore;
                // Until it is removed, or left to others.
                file.users += 1;
            }
        }
        for name in names {
            self.stop_using(*name);
        }
    }

    /// Bytes of files that no commit refers to any more and that are still used.
    pub fn lingering_bytes(&self) -> u64 {
        let known = self.known();
        known.values().filter(|file| file.commit == Reference::NoMore).map(|file| file.bytes).sum()
    }

    /// Removes what an interruption left: files that no commit refers to and that nobody here uses.
    pub fn sweep(&self, referred_to: impl FnOnce() -> Result<HashMap<LargeName, u64>, Error>) -> Result<(), Error> {
        let names = self.layout.large_names(&self.id)?;
        if names.is_empty() {
            return Ok(());
        }
        let needed = referred_to()?;
        for name in names.iter().filter_map(|name| parse_file_name(name)) {
            if !needed.contains_key(&name) && !self.known().contains_key(&name) {
                self.remove(name);
            }
        }
        Ok(())
    }

    fn use_file(self: &Arc<Self>, name: LargeName, bytes: u64, commit: Reference) -> Used {
        let mut known = self.known();
        let file = known.entry(name).or_insert_with(|| Known::new(bytes, commit));
        file.users += 1;
        // Who removes it, or has begun it, did not know how many.
        file.bytes = file.bytes.max(bytes);
        Used { files: self.clone(), name }
    }

    fn stop_using(&self, name: LargeName) {
        let mut known = self.known();
        if known.get(&name).is_some_and(|file| file.users == 1 && file.commit != Reference::There) {
            // Counted as used until it is gone, so that nobody takes it for one that stays; with nothing locked, as the disk
            // may take its time.
            drop(known);
            self.remove(name);
            known = self.known();
        }
        if let Some(file) = known.get_mut(&name) {
            file.users -= 1;
            if file.users == 0 {
                known.remove(&name);
            }
        }
    }

    fn remove(&self, name: LargeName) {
        // Best effort: what stays is swept when the workspace is opened.
        let _ = self.layout.remove_large(&self.id, &file_name(name));
    }

    fn known(&self) -> MutexGuard<'_, HashMap<LargeName, Known>> {
        self.known.lock().expect("nothing panics while this is locked")
    }
}

/// The files of all workspaces, so that those that are in use stay known while a workspace is opened anew.
#[derive(Default)]
pub(super) struct AllLargeFiles(Mutex<HashMap<WorkspaceId, OfWorkspace>>);

struct OfWorkspace {
    /// Device and inode of its database.
    database: Option<(u64, u64)>,
    files: Weak<LargeFiles>,
}

impl AllLargeFiles {
    /// Those of the workspace whose database has this identity.
    pub fn of(&self, layout: &Arc<Layout>, id: &WorkspaceId, database: Option<(u64, u64)>) -> Arc<LargeFiles> {
        let mut all = self.0.lock().expect("nothing panics while this is locked");
        let known = all.get(id).filter(|known| known.database == database);
        if let Some(files) = known.and_then(|known| known.files.upgrade()) {
            return files;
        }
        if all.len() == all.capacity() {
            all.retain(|_, known| known.files.strong_count() > 0);
        }
        let files = Arc::new(LargeFiles { layout: layout.clone(), id: id.clone(), known: Mutex::default() });
        all.insert(id.clone(), OfWorkspace { database, files: Arc::downgrade(&files) });
        files
    }
}

/// Keeps a file from being removed.
pub(super) struct Used {
    files: Arc<LargeFiles>,
    name: LargeName,
}

impl Drop for Used {
    fn drop(&mut self) {
        self.files.stop_using(self.name);
    }
}

struct Writing {
    seal: Seal,
    chunks: ChunkWriter,
    dir: Dir,
    // After the file, which some systems do not remove while it is open.
    used: Used,
}

impl LargeWriter for Writing {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Answer<'a, Result<(), Error>> {
        let written = self.chunks.write(bytes).map_err(Error::io("write the file of a large value"));
        Box::pin(ready(written))
    }

    fn finish(self: Box<Self>) -> Answer<'static, Result<Arc<dyn Large>, Error>> {
        let Self { seal, chunks, dir, used } = *self;
        let written = chunks.finish().and_then(|bytes| dir.sync().map(|()| bytes));
        let written = written.map_err(Error::io("make the file of a large value durable"));
        // Somebody else may have made the directory a moment ago.
        let durable = written.and_then(|bytes| used.files.layout.sync(&used.files.id).map(|()| bytes));
        Box::pin(ready(durable.map(|bytes| Arc::new(Finished { seal, bytes, used }) as Arc<dyn Large>)))
    }
}

/// A file that is whole, and closed until it is read.
struct Finished {
    seal: Seal,
    bytes: u64,
    used: Used,
}

impl Large for Finished {
    fn name(&self) -> LargeName {
        self.used.name
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read(&self, offset: u64, most: usize) -> Answer<'_, Result<Vec<u8>, Error>> {
        let opened = self.used.files.open(self.used.name, self.bytes, self.seal);
        Box::pin(async move {
            match opened? {
                Some(file) => file.read(offset, most).await,
                None => Err(Error::Damaged),
            }
        })
    }
}

/// A file that is open.
struct LargeFile {
    bytes: u64,
    chunks: Mutex<ChunkReader>,
    used: Used,
}

impl Large for LargeFile {
    fn name(&self) -> LargeName {
        self.used.name
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read(&self, offset: u64, most: usize) -> Answer<'_, Result<Vec<u8>, Error>> {
        let mut chunks = self.chunks.lock().expect("nothing panics while this is locked");
        let read = chunks.read(offset, most).map_err(Error::io("read the file of a large value"));
        Box::pin(ready(read.and_then(|bytes| bytes.ok_or(Error::Damaged))))
    }
}

pub(super) fn file_name(name: LargeName) -> String {
    name.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse_file_name(text: &str) -> Option<LargeName> {
    let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32)?;
    Some(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::access::Access;
    use crate::dir::simulated::Disk;
    use crate::engine::{Absent, Engine, RedbEngine, Sharing};

    #[test]
    fn a_file_that_is_about_to_go_is_not_kept() {
        let disk = Disk::new(1);
        let engine = RedbEngine::open(disk.root(), Access::ReadWrite, Sharing::ReadersBeside).unwrap();
        let id = "w".parse().unwrap();
        let _open = block_on(engine.open(&id, Absent::Create)).unwrap();
        let files = AllLargeFiles::default().of(&engine.files.layout, &id, None);
        let committed = || {
            let mut writer = files.create(Seal::default()).unwrap();
            block_on(writer.write(&[1; 10])).unwrap();
            let name = block_on(writer.finish()).map(|large| {
                files.adopt(&[(large.name(), 10)]);
                large.name()
            });
            name.unwrap()
        };
        let (first, second) = (committed(), committed());
        let second_alone = HashMap::from([(second, 10)]);
        assert!(files.keep(&second_alone).is_ok());

        let kept: Arc<Mutex<Vec<bool>>> = Arc::default();
        let (told, keeping) = (kept.clone(), files.clone());
        // At each removal.
        disk.watch(100, move |_| told.lock().unwrap().push(keeping.keep(&second_alone).is_ok()));
        files.free(&[first, second]);
        disk.unwatch();
        let kept = kept.lock().unwrap();
        assert!(kept.len() >= 2 && kept.iter().all(|kept| !kept), "{kept:?}");
        assert!(files.known().is_empty());
    }
}
