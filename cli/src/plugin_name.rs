use std::path::Path;

use larder_store::{InvalidName, PluginId};

use crate::exit::Exit;
use crate::failure::Failure;

/// Whose data it is where nobody says so: the name of the plugin's file, without its ending.
pub fn named_by(file: &Path) -> Result<PluginId, Failure> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    stem.parse().map_err(|error| {
        Failure::new(Exit::BadInput, anyhow::Error::new::<InvalidName>(error))
            .context("the name of the file does not name the plugin: say whose data it is with --plugin")
    })
}
