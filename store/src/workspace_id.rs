use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::InvalidName;

const MAX_BYTES: usize = 64;

/// File names that Windows takes for devices, whatever follows the first dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// A tenant's name, as the host says; also the name of its directory.
///
/// 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or a digit, not ending with a dot, and no Windows device name.
/// Lower case alone, as some file systems fold case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspaceId(Arc<str>);

impl WorkspaceId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WorkspaceId {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let right_length = (1..=MAX_BYTES).contains(&name.len());
        let right_bytes = name.bytes().all(|b| alphanumeric(b) || b"._-".contains(&b));
        let right_ends = name.bytes().next().is_some_and(alphanumeric) && !name.ends_with('.');
        if !right_length || !right_bytes || !right_ends || is_device(name) {
            return Err(InvalidName::Workspace(name.to_owned()));
        }
        Ok(Self(name.into()))
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let numbered = stem.len() == 4
        && stem.ends_with(|c: char| c.is_ascii_digit())
        && NUMBERED_DEVICES.iter().any(|device| stem.starts_with(device));
    DEVICES.contains(&stem) || numbered
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_safe_as_a_directory_everywhere_parse() {
        let longest = "w".repeat(64);
        for good in ["a", "0", "team-7", "a.b_c-d", "a..b", "console", "com", "com10", &longest] {
            assert_eq!(good.parse::<WorkspaceId>().unwrap().as_str(), good);
        }
        let too_long = "w".repeat(65);
        for bad in [
            "", ".", "..", ".a", "-a", "_a", "a.", "A", "a b", "a/b", "a\\b", "a\0", "é", "con", "nul.txt", "com1",
            "lpt9.x", &too_long,
        ] {
            assert!(bad.parse::<WorkspaceId>().is_err(), "{bad:?} parsed");
        }
    }
}
