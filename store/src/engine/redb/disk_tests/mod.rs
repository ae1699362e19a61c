//! What the engine makes of a simulated disk: power cuts at each change of it, and each operation failing.

mod faults;
mod images;
mod judge;
mod salvage;
mod user;
mod world;
