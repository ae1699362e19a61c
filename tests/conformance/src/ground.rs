use crate::bindings::types::{Error, Store, StoreLimits};
use crate::bindings::{shared, storage};
use crate::case::{Checked, Stop};
use crate::check::skipped;

/// The least that a host has to allow for the cases to be about anything.
const LEAST: StoreLimits = StoreLimits {
    key_bytes: 64,
    value_bytes: 64 * 1024,
    batch_items: 16,
    batch_bytes: 32 * 1024,
    chunk_bytes: 1024,
    open_handles: 2,
};
const LEAST_BYTES: u64 = 512 * 1024;
const LEAST_KEYS: u64 = 300;

/// The largest value, batch or store that a case makes.
const REACH_BYTES: u64 = 128 * 1024 * 1024;

/// What the host has given the plugin to stand on.
pub struct Ground {
    pub limits: StoreLimits,
    pub granted: Granted,
}

/// What the plugin may do with the shared store.
pub struct Granted {
    pub level: Level,
    /// With which the keys begin that it may touch.
    pub prefix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    None,
    Read,
    Write,
}

impl Level {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }
}

impl Granted {
    fn find_out() -> Result<Self, String> {
        let level = match (shared::exists("conformance"), shared::delete("conformance")) {
            (Err(Error::AccessDenied), _) => Level::None,
            (Ok(_), Err(Error::AccessDenied)) => Level::Read,
            (Ok(_), Ok(())) => Level::Write,
            answers => return Err(format!("the shared store neither answers nor denies: {answers:?}")),
        };
        Ok(Self { level, prefix: String::new() })
    }
}

impl Ground {
    pub fn new(granted: Option<Granted>) -> Result<Self, String> {
        let limits = storage::limits();
        let usage = storage::usage().map_err(|error| format!("usage cannot be asked: {error:?}"))?;
        let enough = limits.key_bytes >= LEAST.key_bytes
            && limits.value_bytes >= LEAST.value_bytes
            && limits.batch_items >= LEAST.batch_items
            && limits.batch_bytes >= LEAST.batch_bytes
            && limits.chunk_bytes >= LEAST.chunk_bytes
            && limits.open_handles >= LEAST.open_handles
            && usage.quota_bytes >= LEAST_BYTES
            && usage.quota_keys >= LEAST_KEYS;
        if !enough {
            return Err(format!(
                "the host allows {limits:?} in {} bytes and {} keys; the cases need {LEAST:?} in {LEAST_BYTES} bytes and \
                 {LEAST_KEYS} keys",
                usage.quota_bytes, usage.quota_keys
            ));
        }
        let granted = granted.map_or_else(Granted::find_out, Ok)?;
        Ok(Self { limits, granted })
    }

    /// Leaves nothing in the stores.
    pub fn clear(&self) -> Checked {
        storage::delete_prefix("")?;
        if self.granted.level == Level::Write {
            shared::delete_prefix(&self.granted.prefix)?;
        }
        Ok(())
    }

    /// The shared store, where the plugin may write to it.
    pub fn shared(&self) -> Result<Store, Stop> {
        match self.granted.level {
            Level::Write => Ok(Store::Shared),
            Level::None | Level::Read => skipped("the shared store is not granted for writing"),
        }
    }

    /// A key that the grant reaches.
    pub fn shared_key(&self, rest: &str) -> String {
        format!("{}{rest}", self.granted.prefix)
    }

    /// The number of bytes, where a value, batch or store of so many can be made.
    pub fn reach(&self, what: &str, bytes: u64) -> Result<usize, Stop> {
        match usize::try_from(bytes) {
            Ok(reached) if bytes <= REACH_BYTES => Ok(reached),
            _ => skipped(format!("{what} of {bytes} bytes are out of reach of this suite")),
        }
    }

    /// A value of so many bytes is allowed, and has room beside a few others.
    pub fn value_of(&self, bytes: u64) -> Result<usize, Stop> {
        if bytes > self.limits.value_bytes {
            return skipped(format!("the host allows no value of {bytes} bytes"));
        }
        self.room(bytes + 64 * 1024)?;
        self.reach("a value", bytes)
    }

    /// There is room for so many bytes in the private store.
    pub fn room(&self, bytes: u64) -> Checked {
        let quota = storage::usage()?.quota_bytes;
        if quota < bytes { skipped(format!("the store may hold {quota} bytes, and not {bytes}")) } else { Ok(()) }
    }

    /// There is room for so many keys in the private store.
    pub fn room_for_keys(&self, keys: u64) -> Checked {
        let quota = storage::usage()?.quota_keys;
        if quota < keys { skipped(format!("the store may hold {quota} keys, and not {keys}")) } else { Ok(()) }
    }
}
