use std::sync::Arc;
use std::{fmt, io};

use thiserror::Error;

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Keys, or other things counted one by one.
    Items,
    /// Open readers and writers.
    Handles,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Items => "items",
            Self::Handles => "handles",
        })
    }
}

/// A limit, and what was asked for instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// What both numbers count.
    pub unit: Unit,
    /// The largest number that is allowed.
    pub limit: u64,
    /// What was asked for.
    pub actual: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} where {} are allowed", self.actual, self.unit, self.limit)
    }
}

/// Why a call failed.
///
/// After any error but [`Error::OutcomeUnknown`] the store is as it was before the call. A plugin may be told the variant
/// and its numbers; a [`Fault`] is for the host's own log.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The key, prefix or position is too long.
    #[error("the key is too long: {0}")]
    KeyTooLong(Excess),
    /// The value is too large.
    #[error("the value is too large: {0}")]
    ValueTooLarge(Excess),
    /// The store would hold more than it may. `limit` is its own quota, or what it holds and what is free in the
    /// workspace, whichever is less; `actual` is what it would hold.
    #[error("the quota is exceeded: the store would hold {0}")]
    QuotaExceeded(Excess),
    /// The call carries, or its answer would carry, more than is allowed at once.
    #[error("too much for one call: {0}")]
    BatchTooLarge(Excess),
    /// Too many readers and writers are open.
    #[error("too many readers and writers are open: {0}")]
    TooManyOpen(Excess),
    /// The value is not a counter (eight bytes, little-endian, signed), or the sum leaves its range.
    #[error("the value is not a counter, or the sum leaves its range")]
    NotACounter,
    /// The larder was opened for reading alone, or the session has no grant for that.
    #[error("that access is not granted")]
    AccessDenied,
    /// What a whole call has read was changed by another, or the call is too old to tell: nothing of it is kept, and it is
    /// worth running again. Not for plugins: the call is over.
    #[error("the call is in conflict with another one")]
    Conflict,
    /// The plugin calls too often. A host may give this where it bounds that; the store does not.
    #[error("too many calls: try again in {after_ms} ms")]
    Throttled {
        /// When it is worth trying again.
        after_ms: u32,
    },
    /// The stored value is damaged; reading it would give wrong bytes.
    #[error("the stored value is damaged")]
    Damaged,
    /// The store cannot do this now; it changed nothing.
    #[error("the store is unavailable: {0}")]
    Unavailable(Fault),
    /// The write is wholly there or wholly not, and the store could not find out which.
    #[error("the outcome of the write is unknown: {0}")]
    OutcomeUnknown(Fault),
}

/// `EMFILE` and `ENFILE`: the process, or the machine, has no descriptor left.
const OUT_OF_DESCRIPTORS: [i32; 2] = [24, 23];

impl Error {
    pub(crate) fn is_out_of_descriptors(&self) -> bool {
        let Self::Unavailable(Fault::Io { source, .. }) = self else { return false };
        source.raw_os_error().is_some_and(|error| OUT_OF_DESCRIPTORS.contains(&error))
    }

    pub(crate) fn is_superseded(&self) -> bool {
        matches!(self, Self::Unavailable(Fault::Superseded))
    }

    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Unavailable(Fault::io(what, source))
    }
}

/// What went wrong beneath a call, for whoever runs the host.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Another process writes to the workspace.
    #[error("workspace '{workspace}' is held by {holder}")]
    Held {
        /// The workspace.
        workspace: String,
        /// The process that holds it, as far as can be told.
        holder: String,
        /// Whether that is a component, of which nobody can tell whether it still runs; see
        /// [`Larder::unlock_workspace`](crate::Larder::unlock_workspace).
        component: bool,
    },
    /// The operating system refused.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Its answer.
        source: Arc<io::Error>,
    },
    /// The directory is not a larder, and not an empty one that could become one.
    #[error("the directory is neither empty nor a larder (it has no FORMAT file)")]
    NotALarder,
    /// The directory has a layout that this version does not know.
    #[error("the larder has format '{found}', this version knows '{known}'")]
    UnknownFormat {
        /// What its FORMAT file says.
        found: String,
        /// What this version writes.
        known: &'static str,
    },
    /// Something other than a regular file or directory stands where the larder's own should.
    #[error("'{name}' is not a regular file or directory; links and devices are not followed")]
    NotRegular {
        /// Its name within the larder.
        name: String,
    },
    /// The workspace was deleted or replaced beneath an open handle.
    #[error("workspace '{workspace}' was deleted or replaced while it was open")]
    Replaced {
        /// The workspace.
        workspace: String,
    },
    /// The workspace's database is damaged, or the part of it that was needed, or that cannot be read.
    #[error("workspace '{workspace}' is damaged: {what}")]
    Damaged {
        /// The workspace.
        workspace: String,
        /// What the engine found.
        what: String,
    },
    /// What was read was replaced meanwhile.
    #[error("what was read was replaced meanwhile")]
    Superseded,
    /// The engine failed.
    #[error("the engine failed: {0}")]
    Engine(String),
}

impl Fault {
    pub(crate) fn io(what: &'static str, source: io::Error) -> Self {
        Self::Io { what, source: Arc::new(source) }
    }
}

/// A name that cannot be a workspace's or a plugin's; its text says what can.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidName {
    /// Not a workspace name.
    #[error(
        "{0:?} is not a workspace name: 1 to 64 of a-z 0-9 . _ - are allowed, beginning with a letter or digit, not ending \
         with a dot, and no Windows device name"
    )]
    Workspace(String),
    /// Not a plugin name.
    #[error("{0:?} is not a plugin name: 1 to 128 bytes without control characters are allowed")]
    Plugin(String),
}
