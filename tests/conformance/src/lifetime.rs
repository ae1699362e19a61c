//! Values that expire while a case looks on.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bindings::storage;
use crate::case::Checked;
use crate::check::{failed, same};

/// A lifetime that a case waits for.
pub const SHORT_MS: u64 = 20;

/// A lifetime that no case sees the end of.
pub const LONG_MS: u64 = 3_600_000;

/// How long after its time a value may still be seen, for clocks that differ.
const GRACE: Duration = Duration::from_secs(2);

const KEY: &str = "the last to expire";

/// Waits until everything has expired that was given [`SHORT_MS`] before.
///
/// Looks at a value of its own, the last to expire by the host's clock, so that those that the case is about are first
/// looked at by the case.
pub fn let_expire() -> Checked {
    storage::set_expiring(KEY, b"", SHORT_MS)?;
    sleep(Duration::from_millis(SHORT_MS));
    let waiting_since = Instant::now();
    while storage::exists(KEY)? {
        if waiting_since.elapsed() > GRACE {
            return failed(format!("a value given {SHORT_MS} ms is there {GRACE:?} after its time"));
        }
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// A value that is about to expire, waited for.
pub fn expired(key: &str, value: &[u8]) -> Checked {
    storage::set_expiring(key, value, SHORT_MS)?;
    let_expire()
}

/// None of the ways to read finds anything at the key.
pub fn gone(key: &str) -> Checked {
    same("get", storage::get(key)?, None)?;
    same("exists", storage::exists(key)?, false)?;
    same("keys", storage::keys(key, None, 1)?.keys, Vec::<String>::new())
}
