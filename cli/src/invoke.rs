//! Calling any function that a component exports, in WAVE, the notation of component model values.

mod exports;
mod function_name;
mod invocation;
mod parameters;
mod results;

pub use exports::Exports;
pub use invocation::Invocation;
pub use results::Results;
