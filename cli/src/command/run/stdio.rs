use larder_store::Commit;
use wasmtime_wasi::WasiCtxBuilder;

use super::held_output::HeldOutput;
use super::watched_input::WatchedInput;
use crate::failure::Failure;
use crate::output::print;

/// The standard input and output of a plugin, through all runs of its call.
#[derive(Clone)]
pub enum Stdio {
    /// Those of this process.
    Inherited,
    /// Those of this process, but the output is out only when it is known what became of the call.
    Held { input: WatchedInput, output: HeldOutput },
}

impl Stdio {
    /// What a call that is committed so is given.
    pub fn of(commit: Commit) -> Self {
        match commit {
            Commit::EachOperation => Self::Inherited,
            Commit::WholeCall => Self::Held { input: WatchedInput::default(), output: HeldOutput::default() },
        }
    }

    /// Grants them to a run; what an earlier one wrote is forgotten, as it was undone.
    pub fn grant(&self, wasi: &mut WasiCtxBuilder) {
        wasi.inherit_stdio();
        if let Self::Held { input, output } = self {
            output.take();
            wasi.stdin(input.clone()).stdout(output.clone());
        }
    }

    /// Whether another run would find what the last one found.
    pub fn may_rerun(&self) -> bool {
        match self {
            Self::Inherited => true,
            Self::Held { input, .. } => !input.was_taken_from(),
        }
    }

    /// Writes out what was held back.
    pub fn release(&self) -> Result<(), Failure> {
        match self {
            Self::Inherited => Ok(()),
            Self::Held { output, .. } => print(|out| out.write_all(&output.take())),
        }
    }
}
