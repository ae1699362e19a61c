use std::io::{self, ErrorKind};
use std::path::Path;

use larder_store::{Access, Dir, Larder, Options};

use crate::exit::Exit;
use crate::failure::Failure;

/// What a larder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reading, also beside a process that writes.
    Read,
    /// Removing from a larder that exists.
    Remove,
    /// Storing; the directory is made where there is none.
    Store,
}

/// Opens the larder in the directory at `path`, does `work` with it, and closes it.
pub async fn in_larder<T>(
    path: &Path,
    purpose: Purpose,
    work: impl AsyncFnOnce(&Larder) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let larder = open(path, purpose)?;
    let done = work(&larder).await;
    let closed = larder.close().await.map_err(Failure::from);
    done.and_then(|done| closed.map(|()| done)).map_err(|failure| failure.of_larder(path))
}

fn open(path: &Path, purpose: Purpose) -> Result<Larder, Failure> {
    let dir = match purpose {
        Purpose::Read | Purpose::Remove => Dir::open_ambient(path),
        Purpose::Store => Dir::create_ambient(path),
    };
    let dir = dir.map_err(|error| cannot_open(path, error))?;
    let mut options = Options::default();
    options.access = match purpose {
        Purpose::Read => Access::ReadOnly,
        Purpose::Remove | Purpose::Store => Access::ReadWrite,
    };
    Larder::open(dir, options).map_err(|error| Failure::from(error).of_larder(path))
}

fn cannot_open(path: &Path, error: io::Error) -> Failure {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => {
            Exit::No.because(format!("there is no larder at {path}: say where it is with --dir or LARDER_DIR"))
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => Exit::BadInput
            .because(format!("{path} is not a directory: say where the larder is with --dir or LARDER_DIR")),
        _ => Failure::new(Exit::Larder, error).context(format!("cannot open or make the directory {path}")),
    }
}
