//! Power cuts: every state of the disk that one may leave is opened and compared with what was acknowledged.
//!
//! `LARDER_IMAGES` says how many states, and `LARDER_SEED` where to begin.

use std::env;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use super::judge::watch;
use super::user::{Deed, Said, User};
use super::world::World;
use crate::dir::simulated::{Disk, Lies};
use crate::engine::Sharing;
use crate::random::Random;

/// How much is done with one disk.
const DEEDS: usize = 40;
/// At how many of a hundred changes the power is cut.
const PERCENT: usize = 20;

fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    env::var(name).ok().map_or(otherwise, |text| text.parse().ok().unwrap_or_else(|| panic!("{name}={text}")))
}

/// Works with a disk until it was wrong or so much is done; how many images there were, and what was wrong.
fn work(seed: u64, sharing: Sharing, lies: Lies) -> (usize, Option<String>) {
    let mut random = Random(seed);
    let disk = Disk::new(random.number()).lying(lies);
    let said = Arc::new(Mutex::new(Said { worlds: vec![World::default()], ..Said::default() }));
    let verdict = watch(&disk, PERCENT, sharing, &said, random.number());
    let mut user = User::new(&disk, sharing, said.clone()).unwrap();
    for number in 0..DEEDS {
        let deed = Deed::any(&mut random, said.lock().unwrap().now_ms);
        user.try_to(&deed).unwrap_or_else(|error| panic!("seed {seed}, {deed:?}: {error}"));
        let verdict = verdict.lock().unwrap();
        if let Some(wrong) = verdict.wrong.first() {
            return (verdict.images, Some(format!("seed {seed}, {sharing:?}, deed {number}: {deed:.200?}: {wrong}")));
        }
    }
    drop(user);
    let verdict = verdict.lock().unwrap();
    (verdict.images, verdict.wrong.first().map(|wrong| format!("seed {seed}, {sharing:?}, closing: {wrong}")))
}

fn power_cuts(sharing: Sharing) {
    let (wanted, first_seed) = (setting("LARDER_IMAGES", 10_000) / 2, setting("LARDER_SEED", 1));
    let mut judged = 0;
    for seed in first_seed.. {
        let (images, wrong) = work(seed, sharing, Lies::default());
        assert_eq!(wrong, None);
        judged += images;
        if judged >= wanted {
            println!("{judged} images with {sharing:?}, seeds {first_seed} to {seed}");
            return;
        }
    }
}

#[test]
fn a_power_cut_loses_nothing_beside_readers() {
    power_cuts(Sharing::ReadersBeside);
}

#[test]
fn a_power_cut_loses_nothing_alone() {
    power_cuts(Sharing::Exclusive);
}

/// The tests above are worth something: a disk that only says that it syncs does not pass them.
#[test]
fn a_disk_that_lies_is_found_out() {
    for lies in [Lies { files: true, dirs: false }, Lies { files: false, dirs: true }] {
        let found = (1..20).find_map(|seed| work(seed, Sharing::ReadersBeside, lies).1);
        assert!(found.is_some(), "{lies:?}");
    }
}
