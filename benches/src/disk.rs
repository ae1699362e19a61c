use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;
use wasmtime::error::{Context, Result, ensure};

use crate::{Random, Run, Shape};

/// A new directory below `dir`, which is removed in the end.
///
/// # Errors
///
/// Where it cannot be made, or `dir` is in memory, where a sync costs nothing and a ratio to it means nothing.
pub fn scratch(dir: &Path) -> Result<TempDir> {
    let made = TempDir::with_prefix_in("larder-bench-", dir);
    let made = made.with_context(|| format!("cannot make a directory in {}", dir.display()))?;
    ensure!(!is_in_memory(made.path())?, "{} is in memory: name a directory on a disk with --dir", dir.display());
    Ok(made)
}

#[cfg(target_os = "linux")]
fn is_in_memory(dir: &Path) -> Result<bool> {
    // As statfs(2) lists them: tmpfs, ramfs.
    const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6];
    let status = rustix::fs::statfs(dir).context("cannot ask for the file system")?;
    Ok(IN_MEMORY.contains(&(status.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_dir: &Path) -> Result<bool> {
    Ok(false)
}

/// Waits until the file system has written all that it has to, so that nobody waits for that later.
///
/// # Errors
///
/// The operating system's.
#[cfg(target_os = "linux")]
pub fn settle(dir: &Path) -> Result<()> {
    let dir = File::open(dir).with_context(|| format!("cannot open {}", dir.display()))?;
    rustix::fs::syncfs(dir).context("cannot sync the file system")
}

/// Does nothing: there is no such call.
#[cfg(not(target_os = "linux"))]
pub fn settle(_dir: &Path) -> Result<()> {
    Ok(())
}

/// The least that makes bytes durable: a file that each value is appended to, with `fdatasync` after it.
#[derive(Debug)]
pub struct RawLog {
    file: File,
    written: u64,
}

impl RawLog {
    /// Makes a new file.
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::options().append(true).create_new(true).open(path);
        Ok(Self { file: file.with_context(|| format!("cannot make {}", path.display()))?, written: 0 })
    }

    /// Appends ever new values of this size.
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn append(&mut self, value_bytes: u32, shape: Shape) -> Result<Run> {
        let mut run = Run { bytes: 0, nanoseconds: Vec::new() };
        for _ in 0..shape.samples {
            let values: Vec<_> = (0..shape.calls).map(|_| self.new_value(value_bytes as usize)).collect();
            let start = Instant::now();
            for value in values {
                self.file.write_all(&value).context("cannot append")?;
                self.file.sync_data().context("cannot sync")?;
                run.bytes += value.len() as u64;
            }
            run.nanoseconds.push(start.elapsed().as_nanos() as u64);
        }
        Ok(run)
    }

    /// Bytes that do not compress, and differ from those of every earlier value.
    fn new_value(&mut self, bytes: usize) -> Vec<u8> {
        self.written += 1;
        let mut random = Random(self.written.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        (0..bytes.div_ceil(8)).flat_map(|_| random.number().to_le_bytes()).take(bytes).collect()
    }
}
