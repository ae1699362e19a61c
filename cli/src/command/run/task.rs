use larder_host::{Call, CallError, Plugin, Runtime, State};
use wasmtime::Store;
use wasmtime::component::Instance;
use wasmtime_wasi::I32Exit;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::invoke::{Invocation, Results};

/// What a plugin is run for.
pub enum Task {
    Command,
    Invoke(Invocation),
}

/// How it ended by itself.
pub enum Ended {
    /// With a status.
    Exited(i32),
    /// The function gave this.
    Returned(Results),
}

impl Task {
    /// Has it done.
    pub async fn run(&self, runtime: &Runtime, plugin: &Plugin, call: Call) -> Result<Ended, CallError> {
        match self {
            Self::Command => runtime.run(plugin, call).await.map(Ended::Exited),
            Self::Invoke(invocation) => {
                let invoke = async |store: &mut Store<State>, instance: &Instance| {
                    Ended::of(invocation.call(store, instance).await)
                };
                runtime.call(plugin, call, invoke, Ended::is_success).await
            }
        }
    }
}

impl Ended {
    fn of(called: wasmtime::Result<Results>) -> wasmtime::Result<Self> {
        match called {
            Ok(results) => Ok(Self::Returned(results)),
            Err(error) => error.downcast().map(|I32Exit(status)| Self::Exited(status)),
        }
    }

    fn is_success(&self) -> bool {
        match self {
            Self::Exited(status) => *status == 0,
            Self::Returned(results) => !results.is_error(),
        }
    }

    /// Writes what the function gave, and says how the program ends.
    pub fn exit(self) -> Result<Exit, Failure> {
        match self {
            Self::Exited(status) => Ok(Exit::of_plugin(status)),
            Self::Returned(results) => results.print(),
        }
    }
}
