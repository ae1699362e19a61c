//! Opening a workspace's database.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redb::{Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase};

use super::Sharing;
use super::backend::{Backend, FileState};
use super::layout::{DATABASE, Layout, open_file, random_bytes};
use super::meta::{self, META, ReadMeta};
use super::transaction::make;
use super::trouble::{Contained, Trouble, contain};
use super::writer_mark::{WriterMark, held_by_other, is_native, read_mark};
use crate::dir::{Dir, File, FileStatus, Mode};
use crate::error::{Error, Fault};
use crate::sync::{Instant, thread};
use crate::workspace_id::WorkspaceId;

/// redb's default is a gigabyte a file; with none at all it is slower than with this little.
const CACHE_BYTES: usize = 64 * 1024;
/// How long opening waits for another process to let go.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// How long a component waits for others, which open for each call as it does: nobody tells whose turn it is.
const PATIENCE_OF_COMPONENTS: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(1);

/// A database opened for writing, and where it was found.
pub(super) struct Opened<D> {
    pub database: Contained<D>,
    pub status: FileStatus,
    pub state: FileState,
}

impl<D> Opened<D> {
    /// What `open` makes of a file, with what its backend knows.
    fn new(
        backend: Backend,
        status: FileStatus,
        open: impl FnOnce(Backend) -> Result<D, DatabaseError>,
    ) -> Result<Self, DatabaseError> {
        let state = backend.state.clone();
        Ok(Self { database: Contained::new(open(backend)?), status, state })
    }
}

pub(super) fn builder(sharing: Sharing) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES).set_concurrency_mode(match sharing {
        // Locks that readers can share do not exist there.
        _ if cfg!(target_os = "wasi") => ConcurrencyMode::ExclusiveWriter,
        Sharing::ReadersBeside => ConcurrencyMode::SingleWriter,
        Sharing::Exclusive => ConcurrencyMode::ExclusiveWriter,
    });
    builder
}

/// Fills an empty file with a new workspace's database.
pub(super) fn fill(file: File, id: &WorkspaceId) -> Result<(), Error> {
    let seal = random_bytes()?;
    let filled = contain(|| {
        let database = builder(Sharing::Exclusive).create_with_backend(Backend::new(file)?)?;
        let mut transaction = database.begin_write()?;
        transaction.set_quick_repair(true);
        meta::begin(&mut transaction.open_table(META)?, id.as_str(), &seal)?;
        transaction.commit()?;
        Ok(database.close()?)
    });
    filled.map_err(|trouble| trouble.into_error(id))
}

/// Opens for writing, with the writer's mark set; none where there is no such workspace.
pub(super) fn open_to_write(
    layout: &Arc<Layout>,
    id: &WorkspaceId,
    sharing: Sharing,
) -> Result<Option<(Opened<Database>, WriterMark)>, Error> {
    let since = Instant::now();
    let mark = WriterMark::new();
    loop {
        // Found anew each time: what the name leads to may have been deleted or replaced meanwhile.
        let Some(dir) = layout.workspace(id)? else { return Ok(None) };
        let late = is_late(since, &dir)?;
        let turn = dir.try_lock().map_err(Error::io("lock the workspace's directory"))?;
        let attempt = turn.as_ref().ok_or(Busy::Held).and_then(|_| {
            mark.make(&dir, late)?;
            let opened = lock_and_open(layout, &dir, id, sharing)?;
            mark.claim(&dir)?;
            match layout.database_status(id) {
                Ok(now) if now.identity == opened.status.identity => Ok(opened),
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(Error::io("look at the workspace's database")(error).into())
                }
                _ => Err(Busy::Replaced),
            }
        });
        if attempt.is_err() && turn.is_some() {
            mark.remove_in(&dir);
        }
        drop(turn);
        let error = match attempt {
            Ok(opened) => return Ok(Some((opened, mark))),
            Err(Busy::Held) if late => held_by_other(&dir, id),
            Err(Busy::Replaced) if late => Error::Unavailable(Fault::Replaced { workspace: id.to_string() }),
            Err(Busy::Error(error)) if late || layout.is_at(id, &dir) => error,
            Err(_) => {
                thread::sleep(RETRY);
                continue;
            }
        };
        return Err(error);
    }
}

/// Whether it has been waited long enough.
fn is_late(since: Instant, dir: &Dir) -> Result<bool, Error> {
    let waited = since.elapsed();
    if cfg!(target_os = "wasi") && (PATIENCE..PATIENCE_OF_COMPONENTS).contains(&waited) {
        return Ok(read_mark(dir)?.is_some_and(|mark| is_native(&mark)));
    }
    Ok(waited >= PATIENCE)
}

/// Opens for reading beside a writer; none where there is no such workspace.
pub(super) fn open_to_read(layout: &Arc<Layout>, id: &WorkspaceId) -> Result<Option<Opened<ReadOnlyDatabase>>, Error> {
    let deadline = Instant::now() + PATIENCE;
    let mut refused = false;
    loop {
        let late = Instant::now() >= deadline;
        let Some(dir) = layout.workspace(id)? else { return Ok(None) };
        let modified = dir.modified(DATABASE).ok();
        let (file, status) = match database_file(&dir, id, Mode::Read) {
            Err(error) if late || layout.is_at(id, &dir) => return Err(error),
            Err(_deleted_meanwhile) => continue,
            Ok(found) => found,
        };
        let attempt = contain(|| {
            let backend = Backend::to_read(file, layout, id, modified)?;
            let open = |backend| builder(Sharing::ReadersBeside).open_read_only_with_backend(backend);
            Ok(Opened::new(backend, status, open))
        });
        match attempt.map_err(|trouble| trouble.into_error(id))? {
            Ok(opened) => return Ok(Some(opened)),
            Err(DatabaseError::RepairAborted) => match repair(layout, id) {
                // Perhaps by a writer that has repaired it by now.
                Err(Error::Unavailable(Fault::Held { .. })) if !(late && refused) => {
                    refused = true;
                    thread::sleep(RETRY);
                }
                repaired => repaired?,
            },
            Err(error) if is_held(&error) && !late => thread::sleep(RETRY),
            Err(error) if is_held(&error) => return Err(held_by_other(&dir, id)),
            Err(error) => return Err(Trouble::from(error).into_error(id)),
        }
    }
}

/// Checks that a database is this workspace's own, and says what its values are sealed with.
pub(super) fn identify(transaction: &ReadTransaction, id: &WorkspaceId) -> Result<crate::value::Seal, Trouble> {
    let meta = transaction.open_table(META)?;
    let name = meta.name()?;
    if name != id.as_str() {
        return Err(Trouble::Damaged(format!("its database is that of workspace '{}'", name.escape_default())));
    }
    meta.seal()
}

/// Whether the workspace's name still leads to the file that was opened.
pub(super) fn leads_to(layout: &Layout, id: &WorkspaceId, opened: FileStatus) -> bool {
    layout.database_status(id).is_ok_and(|now| now.identity == opened.identity)
}

/// Why a database did not open.
pub(super) enum Busy {
    /// Another process has it: worth another try.
    Held,
    /// It is no longer what the workspace's name leads to.
    Replaced,
    Error(Error),
}

impl From<Error> for Busy {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

fn lock_and_open(
    layout: &Arc<Layout>,
    dir: &Dir,
    id: &WorkspaceId,
    sharing: Sharing,
) -> Result<Opened<Database>, Busy> {
    let (file, status) = database_file(dir, id, Mode::Write)?;
    let repaired = Arc::new(AtomicBool::new(false));
    let opened = contain(|| {
        let mut builder = builder(sharing);
        builder.set_repair_callback({
            let repaired = repaired.clone();
            move |_| repaired.store(true, Ordering::Relaxed)
        });
        let backend = Backend::to_write(file, layout, id, dir)?;
        Ok(Opened::new(backend, status, |backend| builder.create_with_backend(backend)))
    });
    let opened = match opened.map_err(|trouble| trouble.into_error(id))? {
        Ok(opened) => opened,
        Err(error) if is_held(&error) => return Err(Busy::Held),
        Err(error) => return Err(Busy::Error(Trouble::from(error).into_error(id))),
    };
    contain(|| {
        identify(&opened.database.begin_read()?, id)?;
        if repaired.load(Ordering::Relaxed) {
            // A repair is remembered only by a commit, and only by one of this kind spares the next start the same work.
            prepare_for_a_crash(&opened.database)?;
        }
        Ok(())
    })
    .map_err(|trouble| trouble.into_error(id))?;
    Ok(opened)
}

/// Commits nothing, in the way that makes opening quick should the process be killed.
pub(super) fn prepare_for_a_crash(database: &Database) -> Result<(), Trouble> {
    make(database, true, |_| Ok(()))
}

/// Opens for writing and closes again, which repairs what was interrupted.
pub(super) fn repair(layout: &Arc<Layout>, id: &WorkspaceId) -> Result<(), Error> {
    let Some((opened, mark)) = open_to_write(layout, id, Sharing::ReadersBeside)? else { return Ok(()) };
    let closed = contain(|| Ok(opened.database.into_inner().close()?)).map_err(|trouble| trouble.into_error(id));
    mark.remove(layout, id);
    closed
}

pub(super) fn database_file(dir: &Dir, id: &WorkspaceId, mode: Mode) -> Result<(File, FileStatus), Error> {
    let damaged = |what: &str| Error::Unavailable(Fault::Damaged { workspace: id.to_string(), what: what.to_owned() });
    let file = open_file(dir, DATABASE, mode)?.ok_or_else(|| damaged("its database is missing"))?;
    let status = Dir::status_of(&file).map_err(Error::io("look at the workspace's database"))?;
    if status.bytes == 0 {
        // redb would take an empty file for a database to be made, and what was in it would be gone without a word.
        return Err(damaged("its database is empty"));
    }
    Ok((file, status))
}

pub(super) fn is_held(error: &DatabaseError) -> bool {
    matches!(error, DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch)
}
