//! A larder that is damaged in many ways, and what its answers are worth.

pub mod answers;
pub mod shares;
pub mod unchecked;
pub mod world;
