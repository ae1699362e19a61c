//! No two writes ever share a version; nothing but a write changes it.

use crate::bindings::atomic::{Action, Change, Check, Expiring, Outcome};
use crate::bindings::streams::Writer;
use crate::bindings::types::{Expectation, Version};
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{differ, failed, same, some};
use crate::ground::Ground;
use crate::lifetime::{LONG_MS, expired};
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("versions/set-makes-another", |_| another(|| Ok(storage::set("key", b"other")?))),
        Case::new("versions/the-same-value-again-makes-another", |_| another(|| Ok(storage::set("key", b"value")?))),
        Case::new("versions/set-expiring-makes-another", |_| {
            another(|| Ok(storage::set_expiring("key", b"value", LONG_MS)?))
        }),
        Case::new("versions/commit-makes-another", |_| another(|| commit(Action::Set(b"value".to_vec())).map(drop))),
        Case::new("versions/increment-makes-another", |_| {
            storage::set("counter", &[0; 8])?;
            let before = version("counter")?;
            atomic::increment(&private("counter"), 0)?;
            differ("the versions", version("counter")?, before)
        }),
        Case::new("versions/finish-makes-another", |_| {
            another(|| {
                let writer = streams::create(&private("key"), None, None)?;
                writer.write(b"value")?;
                Ok(Writer::finish(writer).map(drop)?)
            })
        }),
        Case::new("versions/not-the-same-after-a-delete", |_| {
            another(|| {
                storage::delete("key")?;
                Ok(storage::set("key", b"value")?)
            })
        }),
        Case::new("versions/not-the-same-after-emptying", |_| {
            another(|| {
                storage::delete_prefix("")?;
                Ok(storage::set("key", b"value")?)
            })
        }),
        Case::new("versions/not-the-same-after-expiring", |_| {
            another(|| {
                expired("key", b"value")?;
                Ok(storage::set("key", b"value")?)
            })
        }),
        Case::new("versions/reading-keeps-it", |_| kept(reads)),
        Case::new("versions/writing-other-keys-keeps-it", |_| kept(writes_to_others)),
        Case::new("versions/a-refusal-or-conflict-keeps-it", |_| kept(refusals)),
        Case::new("versions/all-of-a-commit-share-one", |_| all_of_a_commit_share_one()),
        Case::new("versions/finish-tells-it", |_| finish_tells_it()),
        Case::new("versions/a-reader-tells-it", |_| a_reader_tells_it()),
        Case::new("versions/many-writes-have-as-many", |_| many_writes_have_as_many()),
        Case::new("versions/both-stores-draw-from-one", both_stores_draw_from_one),
    ]
}

fn version(key: &str) -> Result<Version, Stop> {
    Ok(some("atomic get", atomic::get(&private(key))?)?.version)
}

fn commit(action: Action) -> Result<Version, Stop> {
    committed(atomic::commit(&[], &[Change { at: private("key"), action }])?)
}

fn committed(outcome: Outcome) -> Result<Version, Stop> {
    match outcome {
        Outcome::Committed(version) => Ok(version),
        Outcome::Conflict(_) => failed("a commit whose checks hold is in conflict".to_owned()),
    }
}

fn another(write: impl FnOnce() -> Checked) -> Checked {
    storage::set("key", b"value")?;
    let before = version("key")?;
    write()?;
    differ("the versions", version("key")?, before)
}

fn kept(use_it: fn() -> Checked) -> Checked {
    storage::set("key", b"value")?;
    let before = version("key")?;
    use_it()?;
    same("the version", version("key")?, before)
}

fn reads() -> Checked {
    storage::get("key")?;
    storage::items("", None, 10)?;
    some("open", streams::open(&private("key"))?)?.read(0, 10)?;
    let check = Check { at: private("key"), expect: Expectation::Present };
    committed(atomic::commit(&[check], &[])?).map(drop)
}

fn writes_to_others() -> Checked {
    storage::set("key 2", b"value")?;
    storage::set("ke", b"value")?;
    storage::delete("key 2")?;
    storage::delete_prefix("key ")?;
    Ok(atomic::increment(&private("counter"), 1).map(drop)?)
}

fn refusals() -> Checked {
    if let Ok(sum) = atomic::increment(&private("key"), 1) {
        return failed(format!("what is no counter was incremented to {sum}"));
    }
    let check = Check { at: private("key"), expect: Expectation::Absent };
    let change = Change { at: private("key"), action: Action::Set(b"another".to_vec()) };
    same("the outcome", atomic::commit(&[check], &[change])?, Outcome::Conflict(0))?;
    drop(streams::create(&private("key"), None, None)?);
    Ok(())
}

fn all_of_a_commit_share_one() -> Checked {
    storage::set("counter", &[0; 8])?;
    let change = |key, action| Change { at: private(key), action };
    let changes = [
        change("set", Action::Set(b"value".to_vec())),
        change("set-expiring", Action::SetExpiring(Expiring { value: b"value".to_vec(), expires_in_ms: LONG_MS })),
        change("counter", Action::Add(1)),
        change("deleted", Action::Delete),
    ];
    let committed = committed(atomic::commit(&[], &changes)?)?;
    for key in ["set", "set-expiring", "counter"] {
        same(&format!("the version of {key}"), version(key)?, committed)?;
    }
    Ok(())
}

fn finish_tells_it() -> Checked {
    let writer = streams::create(&private("key"), None, None)?;
    let told = some("finish", Writer::finish(writer)?)?;
    same("the version", version("key")?, told)
}

fn a_reader_tells_it() -> Checked {
    storage::set("key", b"before")?;
    let before = version("key")?;
    let reader = some("open", streams::open(&private("key"))?)?;
    storage::set("key", b"after")?;
    same("the version", reader.version(), before)
}

fn many_writes_have_as_many() -> Checked {
    let mut seen = Vec::new();
    for number in 0..60 {
        let key = format!("{}", number % 7);
        storage::set(&key, b"value")?;
        seen.push(version(&key)?);
        seen.push(commit(Action::Set(Vec::new()))?);
        if number % 5 == 0 {
            storage::delete(&key)?;
        }
    }
    let written = seen.len();
    seen.sort_unstable();
    seen.dedup();
    same("how many versions", seen.len(), written)
}

fn both_stores_draw_from_one(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("key");
    let mut seen = Vec::new();
    for _ in 0..5 {
        storage::set(&key, b"value")?;
        shared.set(&key, b"value")?;
        seen.push(version(&key)?);
        seen.push(some("atomic get", atomic::get(&shared.at(&key))?)?.version);
    }
    seen.sort_unstable();
    seen.dedup();
    same("how many versions", seen.len(), 10)
}
