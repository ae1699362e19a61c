//! What the engine makes of a simulated disk: power cuts at each change of it, each operation failing, and
//! somebody else's hand in the middle of a commit.

mod faults;
mod images;
mod judge;
mod only_read;
mod removed;
mod salvage;
mod salvage_interrupted;
mod unread;
mod user;
mod world;
