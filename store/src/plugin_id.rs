use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::InvalidName;

const MAX_BYTES: usize = 128;

/// Who a plugin is within a workspace, as the host says.
///
/// 1 to 128 bytes of UTF-8 without control characters. It is never part of a file name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginId(Arc<str>);

impl PluginId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PluginId {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let right_length = (1..=MAX_BYTES).contains(&name.len());
        if !right_length || name.chars().any(char::is_control) {
            return Err(InvalidName::Plugin(name.to_owned()));
        }
        Ok(Self(name.into()))
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_1_to_128_bytes_without_control_characters_parse() {
        let longest = "p".repeat(128);
        for good in ["a", "../../etc", "Ünïcode 🧺", "CON", &longest] {
            assert_eq!(good.parse::<PluginId>().unwrap().as_str(), good);
        }
        let too_long = "p".repeat(129);
        for bad in ["", "a\nb", "nul\0", "\u{9b}31m", &too_long] {
            assert!(bad.parse::<PluginId>().is_err(), "{bad:?} parsed");
        }
    }
}
