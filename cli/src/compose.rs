//! Joining a plugin with the adapter, so that it runs under any runtime that offers WASI.

mod no_directories;
mod settings;

use anyhow::{Context, Result, anyhow};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

pub use self::settings::Settings;

/// Exports what a host of plugins offers, and needs only WASI; see `adapter/`.
const ADAPTER: &[u8] = include_bytes!("../components/adapter.wasm");

const SETTINGS: &str = "larder:adapter/settings@0.1.0";
/// What the adapter is there for.
const OFFERED: [&str; 2] = ["larder:storage/", "wasi:keyvalue/"];
/// What would show the plugin the directory of the larder.
const DIRECTORIES: &str = "wasi:filesystem/preopens@";

/// Joins a plugin with the adapter and what was decided for it.
pub fn compose(plugin: &[u8], settings: &Settings) -> Result<Vec<u8>> {
    let mut parts = Parts::default();
    let plugin = parts.add("plugin", plugin)?;
    let (imports, exports) = parts.names(plugin);
    let adapter = parts.adapter(settings)?;
    let offered = parts.exports(adapter);
    let plugin = parts.graph.instantiate(plugin);
    let mut needs_it = false;
    for import in imports {
        if let Some(version) = import.strip_prefix(DIRECTORIES) {
            let none = parts.add("no-directories", &no_directories::component(version)?)?;
            let none = parts.graph.instantiate(none);
            parts.join(plugin, &import, none)?;
        } else if offered.contains(&import) {
            parts.join(plugin, &import, adapter)?;
            needs_it = true;
        } else if OFFERED.iter().any(|offered| import.starts_with(offered)) {
            return Err(anyhow!("it imports {import}, which is not offered; there are {}", offered.join(", ")));
        }
    }
    if !needs_it {
        return Err(anyhow!("it stores nothing: it imports neither larder:storage nor wasi:keyvalue"));
    }
    for export in exports {
        parts.export(plugin, &export)?;
    }
    parts.encode()
}

/// The adapter with what was decided, to be joined with a plugin by another tool.
pub fn adapter(settings: &Settings) -> Result<Vec<u8>> {
    let mut parts = Parts::default();
    let adapter = parts.adapter(settings)?;
    for export in parts.exports(adapter) {
        parts.export(adapter, &export)?;
    }
    parts.encode()
}

/// Components that are being joined.
#[derive(Default)]
struct Parts {
    graph: CompositionGraph,
}

impl Parts {
    fn add(&mut self, name: &str, component: &[u8]) -> Result<PackageId> {
        let package = Package::from_bytes(name, None, component, self.graph.types_mut())?;
        Ok(self.graph.register_package(package)?)
    }

    fn adapter(&mut self, settings: &Settings) -> Result<NodeId> {
        let settings = self.add("settings", &settings.component()?)?;
        let settings = self.graph.instantiate(settings);
        let adapter = self.add("adapter", ADAPTER)?;
        let adapter = self.graph.instantiate(adapter);
        self.join(adapter, SETTINGS, settings)?;
        Ok(adapter)
    }

    /// What a package imports, and what it exports.
    fn names(&self, package: PackageId) -> (Vec<String>, Vec<String>) {
        let world = &self.graph.types()[self.graph[package].ty()];
        (world.imports.keys().cloned().collect(), world.exports.keys().cloned().collect())
    }

    fn exports(&self, instance: NodeId) -> Vec<String> {
        self.graph[instance].package().map(|package| self.names(package).1).unwrap_or_default()
    }

    /// Gives an instance what it imports by this name.
    fn join(&mut self, instance: NodeId, import: &str, from: NodeId) -> Result<()> {
        let offered = self.graph.alias_instance_export(from, import)?;
        let joined = self.graph.set_instantiation_argument(instance, import, offered);
        joined.with_context(|| format!("{import} is not what the plugin expects"))
    }

    fn export(&mut self, instance: NodeId, name: &str) -> Result<()> {
        let exported = self.graph.alias_instance_export(instance, name)?;
        Ok(self.graph.export(exported, name)?)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        Ok(self.graph.encode(EncodeOptions { validate: true, ..EncodeOptions::default() })?)
    }
}
