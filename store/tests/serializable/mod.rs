//! Calls that ran at once, and whether they could have run one after another.

pub mod call;
pub mod check;
pub mod graph;
pub mod order;
pub mod player;
