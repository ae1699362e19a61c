//! A map with the rules of the interface, and the histories in which the real thing is held against it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

pub mod answer;
pub mod answers;
pub mod book;
pub mod call;
pub mod content;
pub mod effect;
pub mod expected;
pub mod history;
pub mod judge;
pub mod quota;
pub mod real;
pub mod refusals;
pub mod run;
pub mod session;
pub mod stream;
pub mod values;
pub mod whole_call;
pub mod workspace;
