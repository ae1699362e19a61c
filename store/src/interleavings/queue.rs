//! The commit queue: each who submits gets the outcome of his own batch, and batches of a plugin come in their order.

use super::{Broken, Verdict, at_once, begin_and_leave, check, explore, finds, larder, session};
use crate::address::Address;
use crate::atomic::{Action, Change, Check, Expectation, Outcome};
use crate::session::Session;
use crate::sync::{Arc, Mutex, block_on, lose_notifications, thread};
use crate::version::Version;

/// Puts a value where there is none; the version, if this one did.
fn claim(session: &Session, key: &str, value: &str) -> Option<Version> {
    let at = Address::private(key);
    let change = Change { at, action: Action::Set(value.into()) };
    match block_on(session.apply(&[Check { at, expect: Expectation::Absent }], vec![change])).unwrap() {
        Outcome::Committed(version) => Some(version),
        Outcome::Conflict(_) => None,
    }
}

fn own_outcomes(broken: Broken) -> Verdict {
    let (larder, _) = larder(broken, 8);
    let claims = [("one", "p"), ("other", "p"), ("beside", "q")].map(|(name, plugin)| {
        let session = session(&larder, "w", plugin);
        move || ["a", "b"].map(|key| claim(&session, key, name))
    });
    let [one, other, beside] = at_once(claims).try_into().unwrap();
    check(beside.iter().all(Option::is_some), beside)?;
    for (number, key) in ["a", "b"].into_iter().enumerate() {
        let entry = block_on(session(&larder, "w", "p").entry(Address::private(key))).unwrap().unwrap();
        let (winner, version) = match (one[number], other[number]) {
            (Some(version), None) => ("one", version),
            (None, Some(version)) => ("other", version),
            both => return Err(format!("one of them gets {key}, not {both:?}")),
        };
        check(entry.value == winner.as_bytes() && entry.version == version, entry)?;
    }
    Ok(())
}

#[test]
fn each_gets_the_outcome_of_his_own_batch() {
    explore(|| own_outcomes(Broken::Nothing));
    finds("outcomes of others", || own_outcomes(Broken::Outcomes));
    finds("checks left out", || own_outcomes(Broken::Checks));
}

fn in_order(broken: Broken) -> Verdict {
    let (larder, _) = larder(broken, 8);
    let order = Arc::new(Mutex::new(Vec::new()));
    at_once(["a", "b", "c"].map(|key| {
        let (session, order) = (session(&larder, "w", "p"), order.clone());
        move || {
            // So that the workspace is open, and what is submitted goes to the queue at once.
            block_on(session.get("k")).unwrap();
            let mut order = order.lock().unwrap();
            begin_and_leave(session.set(key, "v"));
            order.push(key);
        }
    }));
    let session = session(&larder, "w", "p");
    block_on(session.set("last", "v")).unwrap();
    let version = |key: &str| u64::from(block_on(session.entry(Address::private(key))).unwrap().unwrap().version);
    let order = order.lock().unwrap().clone();
    check(order.is_sorted_by_key(|key| version(key)), order)
}

#[test]
fn batches_of_a_plugin_are_made_in_the_order_in_which_they_came() {
    explore(|| in_order(Broken::Nothing));
    finds("another order", || in_order(Broken::Order));
}

fn all_or_nothing() -> Verdict {
    let (larder, _) = larder(Broken::Nothing, 8);
    let leaving = session(&larder, "w", "p");
    let left = thread::spawn(move || {
        let set = |key| Change { at: Address::private(key), action: Action::Set(b"v".to_vec()) };
        begin_and_leave(leaving.apply(&[], vec![set("a"), set("b")]));
    });
    let staying = session(&larder, "w", "p");
    let seen = block_on(staying.get_many(&[Address::private("a"), Address::private("b")])).unwrap();
    check(seen[0].is_some() == seen[1].is_some(), seen)?;
    block_on(staying.set("c", "v")).unwrap();
    left.join().unwrap();
    let stayed = block_on(staying.get("c")).unwrap();
    check(stayed.as_deref() == Some(b"v"), stayed)
}

#[test]
fn who_submits_and_leaves_has_made_all_or_nothing_and_holds_up_nobody() {
    explore(all_or_nothing);
}

#[test]
fn nobody_waits_for_ever() {
    finds("a lost wake-up", || {
        lose_notifications();
        own_outcomes(Broken::Nothing)
    });
}
