//! What a plugin is joined with.

use std::path::PathBuf;

use clap::Args;
use larder_store::{PluginId, WorkspaceId};

use super::SharedAccess;
use crate::size::parse_bytes;

#[derive(Args, Debug)]
pub struct Compose {
    /// The workspace that the plugin keeps its data in [default: default]
    #[arg(short, long)]
    pub workspace: Option<WorkspaceId>,
    /// Whose data it is [default: the name of the file, without its ending]
    #[arg(short, long)]
    pub plugin: Option<PluginId>,
    /// What the plugin may hold: bytes, or with KiB, MiB, GiB or TiB [default: 100MiB]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub quota: Option<u64>,
    /// Another limit than the one that holds otherwise, such as value-bytes=1MiB; may be repeated
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = Limit::parse)]
    pub limits: Vec<Limit>,
    /// What the plugin may do with the store that its workspace shares
    #[arg(long, value_enum, default_value_t)]
    pub shared: SharedAccess,
    /// Only with keys of the shared store that begin like this
    #[arg(long, value_name = "PREFIX", requires = "shared")]
    pub shared_prefix: Option<String>,
    /// Where to write the component
    #[arg(short, long, value_name = "OUT.wasm")]
    pub output: PathBuf,
    /// Write the adapter alone, for joining with other tools
    #[arg(long, conflicts_with = "file")]
    pub adapter: bool,
    /// The plugin
    #[arg(value_name = "PLUGIN.wasm", required_unless_present = "adapter")]
    pub file: Option<PathBuf>,
}

/// A limit by its name, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    name: &'static str,
    pub number: u64,
}

/// The names of the limits that the adapter knows.
const LIMITS: [&str; 10] = [
    "key-bytes",
    "value-bytes",
    "batch-items",
    "batch-bytes",
    "chunk-bytes",
    "open-handles",
    "store-bytes",
    "store-keys",
    "workspace-bytes",
    "delete-prefix-keys",
];

impl Limit {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').ok_or_else(|| format!("{text:?} is no NAME=NUMBER"))?;
        let known = LIMITS.into_iter().find(|limit| *limit == name);
        let name = known.ok_or_else(|| format!("{name:?} is no limit; there are {}", LIMITS.join(", ")))?;
        Ok(Self { name, number: parse_bytes(number)? })
    }

    /// The variable of the environment that says the same.
    pub fn variable(&self) -> String {
        format!("LARDER_{}", self.name.replace('-', "_").to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_a_name_and_a_number() {
        let limit = Limit::parse("value-bytes=2KiB").unwrap();
        assert_eq!((limit.variable().as_str(), limit.number), ("LARDER_VALUE_BYTES", 2048));
        for (wrong, told) in
            [("value-bytes", "NAME=NUMBER"), ("size=1", "there are key-bytes"), ("store-keys=many", "is not a size")]
        {
            assert!(Limit::parse(wrong).unwrap_err().contains(told), "{wrong}");
        }
    }
}
