//! Disks that fail: each operation in turn, once or for as long as it is tried, and then the power too.

use std::sync::{Arc, Mutex};

use rustix::io::Errno;

use super::judge::judge;
use super::user::{Deed, Edit, Said, User};
use super::world::World;
use crate::dir::simulated::{Disk, FOR_EVER, Operation, Plan, Unsynced};
use crate::engine::{Place, Sharing};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::random::Random;
use crate::store_id::StoreId;
use crate::workspace_id::WorkspaceId;

/// What fails together, and what it says.
struct Failure {
    operations: &'static [Operation],
    error: Errno,
    unsynced: Unsynced,
}

const fn failure(operations: &'static [Operation], error: Errno) -> Failure {
    Failure { operations, error, unsynced: Unsynced::Kept }
}

const FAILURES: &[Failure] = {
    use Operation::*;
    &[
        failure(&[Read], Errno::IO),
        failure(&[Write], Errno::IO),
        failure(&[SetLen], Errno::IO),
        failure(&[Sync], Errno::IO),
        Failure { operations: &[Sync], error: Errno::IO, unsynced: Unsynced::Forgotten },
        Failure { operations: &[Sync], error: Errno::IO, unsynced: Unsynced::Dropped },
        failure(&[Open], Errno::IO),
        failure(&[Create], Errno::IO),
        failure(&[MakeDir], Errno::IO),
        failure(&[Rename], Errno::IO),
        failure(&[Unlink], Errno::IO),
        failure(&[RemoveDir], Errno::IO),
        failure(&[SyncDir], Errno::IO),
        failure(&[List], Errno::IO),
        failure(&[Look], Errno::IO),
        failure(&[Lock], Errno::IO),
        // The whole disk, a full one, one that is read-only, and a process without descriptors.
        Failure { operations: &Operation::ALL, error: Errno::IO, unsynced: Unsynced::Forgotten },
        failure(&[Write, SetLen, Create, MakeDir], Errno::NOSPC),
        failure(&[Write, SetLen, Create, MakeDir, Rename, Unlink, RemoveDir], Errno::ROFS),
        failure(&[Open, Create, List, SyncDir], Errno::MFILE),
    ]
};

/// What is done before, and what is done while the disk fails.
struct Scene {
    name: &'static str,
    before: Vec<Deed>,
    deed: Deed,
}

fn id(name: &str) -> WorkspaceId {
    name.parse().unwrap()
}

fn put(key: &'static str, fill: u8, size: usize, large: bool) -> Edit {
    let at = Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() };
    Edit::Put { at, bytes: vec![fill; size], large, expiry: Expiry::NEVER }
}

fn commit(workspace: &str, edits: Vec<Edit>) -> Deed {
    Deed::Commit(id(workspace), vec![edits])
}

fn scenes() -> Vec<Scene> {
    let old = || commit("w", vec![put("k", 1, 100, false), put("other", 2, 10, false)]);
    let old_large = || commit("w", vec![put("k", 1, 70_000, true)]);
    let new = || commit("w", vec![put("k", 3, 200, false)]);
    let close = || Deed::Close(id("w"));
    let passing = || {
        let at = Place { store: StoreId::Shared, key: Key::trusted("passing").into_owned() };
        commit("w", vec![Edit::Put { at, bytes: vec![7; 90_000], large: true, expiry: Expiry::at_ms(2) }])
    };
    // In one file, most of which is free then.
    let much = || commit("w", vec![put("k", 1, 400_000, false)]);
    let scene = |name, before, deed| Scene { name, before, deed };
    vec![
        scene("a first value", vec![], new()),
        scene("a first value beside another workspace", vec![commit("v", vec![put("k", 9, 9, false)])], new()),
        scene("a small value", vec![old()], new()),
        scene("a value larger than redb's cache", vec![old()], commit("w", vec![put("k", 4, 100_000, false)])),
        scene("a first large value", vec![old()], commit("w", vec![put("k", 5, 70_000, true)])),
        scene("another large value", vec![old_large()], commit("w", vec![put("k", 6, 80_000, true)])),
        scene("a large value that goes", vec![old_large()], new()),
        scene("a workspace that is opened", vec![old(), close()], new()),
        scene("a workspace that is closed", vec![old()], close()),
        scene("a workspace that is removed", vec![old(), old_large()], Deed::Delete(id("w"))),
        scene("a version", vec![old(), close()], Deed::Draw(id("w"))),
        scene("tidying", vec![passing(), old()], Deed::Tidy(id("w"))),
        scene("compacting", vec![much(), old()], Deed::Tidy(id("w"))),
    ]
}

const SHARINGS: [Sharing; 2] = [Sharing::ReadersBeside, Sharing::Exclusive];

struct Stage {
    disk: Disk,
    said: Arc<Mutex<Said>>,
    user: User,
    sharing: Sharing,
    random: Random,
}

impl Stage {
    fn set(scene: &Scene, sharing: Sharing, seed: u64) -> Self {
        let disk = Disk::new(seed);
        let said = Arc::new(Mutex::new(Said { worlds: vec![World::default()], ..Said::default() }));
        let mut user = User::new(&disk, sharing, said.clone()).unwrap();
        for deed in &scene.before {
            user.try_to(deed).unwrap();
        }
        Self { disk, said, user, sharing, random: Random(seed) }
    }

    /// Looks whether a power cut now agrees with what was said.
    fn cut_power(&mut self, at: &str) {
        let said = self.said.lock().unwrap().clone();
        let found = judge(&self.disk.power_cut(), &said, self.sharing, &mut self.random);
        found.unwrap_or_else(|wrong| panic!("{at}: a power cut then: {wrong}"));
    }

    /// Looks whether what was said is so, for whoever goes on, and for who comes after the power was cut.
    fn check(mut self, at: &str) {
        self.cut_power(at);
        // Who first needs a page that the disk did not read finds that it does.
        let seen = self.user.look().or_else(|_| self.user.look());
        let seen = seen.unwrap_or_else(|error| panic!("{at}: it does not heal: {error} ({error:?})"));
        let now_ms = self.said.lock().unwrap().now_ms;
        let expected = self.said.lock().unwrap().worlds.last().unwrap().at(now_ms);
        assert!(seen == expected, "{at}: there is {}, not {}", seen.describe(), expected.describe());
        self.cut_power(at);
        for deed in [commit("w", vec![put("after", 8, 300, false)]), commit("w", vec![put("large", 8, 70_000, true)])] {
            self.user.try_to(&deed).unwrap_or_else(|error| panic!("{at}: it does not heal: {error} ({error:?})"));
            self.cut_power(at);
        }
    }
}

/// Plays a scene with a failure at each of its operations in turn; how many failed, and how often it was refused for that.
fn play(scene: &Scene, failure: &Failure, times: usize) -> (usize, usize) {
    let (mut failed, mut refused) = (0, 0);
    for sharing in SHARINGS {
        for after in 0.. {
            let Failure { operations, error, unsynced } = *failure;
            let plan = Plan { operations, after, times, error, unsynced };
            let mut stage = Stage::set(scene, sharing, after as u64);
            let (told, met) = stage.disk.failing(plan, || stage.user.try_to(&scene.deed));
            let at = format!("{}, {sharing:?}, {plan:?}: {told:?}", scene.name);
            assert!(matches!(told, Ok(()) | Err(Error::Unavailable(_) | Error::OutcomeUnknown(_))), "{at}");
            if times == 1 && unsynced != Unsynced::Dropped {
                assert!(!matches!(told, Err(Error::OutcomeUnknown(_))), "{at}: the disk is well again");
            }
            stage.check(&at);
            refused += usize::from(told.is_err());
            if met <= after {
                break;
            }
            failed += 1;
        }
    }
    (failed, refused)
}

fn play_all(times: usize) {
    let mut all_refused = 0;
    for failure in FAILURES {
        let (failed, refused) = scenes()
            .iter()
            .map(|scene| play(scene, failure, times))
            .fold((0, 0), |(failed, refused), (more_failed, more_refused)| {
                (failed + more_failed, refused + more_refused)
            });
        assert!(failed > 0, "nothing does {:?}", failure.operations);
        all_refused += refused;
    }
    assert!(all_refused > 0, "nothing is refused");
}

#[test]
fn each_operation_fails_once_and_what_is_told_is_so() {
    play_all(1);
}

#[test]
fn a_disk_that_fails_until_it_is_mended_is_told_and_heals_without_a_restart() {
    play_all(FOR_EVER);
}

#[test]
fn a_read_that_fails_is_told_and_heals() {
    for scene in scenes() {
        for failure in FAILURES {
            for after in 0.. {
                let Failure { operations, error, unsynced } = *failure;
                let plan = Plan { operations, after, times: FOR_EVER, error, unsynced };
                let mut stage = Stage::set(&scene, Sharing::ReadersBeside, 1);
                stage.user.try_to(&scene.deed).unwrap();
                stage.user.try_to(&Deed::Close(id("w"))).unwrap();
                let (told, met) = stage.disk.failing(plan, || stage.user.look());
                let at = format!("{}, {plan:?}: {:?}", scene.name, told.as_ref().err());
                assert!(matches!(told, Ok(_) | Err(Error::Unavailable(_))), "{at}");
                stage.check(&at);
                if met <= after {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_file_is_locked_on_a_simulated_disk() {
    for sharing in SHARINGS {
        let scene =
            Scene { name: "", before: vec![commit("w", vec![put("k", 1, 1, false)])], deed: Deed::Tidy(id("w")) };
        let stage = Stage::set(&scene, sharing, 1);
        let second = User::new(&stage.disk, sharing, stage.said.clone()).unwrap().try_to(&scene.deed);
        assert!(matches!(second, Err(Error::Unavailable(crate::error::Fault::Held { .. }))), "{second:?}");
    }
}
