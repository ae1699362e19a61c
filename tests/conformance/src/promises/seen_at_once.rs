//! When a write returns, every way to read sees it.

use crate::bindings::atomic::{Action, Change, Expiring};
use crate::bindings::streams::Writer;
use crate::bindings::types::Item;
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{holds, same, some};
use crate::lifetime::LONG_MS;
use crate::store::private;

type Write = fn() -> Result<(), Stop>;

/// What is written to `key`, and what is there then.
const WRITES: &[(&str, Write, Option<&[u8]>)] = &[
    ("set", || Ok(storage::set("key", b"written!")?), Some(b"written!")),
    ("set-expiring", || Ok(storage::set_expiring("key", b"written!", LONG_MS)?), Some(b"written!")),
    ("delete", || Ok(storage::delete("key")?), None),
    ("delete-prefix", || Ok(storage::delete_prefix("ke").map(drop)?), None),
    ("emptying", || Ok(storage::delete_prefix("").map(drop)?), None),
    ("commit-of-a-set", || commit(Action::Set(b"written!".to_vec())), Some(b"written!")),
    (
        "commit-of-a-set-expiring",
        || commit(Action::SetExpiring(Expiring { value: b"written!".to_vec(), expires_in_ms: LONG_MS })),
        Some(b"written!"),
    ),
    ("commit-of-a-delete", || commit(Action::Delete), None),
    ("commit-of-an-add", || commit(Action::Add(5)), Some(&[6, 0, 0, 0, 0, 0, 0, 0])),
    ("increment", || Ok(atomic::increment(&private("key"), 5).map(drop)?), Some(&[6, 0, 0, 0, 0, 0, 0, 0])),
    ("finish", finish, Some(b"written!")),
];

pub fn cases() -> Vec<Case> {
    let writes = WRITES.iter().flat_map(|&(name, write, after)| {
        let replacing = Case::new(format!("seen-at-once/{name}"), move |_| {
            storage::set("key", &1_i64.to_le_bytes())?;
            is_seen(Some(&1_i64.to_le_bytes()))?;
            write()?;
            is_seen(after)
        });
        // A host that remembers which keys were missing has to forget it.
        let making = Case::new(format!("seen-at-once/{name}-where-nothing-was"), move |_| {
            is_seen(None)?;
            write()?;
            is_seen(after.map(|value| if value[0] == 6 { &[5, 0, 0, 0, 0, 0, 0, 0] } else { value }))
        });
        // Nothing is removed where nothing was: that is a case of missing-key.
        [Some(replacing), after.is_some().then_some(making)]
    });
    writes.flatten().collect()
}

fn commit(action: Action) -> Result<(), Stop> {
    Ok(atomic::commit(&[], &[Change { at: private("key"), action }]).map(drop)?)
}

fn finish() -> Result<(), Stop> {
    let writer = streams::create(&private("key"), None, None)?;
    writer.write(b"writ")?;
    writer.write(b"ten!")?;
    Ok(Writer::finish(writer).map(drop)?)
}

fn is_seen(value: Option<&[u8]>) -> Checked {
    let value = value.map(<[u8]>::to_vec);
    same("exists", storage::exists("key")?, value.is_some())?;
    same("get", storage::get("key")?, value.clone())?;
    same("atomic get", atomic::get(&private("key"))?.map(|entry| entry.value), value.clone())?;
    let many = atomic::get_many(&[private("key"), private("other")])?;
    same("get-many", many.into_iter().flatten().map(|entry| entry.value).next(), value.clone())?;
    same("keys", storage::keys("", None, 9)?.keys, value.iter().map(|_| "key".to_owned()).collect())?;
    let items = value.iter().map(|value| Item { key: "key".to_owned(), value: value.clone() }).collect();
    same("items", storage::items("", None, 9)?.items, items)?;
    same("keys held", storage::usage()?.keys, u64::from(value.is_some()))?;
    let reader = streams::open(&private("key"))?;
    match value {
        Some(value) => same("open", some("open", reader)?.read(0, 100)?, value),
        None => holds("open gives none", reader.is_none()),
    }
}
