use thiserror::Error;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker};

use super::one_line::OneLine;
use crate::keyvalue;

/// Why bytes are not a plugin that this host can run.
///
/// Each text is one line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There are more bytes than [`RuntimeOptions::component_bytes`](crate::RuntimeOptions::component_bytes); they were
    /// not looked at.
    #[error("the component is too large: {actual} bytes where {limit} are allowed")]
    TooLarge {
        /// The bytes that are allowed.
        limit: usize,
        /// The bytes that there are.
        actual: usize,
    },
    /// The bytes do not begin as WebAssembly does.
    #[error("this is not WebAssembly")]
    NotWasm,
    /// The bytes are a core module.
    #[error(
        "this is a core WebAssembly module, not a component: build it for wasm32-wasip2, or make a component of it with \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// The component imports what this host does not offer.
    #[error("the component imports {}, which this host does not offer", OneLine(.name))]
    MissingImport {
        /// The import, as `namespace:package/interface@version`, with `#function` behind it where the host offers the
        /// interface without that.
        name: String,
    },
    /// The component imports by this name something of another type than this host offers.
    #[error("the component imports {} in another form than this host offers: {}", OneLine(.name), OneLine(.reason))]
    MismatchedImport {
        /// The import, named as in [`LoadError::MissingImport`].
        name: String,
        /// Where the types differ.
        reason: String,
    },
    /// The bytes are not a valid component, or use features of WebAssembly that are not enabled.
    #[error("the component is invalid: {}", OneLine(format!("{_0:#}")))]
    Invalid(wasmtime::Error),
}

const MAGIC: &[u8] = b"\0asm";
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

impl LoadError {
    /// Why bytes are no component, where their first ones tell already.
    pub fn of_first_bytes(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return Some(Self::NotWasm);
        }
        bytes.starts_with(CORE_MODULE).then_some(Self::CoreModule)
    }

    /// What `error`, which `linker` gave when it was to serve `component`, comes from.
    pub(super) fn from_imports<T: 'static>(error: wasmtime::Error, component: &Component, linker: &Linker<T>) -> Self {
        let Some((interface, item)) = blamed_import(&error, component) else {
            return Self::Invalid(error);
        };
        let reason = error.root_cause().to_string();
        let missing = reason.ends_with("implementation is missing");
        let name = match blamed_member(&error, component, &item) {
            Some(member) if !missing || offers(linker, &interface) => {
                format!("{interface}#{member}")
            }
            _ => interface,
        };
        if missing {
            return Self::MissingImport { name };
        }
        let reason = match keyvalue::draft2::advice(&name) {
            Some(advice) => format!("{reason}; {advice}"),
            None => reason,
        };
        Self::MismatchedImport { name, reason }
    }
}

/// wasmtime names the import in the text of the error alone, so the text is searched for each name that there is.
fn blamed_import(error: &wasmtime::Error, component: &Component) -> Option<(String, ComponentItem)> {
    let text = error.to_string();
    let ty = component.component_type();
    ty.imports(component.engine())
        .find(|(name, _)| text.contains(&format!("`{name}`")))
        .map(|(name, import)| (name.to_owned(), import.ty))
}

fn blamed_member(error: &wasmtime::Error, component: &Component, import: &ComponentItem) -> Option<String> {
    let ComponentItem::ComponentInstance(interface) = import else { return None };
    let text = error.chain().nth(1)?.to_string();
    interface
        .exports(component.engine())
        .map(|(name, _)| name.to_owned())
        .find(|name| text.contains(&format!("`{name}`")))
}

/// Whether the linker has something by this name: it refuses to define one twice.
fn offers<T: 'static>(linker: &Linker<T>, interface: &str) -> bool {
    linker.clone().root().func_new(interface, |_, _, _, _| Ok(())).is_err()
}
