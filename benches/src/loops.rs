use std::fs;

use wasmtime::error::{Context, Result};

use crate::{Run, Shape};

/// The loops in the plugin, run by a host of one kind or another.
pub trait Loops {
    /// Reads `key` from a map in the host.
    ///
    /// # Errors
    ///
    /// Where the plugin traps.
    fn floor(&mut self, key: &str, shape: Shape) -> Result<Run>;

    /// Reads `key` from storage.
    ///
    /// # Errors
    ///
    /// Where the plugin traps, as it does when storage fails.
    fn get(&mut self, key: &str, shape: Shape) -> Result<Run>;

    /// Stores ever new values of this size at `key`.
    ///
    /// # Errors
    ///
    /// Where the plugin traps, as it does when storage fails.
    fn set(&mut self, key: &str, value_bytes: u32, shape: Shape) -> Result<Run>;
}

/// The plugin of `benches/plugin`.
///
/// # Errors
///
/// Where it cannot be built.
pub fn plugin() -> Result<Vec<u8>> {
    built("benches/plugin", "loops.wasm")
}

/// One that does nothing, and one that reads one value; each exports `run`.
///
/// # Errors
///
/// Where they cannot be built.
pub fn instances() -> Result<[Vec<u8>; 2]> {
    Ok([built("benches/instances", "empty.wasm")?, built("benches/instances", "reader.wasm")?])
}

fn built(dir: &str, file: &str) -> Result<Vec<u8>> {
    let path = xtask::wasm::build(dir).with_context(|| format!("cannot build {dir}"))?.join(file);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}
