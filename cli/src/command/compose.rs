use std::fs;
use std::path::Path;

use crate::cli::{Compose, SharedAccess};
use crate::compose::{self, Settings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plugin_name::named_by;

/// Joins a plugin with the adapter; or writes the adapter alone.
pub fn compose(options: &Compose) -> Result<Exit, Failure> {
    let settings = options.settings()?;
    let component = match &options.file {
        Some(file) => {
            let plugin = fs::read(file).map_err(|error| cannot("read", file, error))?;
            compose::compose(&plugin, &settings)
                .map_err(|error| Failure::new(Exit::BadInput, error).context(file.display().to_string()))?
        }
        None => compose::adapter(&settings).map_err(|error| Failure::new(Exit::BadInput, error))?,
    };
    fs::write(&options.output, component).map_err(|error| cannot("write", &options.output, error))?;
    Ok(Exit::Done)
}

fn cannot(what: &str, file: &Path, error: std::io::Error) -> Failure {
    Failure::new(Exit::BadInput, error).context(format!("cannot {what} {}", file.display()))
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
            (None, Some(file)) => Some(named_by(file)?),
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
