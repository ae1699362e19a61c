use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use larder_store::{ExportError, Snapshot, WorkspaceId, export as write_export};
use pollster::block_on;

use super::no_workspace;
use crate::cli::Export;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::open::{Purpose, in_larder};
use crate::progress::Progress;
use crate::whole_file::{WholeFile, cannot_write};

/// Writes all of a workspace, as of one moment, to a file or to standard output.
pub fn export(dir: &Path, Export { workspace, file }: &Export) -> Result<Exit, Failure> {
    let to_stdout = file.as_os_str() == "-";
    if to_stdout && io::stdout().is_terminal() {
        return Err(Exit::BadInput.because("an export is nothing to read on a terminal: say which FILE it goes to"));
    }
    block_on(in_larder(dir, Purpose::Read, async |larder| {
        let snapshot = larder.snapshot(workspace).await?.ok_or_else(|| no_workspace(workspace))?;
        match to_stdout {
            true => Ok(write(workspace, &snapshot, io::stdout().lock()).await?),
            false => write_file(workspace, &snapshot, file).await,
        }
    }))?;
    Ok(Exit::Done)
}

/// Writes a file that has its name only once it is complete.
async fn write_file(workspace: &WorkspaceId, snapshot: &Snapshot, path: &Path) -> Result<(), Failure> {
    let cannot = |error| cannot_write(path, error);
    let whole = WholeFile::create(path).map_err(cannot)?;
    let written = match whole.is_partial() {
        true => {
            let interrupt = Interrupt::watch().map_err(cannot)?;
            write(workspace, snapshot, interrupt.stops(&whole.file)).await
        }
        false => write(workspace, snapshot, &whole.file).await,
    };
    written.map_err(|error| match error {
        ExportError::Write(error) => cannot(error),
        error => Failure::from(error),
    })?;
    whole.complete().map_err(cannot)
}

async fn write(workspace: &WorkspaceId, snapshot: &Snapshot, output: impl Write) -> Result<(), ExportError> {
    let keys = snapshot.stores().iter().map(|(_, held)| held.keys).sum();
    let mut progress = Progress::new("exporting", Some(keys));
    write_export(workspace, snapshot, BufWriter::new(output), |done| progress.tell(done)).await.map(drop)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => Self::from(error),
            error => Self::new(Exit::Larder, error),
        }
    }
}
