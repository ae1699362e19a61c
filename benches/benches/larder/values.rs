//! Values of a store, set without a plugin.

use larder_store::{Action, Address, Change, Session};
use pollster::block_on;
use wasmtime::Result;
use wasmtime::error::ensure;

/// Keys that are set at once.
const TOGETHER: usize = 1_000;

/// How a key is called that the plugin picks by its number.
pub fn key(number: u64) -> String {
    format!("{number:08}")
}

/// Sets this value at all these keys, many at once.
pub fn fill(session: &Session, keys: impl IntoIterator<Item = String>, value: &[u8]) -> Result<()> {
    let mut keys = keys.into_iter();
    loop {
        let some: Vec<_> = keys.by_ref().take(TOGETHER).collect();
        if some.is_empty() {
            return Ok(());
        }
        let set = |key| Change { at: Address::private(key), action: Action::Set(value.to_vec()) };
        let outcome = block_on(session.apply(&[], some.iter().map(String::as_str).map(set).collect()))?;
        ensure!(
            matches!(outcome, larder_store::Outcome::Committed(_)),
            "nothing was checked that could be in conflict"
        );
    }
}
