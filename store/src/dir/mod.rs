//! The one place where files are opened.
//!
//! Natively everything goes through a [`cap_std::fs::Dir`]; on WASI, where the runtime is the sandbox and cap-std does not
//! compile, through `std::fs` below one directory. Tests may put a simulated disk beneath instead.

#[cfg(not(target_os = "wasi"))]
#[path = "native.rs"]
mod system;
#[cfg(target_os = "wasi")]
#[path = "wasi.rs"]
mod system;

#[cfg(test)]
pub(crate) mod simulated;
#[cfg(test)]
mod tested;

use std::io;

#[cfg(not(test))]
pub use system::Dir;
#[cfg(not(test))]
pub(crate) use system::File;
#[cfg(test)]
pub use tested::Dir;
#[cfg(test)]
pub(crate) use tested::File;

/// What tells one file from another whatever its name, and how long it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStatus {
    /// Device and inode; nothing where the platform cannot say.
    pub identity: Option<(u64, u64)>,
    pub bytes: u64,
}

/// What stands at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file with this name alone, or with none any more, as it was removed since it was opened.
    File,
    Dir,
    /// A link, a device, a pipe: nothing of ours.
    Other,
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    CreateNew,
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file with a single name")
}
