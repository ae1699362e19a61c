//! The flag that redb sets in a database when it opens it for writing, and takes off when it closes it, so that whoever opens
//! what a killed process left knows. That takes five syncs, for which nobody should wait who only reads: here it is set in the
//! file right before something else is written, and not at all if nothing is.

use std::io;
use std::sync::{Mutex, MutexGuard};

use redb::StorageBackend;

use super::page_format::{FLAGS, HEADER_BYTES, RECOVERY_REQUIRED};

/// Where the flag of a database is that was opened for writing.
#[derive(Debug, Default)]
pub(super) struct RecoveryFlag(Mutex<State>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// redb has written nothing.
    #[default]
    NotSet,
    /// redb has set it, and written nothing else; the file does not have it.
    HeldBack,
    /// What redb writes is written.
    InFile,
    /// What redb writes is refused, as the file is to stay as it is.
    Refused,
}

impl RecoveryFlag {
    /// Whether a write sets the flag and does nothing else; that is not to be written.
    pub fn takes(&self, file: &dyn StorageBackend, offset: u64, bytes: &[u8]) -> io::Result<bool> {
        let mut state = self.state();
        if !matches!(*state, State::NotSet | State::HeldBack) || offset != 0 || bytes.len() != HEADER_BYTES {
            return Ok(false);
        }
        let mut header = [0; HEADER_BYTES];
        file.read(0, &mut header)?;
        let is_set = header[FLAGS] & RECOVERY_REQUIRED != 0;
        header[FLAGS] |= RECOVERY_REQUIRED;
        if is_set || header != bytes {
            return Ok(false);
        }
        *state = State::HeldBack;
        Ok(true)
    }

    /// Sees to it that the flag is in the file, durably, before anything is changed there.
    pub fn set_before_change(
        &self,
        file: &dyn StorageBackend,
        sync: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        let mut state = self.state();
        match *state {
            State::InFile => return Ok(()),
            State::NotSet => {}
            State::HeldBack => {
                let mut flags = [0];
                file.read(FLAGS as u64, &mut flags)?;
                file.write(FLAGS as u64, &[flags[0] | RECOVERY_REQUIRED])?;
                sync()?;
            }
            State::Refused => return Err(io::Error::other("it is closed as it was opened")),
        }
        *state = State::InFile;
        Ok(())
    }

    /// Shows redb what it has set, in bytes that were read from the file.
    pub fn show(&self, offset: u64, bytes: &mut [u8]) {
        if offset == 0
            && let Some(flags) = bytes.get_mut(FLAGS)
            && self.is_held_back()
        {
            *flags |= RECOVERY_REQUIRED;
        }
    }

    /// Whether the file is as it was opened, so that there is nothing to sync.
    pub fn is_held_back(&self) -> bool {
        *self.state() == State::HeldBack
    }

    /// If nothing was changed, nothing will be: redb may close it.
    pub fn refuse_unless_changed(&self) {
        let mut state = self.state();
        if *state == State::HeldBack {
            *state = State::Refused;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nothing panics while this is locked")
    }
}
