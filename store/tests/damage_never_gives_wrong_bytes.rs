//! Whatever is damaged on the disk, every answer is what was stored or an error, within a second; other workspaces work.
//!
//! Each run tries 2,000 mutants of a larder. Many more:
//!
//! ```text
//! LARDER_MUTANTS=100000 cargo test --release --package larder-store --test damage_never_gives_wrong_bytes -- --nocapture
//! ```

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

mod damaged;
mod support;

use damaged::answers::Class;
use damaged::shares::{do_share, try_apart};
use damaged::world::Left;

const MUTANTS: u64 = 2000;

/// Half of the mutants in each of the two tests.
fn try_half(left: Left) {
    let all = std::env::var("LARDER_MUTANTS").map_or(MUTANTS, |number| number.parse().unwrap());
    let tally = try_apart(left, 0, all.div_ceil(2));
    for class in ["Right", "Refused"] {
        assert!(tally.contains(class), "the mutants are too mild or too harsh: {tally}");
    }
}

#[test]
fn to_a_workspace_that_was_closed() {
    try_half(Left::Closed);
}

#[test]
fn to_a_workspace_whose_writer_was_killed() {
    try_half(Left::Killed);
}

/// The same mutants as above do give wrong answers to who checks nothing.
#[test]
fn is_not_noticed_by_a_reader_without_checksums() {
    let tally = damaged::unchecked::read_mutants(300);
    for class in [Class::Wrong, Class::Missing, Class::Invented] {
        assert!(tally.count(class) > 0, "{class:?}: {tally}");
    }
}

#[test]
#[ignore = "the others run it, in processes of its own"]
fn a_share_of_the_mutants() {
    do_share();
}
