//! Whole calls that ran at once could have run one after another, each after those that had ended when it began; what a call
//! has seen that ended in a conflict was there at one moment, too.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod serializable;
mod support;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

use larder_store::{Larder, Options};
use pollster::block_on;
use serializable::call::Call;
use serializable::check::check;
use serializable::player::Player;
use support::{Random, on_each_engine};

const THREADS: usize = 6;
const CALLS: usize = 60;

#[derive(Default)]
struct Recorder {
    time: AtomicU64,
    numbers: AtomicUsize,
    calls: Mutex<Vec<(usize, Call)>>,
}

impl Recorder {
    fn tick(&self) -> u64 {
        self.time.fetch_add(1, Ordering::SeqCst)
    }

    /// Makes a call, and keeps what its maker saw of it.
    fn record(&self, larder: &Larder, random: &mut Random) {
        let number = self.numbers.fetch_add(1, Ordering::SeqCst);
        let began = self.tick();
        let mut call = block_on(Player::new(larder, number).play(random));
        (call.began, call.ended) = (began, self.tick());
        self.calls.lock().unwrap().push((number, call));
    }

    fn history(self) -> Vec<Call> {
        let mut calls = self.calls.into_inner().unwrap();
        calls.sort_by_key(|(number, _)| *number);
        calls.into_iter().map(|(_, call)| call).collect()
    }
}

fn play(larder: &Larder, seed: u64) -> Vec<Call> {
    let recorder = Recorder::default();
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let (recorder, start) = (&recorder, &start);
            scope.spawn(move || {
                let mut random = Random(seed * 100 + thread);
                start.wait();
                (0..CALLS).for_each(|_| recorder.record(larder, &mut random));
            });
        }
    });
    recorder.history()
}

#[test]
fn on_each_engine_under_contention() {
    on_each_engine(&Options::default(), |larder| {
        let (mut committed, mut in_conflict) = (0, 0);
        for seed in 0..4 {
            block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap();
            let history = play(larder, seed);
            if let Err(wrong) = check(&history) {
                panic!("seed {seed}: {wrong:?}\n{history:#?}");
            }
            committed += history.iter().filter(|call| call.committed).count();
            in_conflict += history.iter().filter(|call| !call.committed).count();
        }
        println!("{committed} committed, {in_conflict} in conflict");
        assert!(committed > 100, "next to nothing was committed");
        assert!(in_conflict > 10, "next to nothing was in conflict");
    });
}

mod the_checker {
    use std::collections::BTreeMap;

    use super::serializable::call::{Call, Id, Read, Tag, Write};
    use super::serializable::check::{Wrong, check};

    fn tag(call: Id) -> Tag {
        Tag { call, number: 0 }
    }

    /// A call of its own time, unless that is changed.
    fn call(number: u64, reads: &[Read], writes: &[Write]) -> Call {
        let (began, ended) = (2 * number, 2 * number + 1);
        Call { committed: true, began, ended, reads: reads.to_vec(), writes: writes.to_vec() }
    }

    /// The same calls, all at once.
    fn at_once(mut calls: Vec<Call>) -> Vec<Call> {
        calls.iter_mut().for_each(|call| (call.began, call.ended) = (0, 1));
        calls
    }

    fn saw(key: &str, seen: Option<Id>) -> Read {
        Read::Key { key: key.to_owned(), seen: seen.map(tag) }
    }

    fn listed(prefix: &str, seen: &[(&str, Id)]) -> Read {
        let seen = seen.iter().map(|(key, call)| ((*key).to_owned(), tag(*call)));
        Read::Listing { prefix: prefix.to_owned(), seen: BTreeMap::from_iter(seen) }
    }

    fn wrote(key: &str, over: Option<Id>, by: Id) -> Write {
        Write { key: key.to_owned(), over: over.map(tag), tag: Some(tag(by)) }
    }

    fn removed(key: &str, over: Id) -> Write {
        Write { key: key.to_owned(), over: Some(tag(over)), tag: None }
    }

    fn cycle_of(calls: &[Call]) -> Vec<Id> {
        match check(calls) {
            Err(Wrong::Cycle(cycle)) => {
                let mut calls: Vec<Id> = cycle.0.into_iter().map(|(call, _)| call).collect();
                calls.sort_unstable();
                calls
            }
            other => panic!("{other:?}"),
        }
    }

    /// Two keys and a listing, as calls that ran one after another left and saw them.
    fn serial() -> Vec<Call> {
        vec![
            call(0, &[saw("a", None), listed("n/", &[])], &[wrote("a", None, 0), wrote("n/0", None, 0)]),
            call(1, &[saw("a", Some(0)), saw("b", None)], &[wrote("b", None, 1)]),
            call(2, &[listed("n/", &[("n/0", 0)])], &[wrote("n/2", None, 2)]),
            call(3, &[saw("a", Some(0))], &[wrote("a", Some(0), 3)]),
            call(4, &[saw("n/0", Some(0))], &[removed("n/0", 0)]),
            call(5, &[listed("n/", &[("n/2", 2)]), saw("n/0", None), saw("a", Some(3))], &[]),
        ]
    }

    #[test]
    fn finds_nothing_in_a_serial_history() {
        assert_eq!(check(&serial()), Ok(()));
        assert_eq!(check(&at_once(serial())), Ok(()));
    }

    #[test]
    fn finds_a_lost_update() {
        let calls = at_once(vec![
            call(0, &[], &[wrote("a", None, 0)]),
            call(1, &[saw("a", Some(0))], &[wrote("a", Some(0), 1)]),
            call(2, &[saw("a", Some(0))], &[wrote("a", Some(0), 2)]),
        ]);
        assert_eq!(cycle_of(&calls), [1, 2]);
    }

    #[test]
    fn finds_a_write_skew() {
        let calls = at_once(vec![
            call(0, &[], &[wrote("a", None, 0), wrote("b", None, 0)]),
            call(1, &[saw("a", Some(0)), saw("b", Some(0))], &[wrote("a", Some(0), 1)]),
            call(2, &[saw("a", Some(0)), saw("b", Some(0))], &[wrote("b", Some(0), 2)]),
        ]);
        assert_eq!(cycle_of(&calls), [1, 2]);
    }

    #[test]
    fn finds_a_write_skew_of_listings() {
        let calls = at_once(vec![
            call(0, &[], &[wrote("n/0", None, 0)]),
            call(1, &[listed("n/", &[("n/0", 0)])], &[wrote("n/1", None, 1)]),
            call(2, &[listed("n/", &[("n/0", 0)])], &[wrote("n/2", None, 2)]),
        ]);
        assert_eq!(cycle_of(&calls), [1, 2]);
        let calls = at_once(vec![
            call(0, &[], &[wrote("n/0", None, 0), wrote("n/1", None, 0)]),
            call(1, &[listed("n/", &[("n/0", 0), ("n/1", 0)])], &[removed("n/0", 0)]),
            call(2, &[listed("n/", &[("n/0", 0), ("n/1", 0)])], &[removed("n/1", 0)]),
        ]);
        assert_eq!(cycle_of(&calls), [1, 2]);
    }

    #[test]
    fn finds_a_cycle_of_three() {
        let calls = at_once(vec![
            call(0, &[], &[wrote("a", None, 0), wrote("b", None, 0), wrote("c", None, 0)]),
            call(1, &[saw("a", Some(0))], &[wrote("b", Some(0), 1)]),
            call(2, &[saw("b", Some(0))], &[wrote("c", Some(0), 2)]),
            call(3, &[saw("c", Some(0))], &[wrote("a", Some(0), 3)]),
        ]);
        assert_eq!(cycle_of(&calls), [1, 2, 3]);
    }

    #[test]
    fn finds_a_mixture_in_a_call_that_ended_in_conflict() {
        let mut calls = at_once(vec![
            call(0, &[], &[wrote("a", None, 0), wrote("b", None, 0)]),
            call(1, &[], &[wrote("a", Some(0), 1), wrote("b", Some(0), 1)]),
            call(2, &[saw("a", Some(0)), saw("b", Some(1))], &[]),
        ]);
        calls[2].committed = false;
        assert_eq!(cycle_of(&calls), [1, 2]);
    }

    #[test]
    fn finds_what_was_never_committed_or_not_left_so() {
        let mut calls = vec![call(0, &[], &[wrote("a", None, 0)]), call(1, &[saw("a", Some(0))], &[])];
        calls[0].committed = false;
        assert_eq!(check(&calls), Err(Wrong::Uncommitted(1, tag(0))));
        let half_way = Tag { call: 0, number: 7 };
        let calls = vec![
            call(0, &[], &[wrote("a", None, 0)]),
            call(1, &[Read::Key { key: "a".to_owned(), seen: Some(half_way) }], &[]),
        ];
        assert_eq!(check(&calls), Err(Wrong::Uncommitted(1, half_way)));
    }

    #[test]
    fn finds_a_read_of_what_was_over_when_the_call_began() {
        let calls = vec![
            call(0, &[], &[wrote("a", None, 0)]),
            call(1, &[], &[wrote("a", Some(0), 1)]),
            call(2, &[saw("a", Some(0))], &[]),
        ];
        assert_eq!(cycle_of(&calls), [1, 2]);
        assert_eq!(check(&at_once(calls)), Ok(()));
        let calls = vec![
            call(0, &[], &[wrote("n/0", None, 0)]),
            call(1, &[], &[removed("n/0", 0)]),
            call(2, &[saw("n/0", Some(0))], &[]),
        ];
        assert_eq!(cycle_of(&calls), [1, 2]);
        let calls = vec![call(0, &[], &[wrote("n/0", None, 0)]), call(1, &[listed("n/", &[])], &[])];
        assert_eq!(cycle_of(&calls), [0, 1]);
    }
}
