//! After its time a value is not there: for no call, no listing, no count and no quota, whatever the clock does later; and
//! its space comes back without anybody asking.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::time::Duration;

use larder_store::{
    Action, Address, Change, Check, Clock, Commit, Error, Expectation, Larder, Limits, Options, Outcome, Session, Store,
};
use pollster::block_on;
use support::{HandClock, blobs, eventually, limited, on_each_engine, open_with, read_whole, refusal, sharing, timed};

const START_MS: u64 = 1_700_000_000_000;
const SECOND: Duration = Duration::from_secs(1);
const STORES: [Store; 2] = [Store::Private, Store::Shared];
const SIZES: [usize; 2] = [5, 1_200_000];

/// Runs a test by a clock that stands at `START_MS` when it begins.
fn by_the_clock(test: impl Fn(&Larder, &HandClock)) {
    let clock = HandClock::at(START_MS);
    on_each_engine(&timed(&clock), |larder| {
        clock.set(START_MS);
        test(larder, &clock);
    });
}

fn set_expiring(session: &Session, at: Address, size: usize, after: Duration) {
    block_on(session.store(at.store).set_expiring(at.key, vec![1; size], after)).unwrap();
}

type Question = fn(&Session, Address) -> bool;

/// Each way to ask whether there is anything at a key that is the only one in its store.
const QUESTIONS: [(&str, Question); 12] = [
    ("get", |s, at| block_on(s.store(at.store).get(at.key)).unwrap().is_some()),
    ("exists", |s, at| block_on(s.store(at.store).exists(at.key)).unwrap()),
    ("keys", |s, at| !block_on(s.store(at.store).keys("", None, 1)).unwrap().keys.is_empty()),
    ("items", |s, at| !block_on(s.store(at.store).items(at.key, None, 1)).unwrap().items.is_empty()),
    ("usage in keys", |s, at| block_on(s.store(at.store).usage()).unwrap().keys > 0),
    ("usage in bytes", |s, at| block_on(s.store(at.store).usage()).unwrap().bytes > 0),
    ("entry", |s, at| block_on(s.entry(at)).unwrap().is_some()),
    ("get_many", |s, at| block_on(s.get_many(&[at, at])).unwrap() != [None, None]),
    ("open", |s, at| block_on(s.open(at)).unwrap().is_some()),
    ("a check for none", |s, at| !holds(s, at, Expectation::Absent)),
    ("a check for any", |s, at| holds(s, at, Expectation::Present)),
    ("a check before a change", |s, at| {
        let change = Change { at: Address { key: "other", ..at }, action: Action::Delete };
        let check = Check { at, expect: Expectation::Present };
        block_on(s.apply(&[check], vec![change])).unwrap() != Outcome::Conflict(0)
    }),
];

fn holds(session: &Session, at: Address, expect: Expectation) -> bool {
    block_on(session.apply(&[Check { at, expect }], Vec::new())).unwrap() != Outcome::Conflict(0)
}

fn is_there(session: &Session, at: Address, expected: bool) {
    for (how, question) in QUESTIONS {
        assert_eq!(question(session, at), expected, "{how} of {at:?}");
    }
}

#[test]
fn by_any_call() {
    by_the_clock(|larder, clock| {
        for store in STORES {
            for size in SIZES {
                let (at, session) = (Address { store, key: "k" }, sharing(larder, "w", "p"));
                set_expiring(&session, at, size, SECOND);
                is_there(&session, at, true);
                clock.forward(999);
                is_there(&session, at, true);
                clock.forward(1);
                is_there(&session, at, false);
                assert_eq!(block_on(session.store(store).delete_prefix("k")).unwrap(), 0);
            }
        }
    });
}

/// Also where nothing has read it before, so that no cache can know of it; and each call as the first to ask.
#[test]
fn by_whichever_call_comes_first() {
    for (how, question) in QUESTIONS {
        by_the_clock(|larder, clock| {
            let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
            set_expiring(&session, at, 5, SECOND);
            block_on(larder.close()).unwrap();
            clock.forward(1000);
            assert!(!question(&session, at), "{how}");
        });
    }
}

#[test]
fn in_whole_calls() {
    by_the_clock(|larder, clock| {
        let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
        set_expiring(&session, at, 5, SECOND);
        let reading = session.again().with_commit(Commit::WholeCall);
        is_there(&reading, at, true);
        let writing = session.again().with_commit(Commit::WholeCall);
        set_expiring(&writing, Address::shared("k"), 5, SECOND);
        is_there(&writing, Address::shared("k"), true);
        clock.forward(1000);
        is_there(&session.again().with_commit(Commit::WholeCall), at, false);
        assert_eq!(refusal(block_on(reading.commit())), "Conflict", "what it has read has changed");
        assert_eq!(block_on(writing.shared().get("k")).unwrap(), None);
        block_on(writing.commit()).unwrap();
        is_there(&session, Address::shared("k"), false);
    });
}

#[test]
fn in_what_a_whole_call_adds_to() {
    by_the_clock(|larder, clock| {
        let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
        let counting = session.again().with_commit(Commit::WholeCall);
        set_expiring(&counting, at, 5, SECOND);
        clock.forward(1000);
        for by in [2, 3] {
            block_on(counting.apply(&[], vec![Change { at, action: Action::Add(by) }])).unwrap();
        }
        block_on(counting.commit()).unwrap();
        let sum = block_on(session.private().get("k")).unwrap();
        assert_eq!(sum.as_deref(), Some(&5_i64.to_le_bytes()[..]));
    });
}

#[test]
fn in_snapshots_and_what_plugins_hold() {
    by_the_clock(|larder, clock| {
        let session = sharing(larder, "w", "p");
        for store in STORES {
            set_expiring(&session, Address { store, key: "k" }, 5, SECOND);
            block_on(session.store(store).set("stays", "v")).unwrap();
        }
        clock.forward(1000);
        let workspace = "w".parse().unwrap();
        assert_eq!(block_on(larder.plugins(&workspace)).unwrap()[0].1.keys, 1);
        assert_eq!(block_on(larder.shared(&workspace)).unwrap().keys, 1);
        let snapshot = block_on(larder.snapshot(&workspace)).unwrap().unwrap();
        for (store, held) in snapshot.stores() {
            assert_eq!(held.keys, 1, "{store}");
            let page = block_on(snapshot.page(store, None)).unwrap();
            assert_eq!(page.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["stays"], "{store}");
            assert_eq!(block_on(read_whole(&page[0].value)).unwrap(), b"v");
        }
    });
}

/// Pages pass over what has expired, however much there is of it.
#[test]
fn in_listings_of_which_little_is_left() {
    by_the_clock(|larder, clock| {
        let session = sharing(larder, "w", "p");
        let changes = |keys: std::ops::Range<u32>| {
            let set = |expires_in| Action::SetExpiring { value: vec![1], expires_in };
            keys.map(|n| (format!("{n:04}"), set(SECOND * if n % 400 == 7 { 9 } else { 1 }))).collect::<Vec<_>>()
        };
        for from in [0, 1000, 2000] {
            let changes = changes(from..from + 1000);
            let changes =
                changes.iter().map(|(key, action)| Change { at: Address::private(key), action: action.clone() });
            block_on(session.apply(&[], changes.collect())).unwrap();
        }
        clock.forward(1000);
        let left: Vec<String> = (0..3000).filter(|n| n % 400 == 7).map(|n| format!("{n:04}")).collect();
        assert_eq!(block_on(session.private().usage()).unwrap().keys, left.len() as u64);
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = block_on(session.private().items("", after.as_deref(), 3)).unwrap();
            assert!(page.items.len() == 3 || page.next.is_none(), "a page is full, or the last");
            listed.extend(page.items.into_iter().map(|item| item.key));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, left);
        assert_eq!(block_on(session.private().delete_prefix("0")).unwrap(), 3, "0007, 0407 and 0807");
    });
}

#[test]
fn its_room_in_the_quota_is_free_at_once() {
    by_the_clock(|larder, clock| {
        let limits = Limits { store_bytes: 1000, store_keys: 3, workspace_bytes: 1500, ..Limits::default() };
        let (session, other) = (limited(larder, "w", "p", limits.clone()), limited(larder, "w", "q", limits));
        for key in ["a", "b", "c"] {
            set_expiring(&session, Address::private(key), 260, SECOND);
        }
        block_on(other.set("large", [0; 456])).unwrap();
        clock.forward(999);
        assert!(block_on(session.set("d", "v")).is_err());
        assert!(block_on(other.set("large", [0; 457])).is_err());
        clock.forward(1);
        block_on(other.set("large", [0; 900])).unwrap();
        let usage = block_on(session.private().usage()).unwrap();
        assert_eq!((usage.bytes, usage.keys), (0, 0));
        let too_much = format!("{:?}", Error::QuotaExceeded(support::bytes(1500 - 969, 532)));
        assert_eq!(refusal(block_on(session.set("d", [0; 532 - 65]))), too_much);
        block_on(session.set("d", [0; 531 - 65])).unwrap();
    });
}

#[test]
fn a_counter_that_has_expired_counts_as_zero_and_one_that_has_not_keeps_its_time() {
    by_the_clock(|larder, clock| {
        let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
        let left = || block_on(session.entry(at)).unwrap().unwrap().expires_in;
        block_on(session.private().set_expiring("k", 5_i64.to_le_bytes(), SECOND)).unwrap();
        clock.forward(400);
        assert_eq!(block_on(session.increment(at, 1)).unwrap(), 6);
        assert_eq!(left(), Some(Duration::from_millis(600)));
        block_on(session.apply(&[], vec![Change { at, action: Action::Add(1) }])).unwrap();
        assert_eq!(left(), Some(Duration::from_millis(600)));
        clock.forward(600);
        assert_eq!(block_on(session.increment(at, 1)).unwrap(), 1);
        assert_eq!(left(), None);
    });
}

#[test]
fn the_last_word_on_its_time_counts() {
    by_the_clock(|larder, clock| {
        let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
        set_expiring(&session, at, 5, SECOND);
        block_on(session.set("k", "stays")).unwrap();
        clock.forward(2000);
        is_there(&session, at, true);
        set_expiring(&session, at, 5, SECOND);
        set_expiring(&session, at, 5, SECOND * 3);
        clock.forward(2000);
        is_there(&session, at, true);
        set_expiring(&session, at, 5, SECOND * 3);
        set_expiring(&session, at, 5, SECOND);
        clock.forward(1000);
        is_there(&session, at, false);
        clock.forward(2000);
        set_expiring(&session, at, 5, SECOND);
        is_there(&session, at, true);
    });
}

#[test]
fn zero_is_at_once_and_past_the_end_of_time_is_never() {
    by_the_clock(|larder, clock| {
        let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
        block_on(session.set("k", "old")).unwrap();
        set_expiring(&session, at, 5, Duration::ZERO);
        is_there(&session, at, false);
        for endless in [Duration::MAX, Duration::from_millis(u64::MAX), Duration::from_millis(u64::MAX - 1)] {
            set_expiring(&session, at, 5, endless);
            clock.forward(1 << 40);
            is_there(&session, at, true);
            assert_eq!(block_on(session.entry(at)).unwrap().unwrap().expires_in, None);
        }
    });
}

/// Whichever call it was that called it expired.
#[test]
fn when_the_clock_goes_back() {
    by_the_clock(|larder, clock| {
        for size in SIZES {
            let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
            for (how, question) in QUESTIONS {
                set_expiring(&session, at, size, SECOND);
                clock.forward(1500);
                assert!(!question(&session, at), "{how}");
                for ms in [501, 1500, 1 << 30] {
                    clock.back(ms);
                    is_there(&session, at, false);
                    clock.forward(ms);
                }
                set_expiring(&session, at, size, SECOND);
                is_there(&session, at, true);
                clock.forward(1000);
                is_there(&session, at, false);
            }
        }
    });
}

#[test]
fn when_the_clock_goes_back_while_the_larder_is_closed() {
    for closed in [true, false] {
        for size in SIZES {
            let temporary = tempfile::tempdir().unwrap();
            let clock = HandClock::at(START_MS);
            let larder = open_with(temporary.path(), &timed(&clock));
            let (at, session) = (Address::private("k"), sharing(&larder, "w", "p"));
            set_expiring(&session, at, size, SECOND);
            clock.forward(1500);
            assert_eq!(block_on(session.get("k")).unwrap(), None);
            if closed {
                block_on(larder.close()).unwrap();
            }
            drop((session, larder));
            clock.back(1400);
            let larder = open_with(temporary.path(), &timed(&clock));
            is_there(&sharing(&larder, "w", "p"), at, false);
        }
    }
}

#[test]
fn what_does_not_expire_is_there_whatever_the_clock_says() {
    by_the_clock(|larder, clock| {
        let (at, session) = (Address::private("k"), sharing(larder, "w", "p"));
        block_on(session.set("k", "v")).unwrap();
        for now_ms in [0, u64::MAX, START_MS, u64::MAX - 1, 1] {
            clock.set(now_ms);
            is_there(&session, at, true);
            block_on(session.set("other", "v")).unwrap();
            assert_eq!(block_on(session.private().delete_prefix("other")).unwrap(), 1);
        }
    });
}

/// A clock that leaps further than the host believes is not followed; what passes meanwhile is.
#[test]
fn a_leap_of_the_clock_that_the_host_does_not_believe_ends_nothing() {
    let clock = HandClock::at(START_MS);
    let mut options = timed(&clock);
    options.largest_clock_step = Some(Duration::from_secs(60));
    on_each_engine(&options, |larder| {
        clock.set(START_MS);
        let session = sharing(larder, "w", "p");
        let (hour, soon) = (Address::private("an hour"), Address::private("soon"));
        block_on(session.private().set_expiring(hour.key, "v", SECOND * 3600)).unwrap();
        block_on(session.private().set_expiring(soon.key, "v", SECOND * 30)).unwrap();
        clock.forward(45_000);
        assert_eq!(block_on(session.get(soon.key)).unwrap(), None, "such a step is believed");
        clock.forward(86_400_000);
        assert!(block_on(session.get(hour.key)).unwrap().is_some(), "a day is not");
    });
}

/// The value's file shows when its space comes back.
#[test]
fn its_space_comes_back_without_a_reader() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    let session = sharing(&larder, "w", "p");
    for key in ["a", "b"] {
        set_expiring(&session, Address::private(key), 1_200_000, Duration::from_millis(700));
    }
    set_expiring(&session, Address::shared("stays"), 1_200_000, SECOND * 3600);
    assert_eq!(blobs(temporary.path(), "w").len(), 3);
    eventually("one file is left", || blobs(temporary.path(), "w").len() == 1);
    assert!(block_on(session.shared().exists("stays")).unwrap());
}

/// Nobody else would remove it.
#[test]
fn its_space_comes_back_where_nothing_is_written_any_more() {
    let temporary = tempfile::tempdir().unwrap();
    let clock = HandClock::at(START_MS);
    let larder = open_with(temporary.path(), &timed(&clock));
    set_expiring(&sharing(&larder, "w", "p"), Address::private("k"), 1_200_000, SECOND);
    drop(larder);
    clock.forward(1000);
    let larder = open_with(temporary.path(), &timed(&clock));
    assert_eq!(block_on(sharing(&larder, "w", "p").get("other")).unwrap(), None);
    eventually("no file is left", || blobs(temporary.path(), "w").is_empty());
}

/// More than one write removes on its way, and some of it large.
#[test]
fn its_space_comes_back_however_much_there_is() {
    let temporary = tempfile::tempdir().unwrap();
    let clock = HandClock::at(START_MS);
    let larder = open_with(temporary.path(), &timed(&clock));
    let session = sharing(&larder, "w", "p");
    for from in [0, 1000, 2000] {
        let keys: Vec<String> = (from..from + 1000).map(|n| format!("{n:04}")).collect();
        let action = Action::SetExpiring { value: vec![1; 100], expires_in: SECOND };
        let changes = keys.iter().map(|key| Change { at: Address::private(key), action: action.clone() });
        block_on(session.apply(&[], changes.collect())).unwrap();
    }
    // Last in order of key.
    set_expiring(&session, Address::private("zz"), 1_200_000, SECOND);
    clock.forward(1000);
    assert!(clock.now_ms() > START_MS);
    block_on(session.set("write", "v")).unwrap();
    eventually("no file is left", || blobs(temporary.path(), "w").is_empty());
    assert_eq!(block_on(session.private().usage()).unwrap().keys, 1);
}
