use std::fmt;

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime_wasi::p2::bindings::CommandIndices;

use super::{LoadError, State};

/// A component that is compiled, and linked to what the host offers.
///
/// Cheap to clone, and to be used for any number of calls; each call runs in an instance of its own.
#[derive(Clone)]
pub struct Plugin {
    pub(super) pre: InstancePre<State>,
}

impl Plugin {
    pub(super) fn load(bytes: &[u8], limit: usize, linker: &Linker<State>) -> Result<Self, LoadError> {
        if bytes.len() > limit {
            return Err(LoadError::TooLarge { limit, actual: bytes.len() });
        }
        if let Some(error) = LoadError::of_first_bytes(bytes) {
            return Err(error);
        }
        let component = Component::from_binary(linker.engine(), bytes).map_err(LoadError::Invalid)?;
        match linker.instantiate_pre(&component) {
            Ok(pre) => Ok(Self { pre }),
            Err(error) => Err(LoadError::from_imports(error, &component, linker)),
        }
    }

    /// The compiled component, to look at its exports.
    pub fn component(&self) -> &Component {
        self.pre.component()
    }

    /// Where the exports of a command are, if it is one.
    pub(super) fn command(&self) -> Option<CommandIndices> {
        CommandIndices::new(&self.pre).ok()
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").finish_non_exhaustive()
    }
}
