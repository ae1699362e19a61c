//! What looks at many keys, or at large values, stops on its way, so that others of its thread have their turn.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use larder_store::{Access, Action, Address, Change, Commit, Larder, Limits, Session};
use pollster::block_on;
use support::{HandClock, limited, open_with, sharing, timed};

const START_MS: u64 = 1_700_000_000_000;
const HOUR: Duration = Duration::from_secs(3600);
const KEYS: u32 = 5_000;

/// What a future answers, and how often it stopped before.
fn stops<T>(future: impl Future<Output = T>) -> (usize, T) {
    let (mut future, mut stops) = (pin!(future), 0);
    let counted = poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        stops += usize::from(polled.is_pending());
        polled
    });
    let answer = block_on(counted);
    (stops, answer)
}

/// Fills a store with as many values as a batch may have changes, and again.
fn fill(session: &Session, action: &Action) {
    let keys: Vec<String> = (0..KEYS).map(|number| format!("{number:05}")).collect();
    for keys in keys.chunks(1_000) {
        let changes = keys.iter().map(|key| Change { at: Address::private(key), action: action.clone() });
        block_on(session.apply(&[], changes.collect())).unwrap();
    }
}

/// A larder to read, beside which nobody removes what has expired: its clock is an hour ahead.
fn an_hour_later(path: &Path) -> Larder {
    let mut options = timed(&HandClock::at(START_MS + HOUR.as_millis() as u64));
    options.access = Access::ReadOnly;
    let larder = open_with(path, &options);
    // Opening waits for another thread.
    block_on(sharing(&larder, "w", "p").get("opened")).unwrap();
    larder
}

#[test]
fn while_they_pass_over_what_has_expired() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &timed(&HandClock::at(START_MS)));
    fill(&sharing(&larder, "w", "p"), &Action::SetExpiring { value: vec![1], expires_in: HOUR });
    block_on(sharing(&larder, "w", "p").set("stays", "v")).unwrap();

    let later = an_hour_later(temporary.path());
    let session = sharing(&later, "w", "p");
    let (times, page) = stops(session.private().keys("", None, 10));
    assert_eq!(page.unwrap().keys, ["stays"]);
    assert!(times >= 2, "keys stopped {times} times");
    let (times, usage) = stops(session.private().usage());
    assert_eq!(usage.unwrap().keys, 1);
    assert!(times >= 2, "usage stopped {times} times");
    let (times, plugins) = stops(later.plugins(&"w".parse().unwrap()));
    assert_eq!(plugins.unwrap()[0].1.keys, 1);
    assert!(times >= 2, "plugins stopped {times} times");
    let whole = session.again().with_commit(Commit::WholeCall);
    let (times, page) = stops(whole.private().keys("", None, 10));
    assert_eq!(page.unwrap().keys, ["stays"]);
    assert!(times >= 2, "keys of a whole call stopped {times} times");
}

#[test]
fn while_they_list_keys_of_values_that_are_read_with_them() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &timed(&HandClock::at(START_MS)));
    let session = sharing(&larder, "w", "p");
    let keys: Vec<String> = ('a'..='r').map(|key| key.to_string()).collect();
    for key in &keys {
        block_on(session.set(key, vec![1; 1_000_000])).unwrap();
    }
    for session in [&session, &session.again().with_commit(Commit::WholeCall)] {
        let (times, page) = stops(session.private().keys("", None, 1_000));
        let page = page.unwrap();
        assert_eq!((&page.keys, page.next), (&keys, None));
        assert!(times >= 2, "it stopped {times} times");
        for most in 1..=18 {
            let page = block_on(session.private().keys("", None, most)).unwrap();
            assert_eq!(page.keys, keys[..most as usize]);
            assert_eq!(page.next, page.keys.last().filter(|_| most < 18).cloned(), "{most}");
        }
    }
}

/// A page goes on as if nothing had expired.
#[test]
fn and_a_page_is_full_or_the_last_all_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &timed(&HandClock::at(START_MS)));
    let session = sharing(&larder, "w", "p");
    fill(&session, &Action::SetExpiring { value: vec![1], expires_in: HOUR });
    let stay = ["00000", "00001", "03000", "04999"];
    for key in stay {
        block_on(session.set(key, "v")).unwrap();
    }
    let later = an_hour_later(temporary.path());
    let reading = sharing(&later, "w", "p");
    for session in [&reading, &reading.again().with_commit(Commit::WholeCall)] {
        for most in 1..=5 {
            let page = block_on(session.private().items("", None, most)).unwrap();
            let keys: Vec<_> = page.items.iter().map(|item| item.key.as_str()).collect();
            assert_eq!(keys, stay[..4.min(most as usize)]);
            assert_eq!(page.next.as_deref(), keys.last().filter(|_| most < 4).copied(), "{most}");
        }
        let page = block_on(session.private().keys("0300", None, 1)).unwrap();
        assert_eq!((page.keys, page.next), (vec!["03000".to_owned()], None), "nothing is left behind it");
    }
}

#[test]
fn while_they_count_what_is_too_much_to_be_deleted() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &timed(&HandClock::at(START_MS)));
    let limits = Limits { delete_prefix_keys: 4_999, ..Limits::default() };
    let session = limited(&larder, "w", "p", limits);
    fill(&session, &Action::Set(vec![1]));
    let (times, refused) = stops(session.private().delete_prefix("0"));
    assert_eq!(support::refusal(refused), format!("BatchTooLarge({:?})", support::items(4_999, 5_000)));
    assert!(times >= 4, "it stopped {times} times");
    assert_eq!(block_on(session.private().delete_prefix("000")).unwrap(), 100);
}

#[test]
fn while_they_look_up_many_keys() {
    let larder = Larder::in_memory(timed(&HandClock::at(START_MS)));
    let session = sharing(&larder, "w", "p");
    fill(&session, &Action::Set(vec![1]));
    let keys: Vec<String> = (0..1_000).map(|number| format!("{number:05}")).collect();
    let addresses: Vec<Address> = keys.iter().map(|key| Address::private(key)).collect();
    let whole = session.again().with_commit(Commit::WholeCall);
    // Each is looked at first, to see whether they are too much together.
    for (session, least) in [(&session, 2 * 1_000 / 17), (&whole, 1_000 / 17)] {
        let (times, entries) = stops(session.get_many(&addresses));
        assert!(entries.unwrap().iter().all(Option::is_some));
        assert!(times >= least, "get_many stopped {times} times");
    }

    let writing = session.again().with_commit(Commit::WholeCall);
    fill(&writing, &Action::Set(vec![2]));
    let (times, usage) = stops(writing.private().usage());
    assert_eq!(usage.unwrap().keys, KEYS.into());
    assert!(times >= 4, "usage of what a whole call has written stopped {times} times");
    let (times, deleted) = stops(writing.private().delete_prefix("0"));
    assert_eq!(deleted.unwrap(), KEYS.into());
    assert!(times >= 10, "delete_prefix of a whole call, which lists and looks up, stopped {times} times");
    let (times, page) = stops(writing.private().keys("", None, 10));
    assert_eq!(page.unwrap().keys, [""; 0]);
    assert!(times >= 4, "keys behind what a whole call has deleted stopped {times} times");
}
