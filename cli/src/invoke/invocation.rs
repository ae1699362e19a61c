use larder_host::State;
use wasmtime::Store;
use wasmtime::component::wasm_wave::untyped::UntypedFuncCall;
use wasmtime::component::{Instance, Type, Val};

use super::exports::Export;
use super::parameters::Parameters;
use super::results::Results;
use crate::exit::Exit;
use crate::failure::Failure;

/// A call of an exported function, with its arguments.
pub struct Invocation {
    export: Export,
    arguments: Vec<Val>,
}

impl Invocation {
    /// A call of `export` with the arguments that are written in `arguments`, behind a name of `name_bytes`.
    pub(super) fn parse(export: Export, name_bytes: usize, arguments: &str) -> Result<Self, Failure> {
        let (name, parameters) = (&export.name, Parameters(&export.ty));
        if !parameters.can_be_written() {
            let reason =
                format!("{name} cannot be called from here: it takes or gives resources, which WAVE cannot write");
            return Err(Exit::BadInput.because(reason));
        }
        let types: Vec<Type> = export.ty.params().map(|(_, ty)| ty).collect();
        let arguments = if arguments.is_empty() { "()" } else { arguments };
        // The parser knows fewer forms of names than we take; one as long keeps the positions in its errors right.
        let call = format!("{}{arguments}", "f".repeat(name_bytes));
        let arguments = UntypedFuncCall::parse(&call)
            .and_then(|call| call.to_wasm_params(&types))
            .map_err(|error| Exit::BadInput.because(format!("{error}; the function is {name}{parameters}")))?;
        Ok(Self { export, arguments })
    }

    /// Calls the function.
    pub async fn call(&self, store: &mut Store<State>, instance: &Instance) -> wasmtime::Result<Results> {
        let name = &self.export.name;
        let missing = || wasmtime::Error::msg(format!("the instance has no function {name}"));
        let interface = match &name.interface {
            Some(interface) => Some(instance.get_export_index(&mut *store, None, interface).ok_or_else(missing)?),
            None => None,
        };
        let function = instance.get_export_index(&mut *store, interface.as_ref(), &name.function);
        let function = function.and_then(|index| instance.get_func(&mut *store, index)).ok_or_else(missing)?;

        let mut results = vec![Val::Bool(false); self.export.ty.results().len()];
        function.call_async(store, &self.arguments, &mut results).await?;
        Ok(Results(results))
    }
}
