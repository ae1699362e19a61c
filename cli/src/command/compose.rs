use std::fs;
use std::path::Path;

use larder_host::{LoadError, RuntimeOptions};

use crate::cli::{Compose, SharedAccess};
use crate::compose::{self, Settings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{plugin_file, whole_file};

/// Joins a plugin with the adapter; or writes the adapter alone.
pub fn compose(options: &Compose) -> Result<Exit, Failure> {
    let output = &options.output;
    let component = match &options.file {
        Some(file) => {
            let plugin = plugin_file::read(file, RuntimeOptions::default().component_bytes)?;
            let settings = options.settings()?;
            if let Some(error) = LoadError::of_first_bytes(&plugin) {
                return Err(plugin_file::not_loaded(file, error));
            }
            if is_same(file, output) {
                return Err(Exit::BadInput.because(format!("{} is the plugin: say another --output", output.display())));
            }
            compose::compose(&plugin, &settings)
                .map_err(|error| Failure::new(Exit::BadInput, error).context(file.display().to_string()))?
        }
        None => compose::adapter(&options.settings()?).map_err(|error| Failure::new(Exit::BadInput, error))?,
    };
    whole_file::write(output, &component)?;
    Ok(Exit::Done)
}

/// Whether both names lead to the same file.
fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).ok().is_some_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

impl Compose {
    fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        let mut set =
            |name: &str, value: &str| settings.set(name, value).map_err(|error| Failure::new(Exit::BadInput, error));
        if let Some(workspace) = &self.workspace {
            set("LARDER_WORKSPACE", workspace.as_str())?;
        }
        let plugin = match (&self.plugin, &self.file) {
            (Some(plugin), _) => Some(plugin.clone()),
            (None, Some(file)) => Some(plugin_file::named_by(file)?),
            (None, None) => None,
        };
        if let Some(plugin) = plugin {
            set("LARDER_PLUGIN", plugin.as_str())?;
        }
        if let Some(bytes) = self.quota {
            set("LARDER_STORE_BYTES", &bytes.to_string())?;
        }
        for limit in &self.limits {
            set(&limit.variable(), &limit.number.to_string())?;
        }
        match self.shared {
            SharedAccess::None => {}
            SharedAccess::Read => set("LARDER_SHARED", "read")?,
            SharedAccess::Write => set("LARDER_SHARED", "write")?,
        }
        if let Some(prefix) = &self.shared_prefix {
            set("LARDER_SHARED_PREFIX", prefix)?;
        }
        Ok(settings)
    }
}
