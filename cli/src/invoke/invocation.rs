use larder_host::State;
use wasmtime::Store;
use wasmtime::component::wasm_wave::parser::ParserError;
use wasmtime::component::wasm_wave::untyped::UntypedFuncCall;
use wasmtime::component::{Instance, Type, Val};

use super::exports::Export;
use super::parameters::Parameters;
use super::results::Results;
use crate::exit::Exit;
use crate::failure::Failure;

/// What stands for the name of a function where its arguments are parsed.
const NAME: &str = "f";

/// A call of an exported function, with its arguments.
pub struct Invocation {
    export: Export,
    arguments: Vec<Val>,
}

impl Invocation {
    /// A call of `export` with the arguments that are written in `arguments`.
    pub(super) fn parse(export: Export, arguments: &str) -> Result<Self, Failure> {
        let (name, parameters) = (&export.name, Parameters(&export.ty));
        if !parameters.can_be_written() {
            let reason =
                format!("{name} cannot be called from here: it takes or gives resources, which WAVE cannot write");
            return Err(Exit::BadInput.because(reason));
        }
        let types: Vec<Type> = export.ty.params().map(|(_, ty)| ty).collect();
        let arguments = if arguments.is_empty() { "()" } else { arguments };
        // The parser knows fewer forms of names than we take.
        let call = format!("{NAME}{arguments}");
        let arguments =
            UntypedFuncCall::parse(&call).and_then(|call| call.to_wasm_params(&types)).map_err(|error| {
                Exit::BadInput.because(format!("{}; the function is {name}{parameters}", reason(&error, &call)))
            })?;
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

/// What is wrong, with the part of the call that it is about in the place of its position.
fn reason(error: &ParserError, call: &str) -> String {
    let (text, span) = (error.to_string(), error.span());
    let text = text.strip_suffix(&format!(" at {span:?}")).unwrap_or(&text);
    let part = call.get(span.clone()).filter(|part| span.start >= NAME.len() && !part.is_empty());
    part.map_or(text.to_owned(), |part| format!("{text}: `{part}`"))
}
