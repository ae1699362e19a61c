use std::time::Duration;

use thiserror::Error;

use super::one_line::OneLine;

/// Why a call gave no answer.
///
/// Each text is one line. The instance is gone. What the plugin had stored before stays stored, unless the call was a
/// [`WholeCall`](larder_store::Commit::WholeCall): then nothing of it is, but where [`CallError::NotCommitted`] says that
/// this is unknown.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The call took longer than [`RuntimeOptions::call_timeout`](crate::RuntimeOptions::call_timeout).
    #[error("the call did not end within {after:?}")]
    TimedOut {
        /// The time that it had.
        after: Duration,
    },
    /// [`Runtime::run`](crate::Runtime::run) was given a component that exports no `wasi:cli/run`.
    #[error("the component is not a command: it does not export wasi:cli/run@0.2")]
    NotACommand,
    /// The plugin was loaded by another runtime.
    #[error("the plugin was loaded by another runtime")]
    OtherRuntime,
    /// The plugin trapped, could not be instantiated within the limits, or the closure that called it failed.
    ///
    /// The text has the first cause; the error has the plugin's backtrace as well.
    #[error("the call failed: {}", OneLine(.0.root_cause()))]
    Trapped(wasmtime::Error),
    /// Each run of a whole call was in conflict with others, or the first one was and
    /// [`Call::rerun_if`](crate::Call::rerun_if) forbade another.
    ///
    /// The call is worth trying again later.
    #[error("the call was in conflict with others, each time that it was run")]
    Conflict,
    /// The plugin succeeded, but what it wrote in a whole call could not be committed; its answer tells of what is not so.
    ///
    /// After [`OutcomeUnknown`](larder_store::Error::OutcomeUnknown) all of it is stored or nothing, after any other error
    /// nothing.
    #[error("the call was not committed: {}", OneLine(.0))]
    NotCommitted(larder_store::Error),
}
