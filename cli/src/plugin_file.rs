//! The file that a plugin is in.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use larder_host::LoadError;
use larder_store::{InvalidName, PluginId};

use crate::exit::Exit;
use crate::failure::Failure;

/// The bytes of a plugin; a file that has more than `most_bytes` is not read.
pub fn read(path: &Path, most_bytes: usize) -> Result<Vec<u8>, Failure> {
    let cannot = |error| Failure::new(Exit::BadInput, error).context(format!("cannot read {}", path.display()));
    let check = |actual| match actual > most_bytes {
        true => Err(not_loaded(path, LoadError::TooLarge { limit: most_bytes, actual })),
        false => Ok(()),
    };
    let file = File::open(path).map_err(cannot)?;
    check(usize::try_from(file.metadata().map_err(cannot)?.len()).unwrap_or(usize::MAX))?;
    let mut bytes = Vec::new();
    // A pipe does not say its length beforehand; one byte too many is enough to be refused.
    file.take(most_bytes as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    check(bytes.len())?;
    Ok(bytes)
}

/// Whose data it is where nobody says so: the name of the plugin's file, without its ending.
pub fn named_by(path: &Path) -> Result<PluginId, Failure> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.parse().map_err(|error| {
        Failure::new(Exit::BadInput, anyhow::Error::new::<InvalidName>(error))
            .context("the name of the file does not name the plugin: say whose data it is with --plugin")
    })
}

/// What is told of a plugin that is none.
pub fn not_loaded(path: &Path, error: LoadError) -> Failure {
    Failure::new(Exit::BadInput, error).context(path.display().to_string())
}
