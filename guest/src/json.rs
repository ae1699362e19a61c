//! Values of any type, as JSON. With the feature `serde`.
//!
//! JSON, as it can be read by plugins in other languages that share a store, and by an operator; and as a field that is
//! added with `#[serde(default)]` leaves the values readable that were stored before it.
//!
//! ```
//! use std::time::Duration;
//!
//! use larder::{atomic, json, storage};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Settings {
//!     language: String,
//!     #[serde(default)]
//!     dark: bool,
//! }
//!
//! let settings = Settings { language: "nl".to_owned(), dark: true };
//! storage::set_json("settings", &settings)?;
//! assert_eq!(storage::get_json("settings")?, Some(settings));
//! assert_eq!(storage::get("settings")?.as_deref(), Some(br#"{"language":"nl","dark":true}"#.as_slice()));
//!
//! // Where another call than `set` and `get` is meant:
//! storage::set_expiring("draft", json::encode(&["milk", "figs"])?, Duration::from_secs(60))?;
//! let draft = atomic::entry("draft")?;
//! let items: Option<Vec<String>> = draft.map(|entry| json::decode(&entry.value)).transpose()?;
//! assert_eq!(items.as_deref(), Some(["milk".to_owned(), "figs".to_owned()].as_slice()));
//! # Ok::<(), larder::Error>(())
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// The value as JSON, without white space.
///
/// # Errors
///
/// [`Error::Json`] where it has no form in JSON, such as a map whose keys are not strings.
pub fn encode(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(value)?)
}

/// The value that the bytes say in JSON.
///
/// # Errors
///
/// [`Error::Json`] where they are not JSON of this type.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    Ok(serde_json::from_slice(bytes)?)
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::storage;

    #[test]
    fn what_is_no_json_or_another_type_is_told() {
        let pairs = BTreeMap::from([((1, 2), "a map whose keys are not strings")]);
        assert!(matches!(storage::set_json("k", &pairs), Err(Error::Json(_))));
        assert_eq!(storage::get("k"), Ok(None));

        storage::set_json("k", "text").unwrap();
        assert_eq!(storage::get_json("k"), Ok(Some("text".to_owned())));
        let Err(Error::Json(reason)) = storage::get_json::<u32>("k") else { panic!("it is text") };
        assert!(reason.contains("expected u32"), "{reason}");
        storage::set("k", [0xff]).unwrap();
        assert!(matches!(storage::get_json::<String>("k"), Err(Error::Json(_))));
    }
}
