use std::fmt;

use crate::plugin_id::PluginId;

/// One of the stores of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreId {
    /// A plugin's own.
    Private(PluginId),
    /// The one that the plugins of the workspace share.
    Shared,
}

impl StoreId {
    /// The plugin whose own it is, if it is one's own.
    pub fn into_plugin(self) -> Option<PluginId> {
        match self {
            Self::Private(plugin) => Some(plugin),
            Self::Shared => None,
        }
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private(plugin) => write!(f, "p/{plugin}"),
            Self::Shared => f.write_str("s"),
        }
    }
}
