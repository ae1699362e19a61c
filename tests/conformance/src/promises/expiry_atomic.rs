//! To checks, counters and versions, what has expired is absent; and it can be asked how long a value has.

use crate::bindings::atomic::{Action, Change, Check, Expiring, Outcome};
use crate::bindings::types::Expectation;
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{holds, same, some};
use crate::lifetime::{LONG_MS, SHORT_MS, expired, gone, let_expire};
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("expiry-atomic/not-from-get-after-its-time", |_| {
            expired("key", b"value")?;
            same("atomic get", atomic::get(&private("key"))?, None)
        }),
        Case::new("expiry-atomic/not-from-get-many-after-its-time", |_| {
            storage::set("stays", b"value")?;
            expired("key", b"value")?;
            let found = atomic::get_many(&[private("key"), private("stays")])?;
            same("what is there", found.iter().map(Option::is_some).collect(), vec![false, true])
        }),
        Case::new("expiry-atomic/a-value-tells-its-time", |_| a_value_tells_its_time()),
        Case::new("expiry-atomic/a-value-without-tells-none", |_| a_value_without_tells_none()),
        Case::new("expiry-atomic/absent-holds-after-its-time", |_| {
            checked_after_its_time(Expectation::Absent, Outcome::Committed(0))
        }),
        Case::new("expiry-atomic/present-does-not-hold-after-its-time", |_| {
            checked_after_its_time(Expectation::Present, Outcome::Conflict(0))
        }),
        Case::new("expiry-atomic/unchanged-does-not-hold-after-its-time", |_| unchanged_does_not_hold()),
        Case::new("expiry-atomic/a-counter-begins-anew", |_| a_counter_begins_anew()),
        Case::new("expiry-atomic/what-is-no-counter-does-not-matter-after-its-time", |_| {
            expired("counter", b"no counter")?;
            same("increment", atomic::increment(&private("counter"), 3)?, 3)
        }),
        Case::new("expiry-atomic/increment-keeps-it", |_| {
            storage::set_expiring("counter", &5_i64.to_le_bytes(), SHORT_MS)?;
            storage::set_expiring("long", &5_i64.to_le_bytes(), LONG_MS)?;
            let sum = atomic::increment(&private("long"), 1)?;
            same("the sum", sum, 6)?;
            // It may have expired by now, and begun anew.
            atomic::commit(&[present("counter")], &[add("counter", 1)])?;
            let_expire()?;
            gone("counter")?;
            expires("long")
        }),
        Case::new("expiry-atomic/add-keeps-it", |_| {
            storage::set_expiring("counter", &5_i64.to_le_bytes(), LONG_MS)?;
            atomic::commit(&[], &[add("counter", 1)])?;
            expires("counter")
        }),
        Case::new("expiry-atomic/add-to-nothing-has-none", |_| {
            atomic::commit(&[], &[add("counter", 1)])?;
            let entry = some("atomic get", atomic::get(&private("counter"))?)?;
            same("its time to live", entry.expires_in_ms, None)
        }),
        Case::new("expiry-atomic/set-in-a-commit-clears-it", |_| set_in_a_commit_clears_it()),
        Case::new("expiry-atomic/the-last-change-decides", |_| the_last_change_decides()),
        Case::new("expiry-atomic/an-open-reader-keeps-the-value", |_| an_open_reader_keeps_the_value()),
    ]
}

fn add(key: &str, by: i64) -> Change {
    Change { at: private(key), action: Action::Add(by) }
}

fn present(key: &str) -> Check {
    Check { at: private(key), expect: Expectation::Present }
}

fn expires(key: &str) -> Checked {
    let expires_in_ms = some("atomic get", atomic::get(&private(key))?)?.expires_in_ms;
    let left = some("its time to live", expires_in_ms)?;
    holds(format!("{left} ms are left of {LONG_MS}"), left <= LONG_MS && left > LONG_MS - 600_000)
}

fn a_value_tells_its_time() -> Checked {
    storage::set_expiring("key", b"value", LONG_MS)?;
    expires("key")?;
    let many = atomic::get_many(&[private("key")])?;
    let before = some("get-many", many.into_iter().flatten().next())?.expires_in_ms;
    let_expire()?;
    let after = some("atomic get", atomic::get(&private("key"))?)?.expires_in_ms;
    holds(format!("{after:?} ms are less than {before:?}"), after < before)
}

fn a_value_without_tells_none() -> Checked {
    storage::set_expiring("key", b"value", LONG_MS)?;
    storage::set("key", b"value")?;
    same("its time to live", some("atomic get", atomic::get(&private("key"))?)?.expires_in_ms, None)
}

fn checked_after_its_time(expect: Expectation, expected: Outcome) -> Checked {
    expired("key", b"value")?;
    let change = Change { at: private("other"), action: Action::Set(b"written".to_vec()) };
    let outcome = atomic::commit(&[Check { at: private("key"), expect }], &[change])?;
    match expected {
        Outcome::Conflict(_) => same("the outcome", outcome, expected),
        Outcome::Committed(_) => {
            holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))?;
            same("what was committed", storage::get("other")?, Some(b"written".to_vec()))
        }
    }
}

/// Also where the key has a value again.
fn unchanged_does_not_hold() -> Checked {
    let set = Change {
        at: private("key"),
        action: Action::SetExpiring(Expiring { value: b"value".to_vec(), expires_in_ms: SHORT_MS }),
    };
    let Outcome::Committed(version) = atomic::commit(&[], &[set])? else {
        return crate::check::failed("a commit without checks is in conflict".to_owned());
    };
    let_expire()?;
    let check = || Check { at: private("key"), expect: Expectation::Unchanged(version) };
    same("the outcome", atomic::commit(&[check()], &[])?, Outcome::Conflict(0))?;
    storage::set("key", b"value")?;
    same("the outcome, set again", atomic::commit(&[check()], &[])?, Outcome::Conflict(0))
}

/// And without an expiry.
fn a_counter_begins_anew() -> Checked {
    expired("counter", &5_i64.to_le_bytes())?;
    same("increment", atomic::increment(&private("counter"), 2)?, 2)?;
    let entry = some("atomic get", atomic::get(&private("counter"))?)?;
    same("its time to live", entry.expires_in_ms, None)
}

fn set_in_a_commit_clears_it() -> Checked {
    storage::set_expiring("key", b"before", SHORT_MS)?;
    atomic::commit(&[], &[Change { at: private("key"), action: Action::Set(b"after".to_vec()) }])?;
    let_expire()?;
    same("get", storage::get("key")?, Some(b"after".to_vec()))
}

fn the_last_change_decides() -> Checked {
    let set = |key| Change { at: private(key), action: Action::Set(0_i64.to_le_bytes().to_vec()) };
    let expiring = |key| {
        let expiring = Expiring { value: 0_i64.to_le_bytes().to_vec(), expires_in_ms: LONG_MS };
        Change { at: private(key), action: Action::SetExpiring(expiring) }
    };
    let changes = [
        set("expires"),
        expiring("expires"),
        add("expires", 1),
        expiring("stays"),
        set("stays"),
        add("stays", 1),
        expiring("anew"),
        Change { at: private("anew"), action: Action::Delete },
        add("anew", 1),
    ];
    atomic::commit(&[], &changes)?;
    expires("expires")?;
    for key in ["stays", "anew"] {
        same(key, some("atomic get", atomic::get(&private(key))?)?.expires_in_ms, None)?;
    }
    Ok(())
}

fn an_open_reader_keeps_the_value() -> Checked {
    // Opened while it lives: a host too slow for that is tried with a longer life.
    for lifetime_ms in [SHORT_MS, 10 * SHORT_MS, 100 * SHORT_MS] {
        storage::set_expiring("key", b"value", lifetime_ms)?;
        let Some(reader) = streams::open(&private("key"))? else { continue };
        std::thread::sleep(std::time::Duration::from_millis(lifetime_ms));
        let_expire()?;
        gone("key")?;
        return same("what the reader reads", reader.read(0, 100)?, b"value".to_vec());
    }
    crate::check::failed("no value lives long enough to be opened".to_owned())
}
