use wasmtime::component::Val;
use wasmtime::component::wasm_wave::wasm::DisplayFuncResults;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::print;

/// What a function gave: nothing, or one value.
pub struct Results(pub Vec<Val>);

impl Results {
    /// Whether the function gave an error as its result.
    pub fn is_error(&self) -> bool {
        matches!(self.0[..], [Val::Result(Err(_))])
    }

    /// Writes them to standard output; an error as its result makes the exit code that of a no.
    pub fn print(self) -> Result<Exit, Failure> {
        if !self.0.is_empty() {
            print(|out| writeln!(out, "{}", DisplayFuncResults(&self.0)))?;
        }
        Ok(if self.is_error() { Exit::No } else { Exit::Done })
    }
}
