//! What this process has in memory and open, as Linux tells it.

use std::fs;

use wasmtime::error::{Context, Result};

/// Begins a new peak, and says from what; in bytes.
///
/// # Errors
///
/// On other systems.
pub fn reset_peak() -> Result<f64> {
    fs::write("/proc/self/clear_refs", "5").context("cannot reset the peak of the memory")?;
    resident()
}

/// The most that was resident since the last [`reset_peak`], in bytes.
///
/// # Errors
///
/// On other systems.
pub fn peak() -> Result<f64> {
    status("VmHWM:")
}

/// What is resident, in bytes.
///
/// # Errors
///
/// On other systems.
pub fn resident() -> Result<f64> {
    status("VmRSS:")
}

/// How many descriptors are open.
///
/// # Errors
///
/// On other systems.
pub fn descriptors() -> Result<usize> {
    Ok(fs::read_dir("/proc/self/fd").context("cannot list the descriptors")?.count())
}

fn status(field: &str) -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("cannot ask for the memory")?;
    let kib = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    Ok(kib.with_context(|| format!("/proc/self/status has no {field}"))? * 1024.0)
}
