//! What a whole call writes is seen by it at once, by others in the end or never, and all of it together.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use larder_store::{Action, Address, Change, Commit, Error, Larder, Limits, Options, Outcome, Session, Store};
use pollster::block_on;
use support::{limited, on_each_engine, open_with, refusal, session, sharing};

const LARGE: usize = 1_300_000;

fn whole_call(larder: &Larder) -> Session {
    sharing(larder, "w", "p").with_commit(Commit::WholeCall)
}

/// All that can be seen of both stores.
fn seen(session: &Session) -> String {
    let mut seen = String::new();
    for store in [Store::Private, Store::Shared] {
        let mut after = None;
        loop {
            let page = block_on(session.store(store).items("", after.as_deref(), 10)).unwrap();
            for item in page.items {
                let sum = item.value.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
                seen += &format!("{store} {:?}: {} bytes, {sum}\n", item.key, item.value.len());
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen += &format!("{:?}\n", block_on(session.store(store).usage()).unwrap());
    }
    seen
}

fn furnish(larder: &Larder) {
    let session = sharing(larder, "w", "p");
    for store in [Store::Private, Store::Shared] {
        for key in ["kept", "replaced", "removed", "x/1", "x/2"] {
            block_on(session.store(store).set(key, format!("{key} of old"))).unwrap();
        }
        block_on(session.store(store).set("large", vec![7; LARGE])).unwrap();
        block_on(session.store(store).set("count", 5_i64.to_le_bytes())).unwrap();
    }
}

/// Writes in every way that there is.
fn write_all_over(session: &Session) {
    block_on(async {
        for store in [Store::Private, Store::Shared] {
            let at = |key| Address { store, key };
            let view = session.store(store);
            view.set("new", "of the call").await.unwrap();
            view.set("replaced", vec![9; LARGE]).await.unwrap();
            view.delete("removed").await.unwrap();
            assert_eq!(view.delete_prefix("x/").await.unwrap(), 2);
            assert_eq!(session.increment(at("count"), 2).await.unwrap(), 7);
            let changes = vec![
                Change { at: at("count"), action: Action::Add(3) },
                Change { at: at("both"), action: Action::Set(b"by apply".to_vec()) },
            ];
            session.apply(&[], changes).await.unwrap();
            let mut writer = session.create(at("streamed"), None, None).await.unwrap();
            for chunk in vec![3; LARGE].chunks(1 << 20) {
                writer.write(chunk).await.unwrap();
            }
            writer.finish().await.unwrap().unwrap();
        }
    });
}

#[test]
fn it_sees_its_own_writes_and_nobody_else_does_before_the_end() {
    on_each_engine(&Options::default(), |larder| {
        furnish(larder);
        let (call, other) = (whole_call(larder), sharing(larder, "w", "p"));
        let before = seen(&other);
        write_all_over(&call);
        let of_the_call = seen(&call);
        assert_ne!(of_the_call, before);
        assert!(of_the_call.contains(r#"private "streamed": 1300000 bytes"#), "{of_the_call}");
        assert!(!of_the_call.contains("removed") && !of_the_call.contains("x/"), "{of_the_call}");
        assert_eq!(seen(&other), before);
        assert_eq!(seen(&whole_call(larder)), before, "nor does another whole call");
        block_on(call.commit()).unwrap();
        assert_eq!(seen(&other), of_the_call);
    });
}

#[test]
fn without_a_commit_it_never_was() {
    on_each_engine(&Options::default(), |larder| {
        furnish(larder);
        let other = sharing(larder, "w", "p");
        let before = seen(&other);
        let call = whole_call(larder);
        write_all_over(&call);
        drop(call);
        assert_eq!(seen(&other), before);
    });
}

#[test]
fn a_commit_outlives_the_larder_and_what_was_dropped_does_not_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let larder = open_with(directory.path(), &Options::default());
    furnish(&larder);
    let call = whole_call(&larder);
    write_all_over(&call);
    let of_the_call = seen(&call);
    block_on(call.commit()).unwrap();
    let dropped = whole_call(&larder);
    block_on(dropped.private().delete_prefix("")).unwrap();
    block_on(dropped.shared().set("more", vec![1; LARGE])).unwrap();
    drop((call, dropped, larder));
    let larder = open_with(directory.path(), &Options::default());
    assert_eq!(seen(&sharing(&larder, "w", "p")), of_the_call);
}

#[test]
fn after_a_conflict_nothing_is_left_and_every_call_says_so() {
    on_each_engine(&Options::default(), |larder| {
        furnish(larder);
        let (call, other) = (whole_call(larder), sharing(larder, "w", "p"));
        block_on(call.get("kept")).unwrap();
        write_all_over(&call);
        assert!(!call.is_in_conflict());
        block_on(other.set("kept", "changed meanwhile")).unwrap();
        let before = seen(&other);
        assert_eq!(refusal(block_on(call.get("large"))), "Conflict", "it must not see a mixture");
        assert!(call.is_in_conflict());
        assert_eq!(refusal(block_on(call.set("kept", "v"))), "Conflict");
        assert_eq!(refusal(block_on(call.commit())), "Conflict");
        assert_eq!(seen(&other), before);
        let again = call.again();
        assert!(!again.is_in_conflict() && again.commit_mode() == Commit::WholeCall);
        block_on(again.get("kept")).unwrap();
        write_all_over(&again);
        block_on(again.commit()).unwrap();
        assert_ne!(seen(&other), before);
    });
}

/// Each of these changes something that the call has read.
#[test]
fn what_was_read_must_still_be_so_at_the_end() {
    type Deed = fn(&Session);
    let reads: [(&str, Deed, &[&str]); 7] = [
        ("a value", |s| drop(block_on(s.get("m"))), &["m"]),
        ("whether there is one", |s| drop(block_on(s.private().exists("m"))), &["m"]),
        ("that there is none", |s| drop(block_on(s.get("none"))), &["none"]),
        ("a listing", |s| drop(block_on(s.private().keys("l/", None, 9))), &["l/0", "l/1", "l/15", "l/3"]),
        ("a page", |s| drop(block_on(s.private().items("l/", None, 1))), &["l/0", "l/1"]),
        ("a count", |s| drop(block_on(s.increment(Address::private("count"), 1))), &["count"]),
        ("a prefix that went", |s| drop(block_on(s.private().delete_prefix("l/"))), &["l/15"]),
    ];
    for (what, read, keys) in reads {
        for key in keys {
            on_each_engine(&Options::default(), |larder| {
                let other = sharing(larder, "w", "p");
                for key in ["m", "l/1", "l/2"] {
                    block_on(other.set(key, "v")).unwrap();
                }
                let call = whole_call(larder);
                read(&call);
                block_on(call.set("result", "v")).unwrap();
                match block_on(other.get(key)).unwrap() {
                    Some(_) => block_on(other.delete(key)).unwrap(),
                    None => block_on(other.set(key, 1_i64.to_le_bytes())).unwrap(),
                }
                assert_eq!(refusal(block_on(call.commit())), "Conflict", "{what}, {key}");
                assert_eq!(block_on(other.get("result")).unwrap(), None);
            });
        }
    }
}

/// And these change something else.
#[test]
fn calls_that_have_nothing_to_do_with_each_other_both_commit() {
    on_each_engine(&Options::default(), |larder| {
        furnish(larder);
        let other = sharing(larder, "w", "p");
        let call = whole_call(larder);
        block_on(call.get("kept")).unwrap();
        block_on(call.private().keys("x/", None, 9)).unwrap();
        block_on(call.set("replaced", "blindly")).unwrap();
        block_on(call.apply(&[], vec![Change { at: Address::private("count"), action: Action::Add(1) }])).unwrap();
        let second = whole_call(larder);
        block_on(second.get("large")).unwrap();
        block_on(second.set("new", "v")).unwrap();
        block_on(second.commit()).unwrap();
        block_on(other.set("replaced", "meanwhile")).unwrap();
        block_on(other.shared().set("kept", "in the other store")).unwrap();
        assert_eq!(block_on(other.increment(Address::private("count"), 1)).unwrap(), 6);
        block_on(call.commit()).unwrap();
        assert_eq!(block_on(other.get("replaced")).unwrap(), Some(b"blindly".to_vec()));
        assert_eq!(block_on(other.get("count")).unwrap(), Some(7_i64.to_le_bytes().to_vec()), "both have counted");
    });
}

#[test]
fn a_quota_that_others_filled_meanwhile_is_a_conflict_and_then_an_error() {
    on_each_engine(&Options::default(), |larder| {
        let limits = Limits { store_keys: 2, ..Limits::default() };
        let call = limited(larder, "w", "p", limits.clone()).with_commit(Commit::WholeCall);
        block_on(call.set("a", "v")).unwrap();
        block_on(call.set("b", "v")).unwrap();
        let other = limited(larder, "w", "p", limits);
        block_on(other.set("c", "v")).unwrap();
        assert_eq!(refusal(block_on(call.commit())), "Conflict");
        let again = call.again();
        block_on(again.set("a", "v")).unwrap();
        let expected = format!("{:?}", Error::QuotaExceeded(support::items(2, 3)));
        assert_eq!(refusal(block_on(again.set("b", "v"))), expected);
        block_on(again.commit()).unwrap();
        assert_eq!(block_on(other.private().keys("", None, 9)).unwrap().keys, ["a", "c"]);
    });
}

#[test]
fn what_waits_for_the_commit_is_bounded_also_what_is_deleted() {
    on_each_engine(&Options::default(), |larder| {
        let call = || {
            let limits = Limits { whole_call_bytes: 1000, ..Limits::default() };
            limited(larder, "w", "p", limits).with_commit(Commit::WholeCall)
        };
        let key = |number: usize| format!("k{number:09}");
        let too_much = |actual| format!("{:?}", Error::BatchTooLarge(support::bytes(1000, actual)));
        for first in [0, 10] {
            let call = call();
            for number in first..first + 10 {
                // With its key and 64 bytes for that it takes a tenth.
                block_on(call.set(&key(number), [7; 26])).unwrap();
            }
            assert_eq!(refusal(block_on(call.set("another", ""))), too_much(1071));
            assert_eq!(refusal(block_on(call.delete("another"))), too_much(1071));
            block_on(call.set(&key(first), [8; 26])).unwrap();
            block_on(call.commit()).unwrap();
        }
        let call = call();
        // As soon as they are too many.
        assert_eq!(refusal(block_on(call.private().delete_prefix("k"))), too_much(20 * 74));
        assert_eq!(block_on(call.private().delete_prefix("k00000000")).unwrap(), 10);
        block_on(call.commit()).unwrap();
        let left = block_on(session(larder, "w", "p").private().usage()).unwrap();
        assert_eq!(left.keys, 10);
    });
}

/// More of each than is looked at in one go.
#[test]
fn a_long_listing_has_what_was_there_and_what_the_call_itself_makes_of_it() {
    on_each_engine(&Options::default(), |larder| {
        let key = |number: usize| format!("k{number:05}");
        let apply = |session: &Session, numbers: &mut dyn Iterator<Item = usize>, action: &dyn Fn() -> Action| {
            let names: Vec<String> = numbers.map(key).collect();
            for some in names.chunks(1000) {
                let changes = some.iter().map(|key| Change { at: Address::private(key), action: action() }).collect();
                assert!(matches!(block_on(session.apply(&[], changes)).unwrap(), Outcome::Committed(_)));
            }
        };
        let set = || Action::Set(b"v".to_vec());
        apply(&session(larder, "w", "p"), &mut (0..6000).step_by(2), &set);
        let call = session(larder, "w", "p").with_commit(Commit::WholeCall);
        apply(&call, &mut (1..6000).step_by(2).filter(|number| number % 3 == 0), &set);
        apply(&call, &mut (0..6000).step_by(2).filter(|number| (500..5000).contains(number)), &|| Action::Delete);
        block_on(call.set("l", "not listed")).unwrap();
        let is_there = |number: &usize| match number % 2 {
            0 => !(500..5000).contains(number),
            _ => number.is_multiple_of(3),
        };
        let expected: Vec<String> = (0..6000).filter(is_there).map(key).collect();
        for most in [7, 999, 1000] {
            let (mut listed, mut after) = (Vec::new(), None);
            loop {
                let page = block_on(call.private().keys("k", after.as_deref(), most)).unwrap();
                assert!(page.keys.len() <= most as usize);
                listed.extend(page.keys);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert!(listed == expected, "{most} at a time: {} of {}", listed.len(), expected.len());
        }
        assert_eq!(block_on(call.private().delete_prefix("k")).unwrap(), expected.len() as u64);
        block_on(call.commit()).unwrap();
        assert_eq!(block_on(session(larder, "w", "p").private().keys("", None, 9)).unwrap().keys, ["l"]);
    });
}

#[test]
fn one_that_reads_without_end_has_read_the_store_and_no_other() {
    on_each_engine(&Options::default(), |larder| {
        furnish(larder);
        let other = sharing(larder, "w", "p");
        let one_that_reads = |keys: usize| {
            let call = whole_call(larder);
            for number in 0..keys {
                block_on(call.private().exists(&format!("{number:0>1000}"))).unwrap();
            }
            block_on(call.set("new", "v")).unwrap();
            call
        };
        let call = one_that_reads(10);
        block_on(other.set("replaced", "not read")).unwrap();
        block_on(call.commit()).unwrap();
        let call = one_that_reads(1_100);
        block_on(other.shared().set("replaced", "in the other store")).unwrap();
        block_on(call.commit()).unwrap();
        let call = one_that_reads(1_100);
        block_on(other.set("replaced", "not read by name")).unwrap();
        assert_eq!(refusal(block_on(call.commit())), "Conflict");
    });
}

/// Somebody who looks all the time sees all that a call writes or nothing of it.
#[test]
fn nobody_ever_sees_a_part() {
    on_each_engine(&Options::default(), |larder| {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..40 {
                    let call = whole_call(larder);
                    for key in ["a", "b", "c"] {
                        block_on(call.set(key, round.to_string())).unwrap();
                        block_on(call.shared().set(key, round.to_string())).unwrap();
                    }
                    if round % 3 != 0 {
                        block_on(call.commit()).unwrap();
                    }
                }
                done.store(true, Ordering::Relaxed);
            });
            let session = sharing(larder, "w", "p");
            while !done.load(Ordering::Relaxed) {
                let places = ["a", "b", "c"].map(|key| [Address::private(key), Address::shared(key)]).concat();
                let entries = block_on(session.get_many(&places)).unwrap();
                let values: Vec<_> = entries.iter().map(|entry| entry.as_ref().map(|entry| &entry.value)).collect();
                assert!(values.windows(2).all(|pair| pair[0] == pair[1]), "{values:?}");
                let round = values[0].map_or(1, |value| String::from_utf8_lossy(value).parse::<u32>().unwrap());
                assert!(round % 3 != 0, "round {round} was not committed");
            }
        });
    });
}
