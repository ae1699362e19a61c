use std::fmt;

use wasmtime::component::Type;
use wasmtime::component::types::ComponentFunc;
use wasmtime::component::wasm_wave::wasm::{DisplayType, WasmType, WasmTypeKind};

/// What a function takes, as WIT writes it.
pub struct Parameters<'a>(pub &'a ComponentFunc);

impl Parameters<'_> {
    /// Whether WAVE can write that, and what the function gives: it cannot write resources, streams and the like.
    pub fn can_be_written(&self) -> bool {
        self.0.params().all(|(_, ty)| can_be_written(&ty)) && self.0.results().all(|ty| can_be_written(&ty))
    }
}

impl fmt::Display for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (position, (name, ty)) in self.0.params().enumerate() {
            let comma = if position > 0 { ", " } else { "" };
            write!(f, "{comma}{name}: {}", DisplayType(&ty))?;
        }
        f.write_str(")")
    }
}

fn can_be_written(ty: &Type) -> bool {
    match ty.kind() {
        WasmTypeKind::Unsupported => false,
        WasmTypeKind::List => ty.list_element_type().is_none_or(|element| can_be_written(&element)),
        WasmTypeKind::Option => ty.option_some_type().is_none_or(|some| can_be_written(&some)),
        WasmTypeKind::Record => ty.record_fields().all(|(_, field)| can_be_written(&field)),
        WasmTypeKind::Tuple => ty.tuple_element_types().all(|element| can_be_written(&element)),
        WasmTypeKind::Variant => ty.variant_cases().all(|(_, payload)| payload.is_none_or(|ty| can_be_written(&ty))),
        WasmTypeKind::Result => {
            let (ok, error) = ty.result_types().unwrap_or_default();
            [ok, error].into_iter().flatten().all(|ty| can_be_written(&ty))
        }
        _ => true,
    }
}
