use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process;

use larder_store::{ExportError, Snapshot, WorkspaceId, export as write_export};
use pollster::block_on;

use super::no_workspace;
use crate::cli::Export;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::open::{Purpose, in_larder};
use crate::progress::Progress;

/// Writes all of a workspace, as of one moment, to a file or to standard output.
pub fn export(dir: &Path, Export { workspace, file }: &Export) -> Result<Exit, Failure> {
    let to_stdout = file.as_os_str() == "-";
    if to_stdout && io::stdout().is_terminal() {
        return Err(Exit::BadInput.because("an export is nothing to read on a terminal: say which FILE it goes to"));
    }
    block_on(in_larder(dir, Purpose::Read, async |larder| {
        let snapshot = larder.snapshot(workspace).await?.ok_or_else(|| no_workspace(workspace))?;
        match to_stdout {
            true => write(workspace, &snapshot, io::stdout().lock()).await,
            false => write_file(workspace, &snapshot, file).await,
        }
    }))?;
    Ok(Exit::Done)
}

/// Writes a file that has its name only once it is complete.
async fn write_file(workspace: &WorkspaceId, snapshot: &Snapshot, path: &Path) -> Result<(), Failure> {
    let cannot = |error| Failure::new(Exit::Larder, error).context(format!("cannot write {}", path.display()));
    // Where the name is a link, the file that it leads to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let device = File::options().write(true).open(path).map_err(cannot)?;
        return write(workspace, snapshot, device).await;
    }
    let partial = Partial::create(path).map_err(cannot)?;
    let interrupt = Interrupt::watch().map_err(cannot)?;
    write(workspace, snapshot, interrupt.stops(&partial.file)).await?;
    partial.complete(path).map_err(cannot)
}

async fn write(workspace: &WorkspaceId, snapshot: &Snapshot, output: impl Write) -> Result<(), Failure> {
    let keys = snapshot.stores().iter().map(|(_, held)| held.keys).sum();
    let mut progress = Progress::new("exporting", Some(keys));
    let written = write_export(workspace, snapshot, BufWriter::new(output), |done| progress.tell(done)).await;
    written.map(drop).map_err(|error| match error {
        ExportError::Store(error) => Failure::from(error),
        error => Failure::new(Exit::Larder, error),
    })
}

/// A file that is being written, and is removed unless it is completed.
struct Partial {
    file: File,
    path: PathBuf,
    is_complete: bool,
}

impl Partial {
    /// Makes one beside the file that it is to become.
    fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().map(OsString::from).ok_or(io::ErrorKind::IsADirectory)?;
        name.push(format!(".{}.partial", process::id()));
        let path = path.with_file_name(name);
        Ok(Self { file: File::create(&path)?, path, is_complete: false })
    }

    /// Gives it its name, durably.
    fn complete(mut self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        self.is_complete = true;
        match path.parent() {
            // Windows has no sync of a directory, and needs none.
            Some(directory) if cfg!(unix) => {
                let here = Path::new(".");
                File::open(if directory.as_os_str().is_empty() { here } else { directory })?.sync_all()
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_complete {
            // What cannot be removed says by its name what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}
