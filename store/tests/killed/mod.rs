//! Processes that work on a larder until they are killed, and what must be there afterwards.

pub mod child;
pub mod pantry;
pub mod process;
pub mod script;
pub mod state;
