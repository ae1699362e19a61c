//! What redb says when it cannot, sorted by what follows from it.

use std::any::Any;
use std::io;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use redb::{CommitError, CompactionError, DatabaseError, StorageError, TableError, TransactionError};

use crate::error::{Error, Fault};
use crate::workspace_id::WorkspaceId;

#[derive(Debug)]
pub(super) enum Trouble {
    /// The file is not what redb wrote: nothing in it is trusted any more.
    Damaged(String),
    /// The operating system failed: the file is to be opened anew before it is trusted again.
    Io(io::Error),
    /// Anything else that leaves the file in doubt.
    Engine(String),
    /// The answer to the caller; the file is well.
    Answer(Error),
}

impl Trouble {
    pub fn into_error(self, id: &WorkspaceId) -> Error {
        match self {
            Self::Damaged(what) => Error::Unavailable(Fault::Damaged { workspace: id.to_string(), what }),
            Self::Io(source) => {
                Error::Unavailable(Fault::Io { what: "read or write the workspace", source: Arc::new(source) })
            }
            Self::Engine(what) => Error::Unavailable(Fault::Engine(what)),
            Self::Answer(error) => error,
        }
    }
}

/// Runs `operation`, taking a panic of redb for what it means: that the file is damaged.
pub(super) fn contain<T>(operation: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    catch_unwind(AssertUnwindSafe(operation)).unwrap_or_else(|panic| Err(Trouble::Damaged(panic_text(&*panic))))
}

/// What may panic when it goes, as a database that is damaged does.
pub(super) struct Contained<T>(Option<T>);

impl<T> Contained<T> {
    pub fn new(value: T) -> Self {
        Self(Some(value))
    }

    pub fn into_inner(mut self) -> T {
        self.0.take().expect("taken only here and when it goes")
    }
}

impl<T> Deref for Contained<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("taken only when it goes")
    }
}

impl<T> DerefMut for Contained<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("taken only when it goes")
    }
}

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        let value = self.0.take();
        let _ = contain(|| {
            drop(value);
            Ok(())
        });
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    // That of a failed assertion has several lines.
    let line = text.unwrap_or("no reason given").split(char::is_control).collect::<Vec<_>>().join(" ");
    format!("the engine panicked: {line}")
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Answer(error)
    }
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Corrupted(what) => Self::Damaged(what),
            StorageError::LockPoisoned(_) => Self::Damaged(error.to_string()),
            // What redb says of a file that is not its own.
            StorageError::Io(error) if error.kind() == io::ErrorKind::InvalidData => Self::Damaged(error.to_string()),
            StorageError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Damaged("its database is cut off".to_owned())
            }
            StorageError::Io(error) => Self::Io(error),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<TableError> for Trouble {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<TransactionError> for Trouble {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Storage(error) => error.into(),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Storage(error) => error.into(),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<CompactionError> for Trouble {
    fn from(error: CompactionError) -> Self {
        match error {
            CompactionError::Storage(error) => error.into(),
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<DatabaseError> for Trouble {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Storage(error) => error.into(),
            DatabaseError::UpgradeRequired(_) => Self::Damaged(error.to_string()),
            other => Self::Engine(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_contained_and_told_in_one_line() {
        let id = "w".parse().unwrap();
        let told = contain(|| -> Result<(), Trouble> {
            assert_eq!(1, 2, "an assertion\nof two lines");
            Ok(())
        });
        let error = told.unwrap_err().into_error(&id);
        assert!(matches!(error, Error::Unavailable(Fault::Damaged { .. })), "{error:?}");
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }

    #[test]
    fn what_panics_as_it_goes_is_contained() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("on purpose");
            }
        }
        drop(Contained::new(Bomb));
    }
}
