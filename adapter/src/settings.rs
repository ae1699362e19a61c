use std::env;
use std::fmt::Display;
use std::str::FromStr;

use larder_store::{Grant, Limits, PluginId, WorkspaceId};

use crate::bindings::settings::baked;

const PREFIX: &str = "LARDER_";
const DEFAULT_WORKSPACE: &str = "default";

/// For whom data is kept, where, and within what limits: what `compose` decided, and before it what the environment says.
pub struct Settings {
    pub dir: Option<String>,
    pub workspace: WorkspaceId,
    pub plugin: PluginId,
    pub limits: Limits,
    pub grant: Grant,
}

impl Settings {
    pub fn read() -> Result<Self, String> {
        let baked = baked();
        let baked = baked.lines().filter_map(|line| line.split_once('='));
        let baked = baked.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = env::vars().filter(|(name, _)| name.starts_with(PREFIX));
        Self::parse(baked.chain(given))
    }

    /// Of several for one name the last counts. A name that is not known is refused, as a limit with a typing error would
    /// not hold.
    fn parse(variables: impl Iterator<Item = (String, String)>) -> Result<Self, String> {
        let (mut dir, mut plugin) = (None, None);
        let mut workspace = parse(DEFAULT_WORKSPACE)?;
        let mut limits = Limits::default();
        let (mut shared, mut prefix) = (Grant::none(), String::new());
        for (name, value) in variables {
            let wrong = |reason: String| format!("{name}: {reason}");
            match name.strip_prefix(PREFIX).unwrap_or(&name) {
                "DIR" => dir = Some(value),
                "WORKSPACE" => workspace = parse(&value).map_err(wrong)?,
                "PLUGIN" => plugin = Some(parse(&value).map_err(wrong)?),
                "SHARED" => shared = grant(&value).map_err(wrong)?,
                "SHARED_PREFIX" => prefix = value,
                limit => set_limit(&mut limits, limit, &value).map_err(wrong)?,
            }
        }
        let plugin = match plugin {
            Some(plugin) => plugin,
            None => plugin_by_argument().ok_or("say whose data it is with LARDER_PLUGIN")?,
        };
        Ok(Self { dir, workspace, plugin, limits, grant: shared.within(prefix) })
    }
}

/// The name of the file that is run, without its ending.
fn plugin_by_argument() -> Option<PluginId> {
    let file = env::args().next()?;
    let name = file.rsplit('/').next()?;
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).parse().ok()
}

fn grant(level: &str) -> Result<Grant, String> {
    match level {
        "none" => Ok(Grant::none()),
        "read" => Ok(Grant::read()),
        "write" => Ok(Grant::write()),
        other => Err(format!("{other:?} is none of none, read, write")),
    }
}

fn set_limit(limits: &mut Limits, name: &str, value: &str) -> Result<(), String> {
    match name {
        "KEY_BYTES" => limits.key_bytes = number(value)?,
        "VALUE_BYTES" => limits.value_bytes = number(value)?,
        "BATCH_ITEMS" => limits.batch_items = number(value)?,
        "BATCH_BYTES" => limits.batch_bytes = number(value)?,
        "CHUNK_BYTES" => limits.chunk_bytes = number(value)?,
        "OPEN_HANDLES" => limits.open_handles = number(value)?,
        "STORE_BYTES" => limits.store_bytes = number(value)?,
        "STORE_KEYS" => limits.store_keys = number(value)?,
        "WORKSPACE_BYTES" => limits.workspace_bytes = number(value)?,
        "DELETE_PREFIX_KEYS" => limits.delete_prefix_keys = number(value)?,
        _ => {
            return Err("is not known; there are LARDER_DIR, _WORKSPACE, _PLUGIN, _SHARED, _SHARED_PREFIX, _KEY_BYTES, \
                        _VALUE_BYTES, _BATCH_ITEMS, _BATCH_BYTES, _CHUNK_BYTES, _OPEN_HANDLES, _STORE_BYTES, _STORE_KEYS, \
                        _WORKSPACE_BYTES and _DELETE_PREFIX_KEYS"
                .to_owned());
        }
    }
    Ok(())
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number that it can be: write digits alone"))
}
