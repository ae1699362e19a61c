//! A value is never seen after its time, by no call, listing, count or quota; and never gone before.

use crate::bindings::atomic::{Action, Change};
use crate::bindings::streams::Writer;
use crate::bindings::{atomic, storage, streams};
use crate::case::{Case, Checked};
use crate::check::{holds, same, some};
use crate::ground::Ground;
use crate::lifetime::{LONG_MS, SHORT_MS, expired, gone, let_expire};
use crate::pattern::pattern;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("expiry/there-before-its-time", |_| there_before_its_time()),
        Case::new("expiry/not-from-get-after-its-time", |_| {
            expired("key", b"value")?;
            same("get", storage::get("key")?, None)
        }),
        Case::new("expiry/not-from-exists-after-its-time", |_| {
            expired("key", b"value")?;
            same("exists", storage::exists("key")?, false)
        }),
        Case::new("expiry/not-from-keys-after-its-time", |_| {
            storage::set("key 2", b"value")?;
            expired("key 1", b"value")?;
            same("keys", storage::keys("", None, 10)?.keys, vec!["key 2".to_owned()])
        }),
        Case::new("expiry/not-from-items-after-its-time", |_| {
            storage::set("key 2", b"value")?;
            expired("key 1", b"value")?;
            let items = storage::items("", None, 10)?.items;
            same("items", items.into_iter().map(|item| item.key).collect(), vec!["key 2".to_owned()])
        }),
        Case::new("expiry/not-in-usage-after-its-time", |_| {
            expired("key", b"value")?;
            let usage = storage::usage()?;
            same("what is held", (usage.bytes, usage.keys), (0, 0))
        }),
        Case::new("expiry/not-from-open-after-its-time", |_| {
            expired("key", b"value")?;
            holds("open gives none", streams::open(&private("key"))?.is_none())
        }),
        Case::new("expiry/a-read-before-does-not-keep-it", |_| a_read_before_does_not_keep_it()),
        Case::new("expiry/a-large-value-goes-as-a-small-one", a_large_value_goes_as_a_small_one),
        Case::new("expiry/many-go-at-once-and-leave-the-others", |_| many_go_at_once_and_leave_the_others()),
        Case::new("expiry/an-expired-page-is-no-last-page", |_| an_expired_page_is_no_last_page()),
        Case::new("expiry/position-survives-it", |_| position_survives_it()),
        Case::new("expiry/zero-is-at-once", |_| {
            storage::set_expiring("key", b"value", 0)?;
            gone("key")?;
            same("keys held", storage::usage()?.keys, 0)
        }),
        Case::new("expiry/zero-takes-what-was-there", |_| {
            storage::set("key", b"value")?;
            storage::set_expiring("key", b"value", 0)?;
            gone("key")
        }),
        Case::new("expiry/past-the-end-of-time-is-never", |_| past_the_end_of_time_is_never()),
        Case::new("expiry/set-clears-it", |_| {
            storage::set_expiring("key", b"before", SHORT_MS)?;
            storage::set("key", b"after")?;
            let_expire()?;
            same("get", storage::get("key")?, Some(b"after".to_vec()))
        }),
        Case::new("expiry/deleting-clears-it", |_| {
            storage::set_expiring("key", b"before", SHORT_MS)?;
            storage::delete("key")?;
            storage::set("key", b"after")?;
            let_expire()?;
            same("get", storage::get("key")?, Some(b"after".to_vec()))
        }),
        Case::new("expiry/a-later-one-replaces-it", |_| {
            storage::set_expiring("key", b"before", SHORT_MS)?;
            storage::set_expiring("key", b"after", LONG_MS)?;
            let_expire()?;
            same("get", storage::get("key")?, Some(b"after".to_vec()))
        }),
        Case::new("expiry/an-earlier-one-replaces-it", |_| {
            storage::set_expiring("key", b"before", LONG_MS)?;
            expired("key", b"after")?;
            gone("key")
        }),
        Case::new("expiry/a-key-that-expired-can-be-set-again", |_| {
            expired("key", b"before")?;
            storage::set("key", b"after")?;
            same("get", storage::get("key")?, Some(b"after".to_vec()))?;
            let_expire()?;
            same("get", storage::get("key")?, Some(b"after".to_vec()))
        }),
        Case::new("expiry/what-has-expired-can-be-deleted", |_| {
            expired("key", b"value")?;
            storage::delete("key")?;
            gone("key")
        }),
        Case::new("expiry/of-a-stream", |_| of_a_stream()),
        Case::new("expiry/zero-of-a-stream-is-at-once", |_| {
            storage::set("key", b"value")?;
            let writer = streams::create(&private("key"), None, Some(0))?;
            writer.write(b"stream")?;
            Writer::finish(writer)?;
            gone("key")
        }),
        Case::new("expiry/of-a-commit", |_| of_a_commit()),
    ]
}

fn there_before_its_time() -> Checked {
    storage::set_expiring("key", b"value", LONG_MS)?;
    let_expire()?;
    same("get", storage::get("key")?, Some(b"value".to_vec()))?;
    same("exists", storage::exists("key")?, true)?;
    same("keys", storage::keys("k", None, 10)?.keys, vec!["key".to_owned()])?;
    same("keys held", storage::usage()?.keys, 1)
}

fn a_read_before_does_not_keep_it() -> Checked {
    storage::set_expiring("key", b"value", SHORT_MS)?;
    storage::get("key")?;
    storage::exists("key")?;
    storage::items("", None, 10)?;
    atomic::get(&private("key"))?;
    let_expire()?;
    gone("key")?;
    same("atomic get", atomic::get(&private("key"))?, None)
}

fn a_large_value_goes_as_a_small_one(ground: &Ground) -> Checked {
    let value = pattern(1, ground.value_of(3 << 19)?);
    expired("key", &value)?;
    gone("key")?;
    let usage = storage::usage()?;
    same("what is held", (usage.bytes, usage.keys), (0, 0))
}

fn many_go_at_once_and_leave_the_others() -> Checked {
    let mut left = Vec::new();
    for number in 0..60 {
        let key = format!("{number:02}");
        match number % 3 {
            0 => storage::set(&key, b"stays")?,
            1 => storage::set_expiring(&key, b"stays", LONG_MS)?,
            _ => storage::set_expiring(&key, b"goes", SHORT_MS)?,
        }
        if number % 3 < 2 {
            left.push(key);
        }
    }
    let_expire()?;
    same("keys held", storage::usage()?.keys, left.len() as u64)?;
    same("keys", storage::keys("", None, 100)?.keys, left)
}

/// Where all that a page could hold has expired, what comes after is still listed.
fn an_expired_page_is_no_last_page() -> Checked {
    storage::set("c", b"stays")?;
    for key in ["a1", "a2", "a3", "b1", "b2"] {
        storage::set_expiring(key, b"goes", SHORT_MS)?;
    }
    let_expire()?;
    same("the first key", storage::keys("", None, 1)?.keys, vec!["c".to_owned()])?;
    let items = storage::items("", None, 2)?.items;
    same("the first item", items.into_iter().map(|item| item.key).collect(), vec!["c".to_owned()])
}

fn position_survives_it() -> Checked {
    storage::set("a", b"stays")?;
    storage::set("c", b"stays")?;
    storage::set_expiring("b", b"goes", SHORT_MS)?;
    let_expire()?;
    same("what follows", storage::keys("", Some("b"), 10)?.keys, vec!["c".to_owned()])
}

fn past_the_end_of_time_is_never() -> Checked {
    for (key, expires_in_ms) in [("most", u64::MAX), ("less", u64::MAX - 1), ("signed", i64::MAX as u64)] {
        storage::set_expiring(key, b"value", expires_in_ms)?;
        same(key, storage::get(key)?, Some(b"value".to_vec()))?;
    }
    let entry = some("atomic get", atomic::get(&private("most"))?)?;
    same("its time to live", entry.expires_in_ms, None)
}

fn of_a_stream() -> Checked {
    let create = |key, expires_in_ms| -> Checked {
        let writer = streams::create(&private(key), None, Some(expires_in_ms))?;
        writer.write(b"value")?;
        Ok(Writer::finish(writer).map(drop)?)
    };
    create("stays", LONG_MS)?;
    create("goes", SHORT_MS)?;
    let_expire()?;
    gone("goes")?;
    same("what stays", storage::get("stays")?, Some(b"value".to_vec()))
}

fn of_a_commit() -> Checked {
    let set = |key, expires_in_ms| {
        let expiring = atomic::Expiring { value: b"value".to_vec(), expires_in_ms };
        Change { at: private(key), action: Action::SetExpiring(expiring) }
    };
    let changes = [set("goes", SHORT_MS), set("stays", LONG_MS), set("goes at once", 0)];
    atomic::commit(&[], &changes)?;
    gone("goes at once")?;
    let_expire()?;
    same("keys", storage::keys("", None, 10)?.keys, vec!["stays".to_owned()])
}
