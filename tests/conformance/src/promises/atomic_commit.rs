//! A commit makes every change if every check holds; otherwise none.

use crate::bindings::atomic::{Action, Change, Check, Outcome};
use crate::bindings::types::{Expectation, Version};
use crate::bindings::{atomic, storage};
use crate::case::{Case, Checked, Stop};
use crate::check::{holds, same, some};
use crate::ground::Ground;
use crate::state::State;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    let checks = CHECKS.iter().map(|&(name, prepare, expect, does_hold)| {
        Case::new(format!("atomic-checks/{name}"), move |_| {
            let version = prepare()?;
            checked(expect(version), does_hold)
        })
    });
    let others = vec![
        Case::new("atomic-checks/the-first-that-does-not-hold-is-named", |_| the_first_is_named()),
        Case::new("atomic-checks/see-the-state-before", |_| see_the_state_before()),
        Case::new("atomic-checks/of-another-key-decide-too", |_| of_another_key_decide_too()),
        Case::new("atomic-checks/alone-are-a-commit", |_| alone_are_a_commit()),
        Case::new("atomic-checks/conflict-changes-nothing", |_| conflict_changes_nothing()),
        Case::new("atomic-checks/compare-and-set-in-turns", |_| compare_and_set_in_turns()),
        Case::new("atomic-checks/of-the-shared-store", of_the_shared_store),
        Case::new("atomic-changes/none-is-a-commit", |_| committed(&[])),
        Case::new("atomic-changes/all-are-made", |_| all_are_made()),
        Case::new("atomic-changes/to-one-key-apply-in-order", |_| to_one_key_apply_in_order()),
        Case::new("atomic-changes/add-counts-from-zero", |_| {
            committed(&[add("key", -3)])?;
            same("the counter", storage::get("key")?, Some((-3_i64).to_le_bytes().to_vec()))
        }),
        Case::new("atomic-changes/to-both-stores", to_both_stores),
        Case::new("atomic-changes/a-refusal-in-one-store-spares-the-other", a_refusal_in_one_store_spares_the_other),
    ];
    checks.chain(others).collect()
}

type Prepare = fn() -> Result<Version, Stop>;

/// A name, what is done to `key` before, what is expected of it, and whether that holds.
type Row = (&'static str, Prepare, fn(Version) -> Expectation, bool);

const CHECKS: &[Row] = &[
    ("absent-holds-where-nothing-is", || Ok(0), |_| Expectation::Absent, true),
    ("absent-does-not-hold-where-a-value-is", set, |_| Expectation::Absent, false),
    ("absent-does-not-hold-where-an-empty-value-is", set_empty, |_| Expectation::Absent, false),
    ("absent-holds-after-a-delete", set_and_delete, |_| Expectation::Absent, true),
    ("present-holds-where-a-value-is", set, |_| Expectation::Present, true),
    ("present-holds-where-an-empty-value-is", set_empty, |_| Expectation::Present, true),
    ("present-does-not-hold-where-nothing-is", || Ok(0), |_| Expectation::Present, false),
    ("present-does-not-hold-after-a-delete", set_and_delete, |_| Expectation::Present, false),
    ("unchanged-holds-at-its-version", set, Expectation::Unchanged, true),
    ("unchanged-does-not-hold-at-another-version", set, |version| Expectation::Unchanged(version ^ 1), false),
    ("unchanged-does-not-hold-where-nothing-is", || Ok(0), |_| Expectation::Unchanged(0), false),
    ("unchanged-does-not-hold-at-the-largest-version", set, |_| Expectation::Unchanged(u64::MAX), false),
    ("unchanged-does-not-hold-after-a-write", set_twice, Expectation::Unchanged, false),
    ("unchanged-does-not-hold-after-a-delete", set_and_delete, Expectation::Unchanged, false),
    ("unchanged-does-not-hold-after-the-same-value-came-back", set_there_and_back, Expectation::Unchanged, false),
];

fn version() -> Result<Version, Stop> {
    Ok(some("atomic get", atomic::get(&private("key"))?)?.version)
}

fn set() -> Result<Version, Stop> {
    storage::set("key", b"value")?;
    version()
}

fn set_empty() -> Result<Version, Stop> {
    storage::set("key", b"")?;
    version()
}

fn set_twice() -> Result<Version, Stop> {
    let first = set()?;
    storage::set("key", b"value")?;
    Ok(first)
}

fn set_and_delete() -> Result<Version, Stop> {
    let version = set()?;
    storage::delete("key")?;
    Ok(version)
}

fn set_there_and_back() -> Result<Version, Stop> {
    let first = set_and_delete()?;
    storage::set("key", b"value")?;
    Ok(first)
}

/// A commit to `key` and `other` is made if and only if the expectation of `key` holds.
fn checked(expect: Expectation, does_hold: bool) -> Checked {
    let before = State::now()?;
    let changes = [put("key", b"committed"), put("other", b"committed")];
    let outcome = atomic::commit(&[Check { at: private("key"), expect }], &changes)?;
    if !does_hold {
        same("the outcome", outcome, Outcome::Conflict(0))?;
        return same("the store afterwards", State::now()?, before);
    }
    holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))?;
    for key in ["key", "other"] {
        same(key, storage::get(key)?, Some(b"committed".to_vec()))?;
    }
    Ok(())
}

fn put(key: &str, value: &[u8]) -> Change {
    Change { at: private(key), action: Action::Set(value.to_vec()) }
}

fn add(key: &str, by: i64) -> Change {
    Change { at: private(key), action: Action::Add(by) }
}

fn delete(key: &str) -> Change {
    Change { at: private(key), action: Action::Delete }
}

fn absent(key: &str) -> Check {
    Check { at: private(key), expect: Expectation::Absent }
}

fn present(key: &str) -> Check {
    Check { at: private(key), expect: Expectation::Present }
}

fn committed(changes: &[Change]) -> Checked {
    let outcome = atomic::commit(&[], changes)?;
    holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))
}

fn the_first_is_named() -> Checked {
    storage::set("there", b"value")?;
    let checks = [present("there"), absent("a"), present("b"), absent("there"), present("c")];
    same("the outcome", atomic::commit(&checks, &[])?, Outcome::Conflict(2))?;
    let checks = [absent("there"), present("b")];
    same("the outcome", atomic::commit(&checks, &[])?, Outcome::Conflict(0))
}

fn see_the_state_before() -> Checked {
    let outcome = atomic::commit(&[absent("key"), absent("key")], &[put("key", b"value"), put("key", b"again")])?;
    holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))?;
    let outcome = atomic::commit(&[present("new")], &[put("new", b"value")])?;
    same("the outcome", outcome, Outcome::Conflict(0))?;
    let outcome = atomic::commit(&[present("key")], &[delete("key")])?;
    holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))
}

fn of_another_key_decide_too() -> Checked {
    storage::set("guard", b"value")?;
    same("the outcome", atomic::commit(&[absent("guard")], &[put("key", b"value")])?, Outcome::Conflict(0))?;
    same("key", storage::get("key")?, None)?;
    atomic::commit(&[present("guard")], &[put("key", b"value")])?;
    same("key", storage::get("key")?, Some(b"value".to_vec()))
}

fn alone_are_a_commit() -> Checked {
    storage::set("key", b"value")?;
    let before = State::now()?;
    let outcome = atomic::commit(&[present("key"), absent("missing")], &[])?;
    holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))?;
    same("the outcome", atomic::commit(&[absent("key")], &[])?, Outcome::Conflict(0))?;
    same("the store afterwards", State::now()?, before)
}

fn conflict_changes_nothing() -> Checked {
    storage::set("key", b"value")?;
    storage::set("counter", &[0; 8])?;
    let before = State::now()?;
    let changes = [put("key", b"other"), put("new", b"value"), add("counter", 1), delete("key")];
    let outcome = atomic::commit(&[present("key"), present("missing")], &changes)?;
    same("the outcome", outcome, Outcome::Conflict(1))?;
    same("the store afterwards", State::now()?, before)
}

/// The version that a commit gives is what the next one expects.
fn compare_and_set_in_turns() -> Checked {
    storage::set("key", b"0")?;
    let mut expected = version()?;
    for turn in 1..=5_u8 {
        let check = |version| Check { at: private("key"), expect: Expectation::Unchanged(version) };
        let Outcome::Committed(version) = atomic::commit(&[check(expected)], &[put("key", &[turn])])? else {
            return crate::check::failed(format!("turn {turn} is in conflict"));
        };
        same("a late one", atomic::commit(&[check(expected)], &[put("key", b"late")])?, Outcome::Conflict(0))?;
        same("key", storage::get("key")?, Some(vec![turn]))?;
        expected = version;
    }
    Ok(())
}

fn of_the_shared_store(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("key");
    storage::set(&key, b"private")?;
    let in_shared = |expect| Check { at: shared.at(&key), expect };
    same("present", atomic::commit(&[in_shared(Expectation::Present)], &[])?, Outcome::Conflict(0))?;
    let outcome = atomic::commit(&[in_shared(Expectation::Absent)], &[put("key", b"committed")])?;
    holds(format!("{outcome:?} is a commit"), matches!(outcome, Outcome::Committed(_)))?;
    shared.set(&key, b"shared")?;
    same("absent", atomic::commit(&[in_shared(Expectation::Absent)], &[])?, Outcome::Conflict(0))
}

fn all_are_made() -> Checked {
    storage::set("deleted", b"value")?;
    storage::set("replaced", b"value")?;
    storage::set("counter", &5_i64.to_le_bytes())?;
    let changes = [delete("deleted"), put("replaced", b"other"), put("new", b""), add("counter", 2), delete("missing")];
    committed(&changes)?;
    let left = storage::items("", None, 10)?.items.into_iter().map(|item| (item.key, item.value)).collect::<Vec<_>>();
    let expected = [("counter", &7_i64.to_le_bytes()[..]), ("new", b""), ("replaced", b"other")];
    same("the store", left, expected.map(|(key, value)| (key.to_owned(), value.to_vec())).to_vec())
}

fn to_one_key_apply_in_order() -> Checked {
    let seven = 7_i64.to_le_bytes();
    committed(&[
        put("last set", b"first"),
        put("last set", b"second"),
        put("gone", b"value"),
        delete("gone"),
        delete("back"),
        put("back", b"value"),
        put("sum", &seven),
        add("sum", 1),
        add("sum", 2),
        add("anew", 5),
        delete("anew"),
        add("anew", 1),
    ])?;
    same("last set", storage::get("last set")?, Some(b"second".to_vec()))?;
    same("gone", storage::get("gone")?, None)?;
    same("back", storage::get("back")?, Some(b"value".to_vec()))?;
    same("sum", storage::get("sum")?, Some(10_i64.to_le_bytes().to_vec()))?;
    same("anew", storage::get("anew")?, Some(1_i64.to_le_bytes().to_vec()))
}

fn to_both_stores(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("key");
    let in_shared = Change { at: shared.at(&key), action: Action::Set(b"shared".to_vec()) };
    committed(&[put(&key, b"private"), in_shared])?;
    same("the private value", storage::get(&key)?, Some(b"private".to_vec()))?;
    same("the shared value", shared.get(&key)?, Some(b"shared".to_vec()))?;
    let versions = [atomic::get(&private(&key))?, atomic::get(&shared.at(&key))?].map(|entry| entry.map(|e| e.version));
    same("the versions", versions[0], versions[1])
}

fn a_refusal_in_one_store_spares_the_other(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("key");
    let in_shared = Change { at: shared.at(&key), action: Action::Set(b"shared".to_vec()) };
    storage::set("no counter", b"value")?;
    let answer = atomic::commit(&[], &[in_shared.clone(), add("no counter", 1)]);
    crate::check::refused("the commit", answer, crate::bindings::types::Error::NotACounter)?;
    same("the shared value", shared.get(&key)?, None)?;
    same("the outcome", atomic::commit(&[absent("no counter")], &[in_shared])?, Outcome::Conflict(0))?;
    same("the shared value", shared.get(&key)?, None)
}
