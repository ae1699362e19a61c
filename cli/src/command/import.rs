use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Seek, SeekFrom};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle;
use std::path::Path;

use larder_store::{ImportError, check_export, import as read_export};
use pollster::block_on;

use crate::cli::Import;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::open::{Purpose, in_larder};
use crate::progress::Progress;

/// Makes a workspace of a file, or of what comes by standard input.
///
/// What can be read twice is read once before the larder is touched.
pub fn import(dir: &Path, Import { workspace, file }: &Import) -> Result<Exit, Failure> {
    let mut input = open(file)?;
    if input.metadata().is_ok_and(|there| there.is_file()) {
        check(&mut input).map_err(|failure| match is_stdin(file) {
            true => failure,
            false => failure.context(file.display().to_string()),
        })?;
    }
    // From here on there is something to undo.
    let interrupt = Interrupt::watch().map_err(cannot_read)?;
    block_on(in_larder(dir, Purpose::Store, async |larder| {
        let mut progress = Progress::new("importing", None);
        let input = interrupt.stops(BufReader::new(&input));
        let imported = read_export(larder, workspace, input, |done| progress.tell(done)).await;
        drop(progress);
        imported.map(drop).map_err(Failure::from)
    }))?;
    Ok(Exit::Done)
}

fn open(path: &Path) -> Result<File, Failure> {
    if !is_stdin(path) {
        let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
            true => Err(io::ErrorKind::IsADirectory.into()),
            false => Ok(file),
        });
        return opened
            .map_err(|error| Failure::new(Exit::BadInput, error).context(format!("cannot read {}", path.display())));
    }
    if io::stdin().is_terminal() {
        return Err(Exit::BadInput.because("an export is nothing to type on a terminal: say which FILE to read"));
    }
    // As a file, so that it can be read twice where it is one.
    #[cfg(unix)]
    let input = io::stdin().as_fd().try_clone_to_owned();
    #[cfg(windows)]
    let input = io::stdin().as_handle().try_clone_to_owned();
    input.map(File::from).map_err(cannot_read)
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn check(input: &mut File) -> Result<(), Failure> {
    let begin = input.stream_position().map_err(cannot_read)?;
    let mut progress = Progress::new("checking", None);
    check_export(BufReader::new(&*input), |done| progress.tell(done))?;
    input.seek(SeekFrom::Start(begin)).map(drop).map_err(cannot_read)
}

fn cannot_read(error: io::Error) -> Failure {
    Failure::from(ImportError::Read(error))
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let exit = match error {
            ImportError::Store(error) => return Self::from(error),
            ImportError::WorkspaceExists(_) => Exit::No,
            ImportError::NotAnExport
            | ImportError::UnknownFormat
            | ImportError::CutOff { .. }
            | ImportError::Damaged { .. } => Exit::BadInput,
            _ => Exit::Larder,
        };
        Self::new(exit, error)
    }
}
