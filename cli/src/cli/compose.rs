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

/// The limits that the adapter knows, and the most that each can be.
const LIMITS: [(&str, u64); 10] = [
    ("key-bytes", u32::MAX as u64),
    ("value-bytes", u64::MAX),
    ("batch-items", u32::MAX as u64),
    ("batch-bytes", u64::MAX),
    ("chunk-bytes", u32::MAX as u64),
    ("open-handles", u32::MAX as u64),
    ("store-bytes", u64::MAX),
    ("store-keys", u64::MAX),
    ("workspace-bytes", u64::MAX),
    ("delete-prefix-keys", u64::MAX),
];

impl Limit {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').ok_or_else(|| format!("{text:?} is no NAME=NUMBER"))?;
        let known = LIMITS.into_iter().find(|(limit, _)| *limit == name);
        let names = || LIMITS.map(|(limit, _)| limit).join(", ");
        let (name, most) = known.ok_or_else(|| format!("{name:?} is no limit; there are {}", names()))?;
        match parse_bytes(number)? {
            number if number > most => Err(format!("{name} is {number}, and can be {most} at most")),
            number => Ok(Self { name, number }),
        }
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
        for (wrong, told) in [
            ("value-bytes", "NAME=NUMBER"),
            ("size=1", "there are key-bytes"),
            ("store-keys=many", "is not a size"),
            ("key-bytes=4GiB", "4294967295 at most"),
        ] {
            assert!(Limit::parse(wrong).unwrap_err().contains(told), "{wrong}");
        }
    }
}
