//! Without a grant every call to the shared store is denied; a grant to read denies writes; one for a prefix denies what is
//! outside of it, and narrows nothing.

use crate::bindings::atomic::{Action, Change, Check};
use crate::bindings::types::{Error, Expectation, Store};
use crate::bindings::{atomic, shared, streams};
use crate::case::{Case, Checked};
use crate::check::{refused, same, skipped};
use crate::ground::{Ground, Level};
use crate::lifetime::LONG_MS;
use crate::store::private;

type Call = fn(&str) -> Result<(), Error>;

/// Each function that touches the shared store, for a key that it is passed, and the grant that it needs.
const CALLS: &[(&str, Level, Call)] = &[
    ("get", Level::Read, |key| shared::get(key).map(drop)),
    ("exists", Level::Read, |key| shared::exists(key).map(drop)),
    ("keys", Level::Read, |key| shared::keys(key, None, 1).map(drop)),
    ("items", Level::Read, |key| shared::items(key, None, 1).map(drop)),
    ("set", Level::Write, |key| shared::set(key, b"value")),
    ("set-expiring", Level::Write, |key| shared::set_expiring(key, b"value", LONG_MS)),
    ("delete", Level::Write, shared::delete),
    ("delete-prefix", Level::Write, |key| shared::delete_prefix(key).map(drop)),
    ("atomic-get", Level::Read, |key| atomic::get(&Store::Shared.at(key)).map(drop)),
    ("get-many", Level::Read, |key| atomic::get_many(&[private(key), Store::Shared.at(key)]).map(drop)),
    ("check-of-a-commit", Level::Read, |key| {
        let check = Check { at: Store::Shared.at(key), expect: Expectation::Absent };
        atomic::commit(&[check], &[]).map(drop)
    }),
    ("set-of-a-commit", Level::Write, |key| change(key, Action::Set(b"value".to_vec()))),
    ("delete-of-a-commit", Level::Write, |key| change(key, Action::Delete)),
    ("add-of-a-commit", Level::Write, |key| change(key, Action::Add(1))),
    ("increment", Level::Write, |key| atomic::increment(&Store::Shared.at(key), 1).map(drop)),
    ("open", Level::Read, |key| streams::open(&Store::Shared.at(key)).map(drop)),
    ("create", Level::Write, |key| streams::create(&Store::Shared.at(key), None, None).map(drop)),
];

pub fn cases() -> Vec<Case> {
    let granted = CALLS.iter().map(|&(name, level, call)| {
        Case::new(format!("grants/{name}"), move |ground| allowed_as_granted(ground, level, call))
    });
    let outside = CALLS.iter().map(|&(name, _, call)| {
        Case::new(format!("grants/{name}-outside-the-prefix"), move |ground| denied_outside(ground, call))
    });
    let others = [
        Case::new("grants/usage", usage),
        Case::new("grants/limits-need-none", |_| {
            shared::limits();
            Ok(())
        }),
        Case::new("grants/a-denied-commit-spares-the-private-store", a_denied_commit_spares_the_private_store),
        Case::new("grants/the-private-store-needs-none", |_| private_store_is_there()),
    ];
    granted.chain(outside).chain(others).collect()
}

fn change(key: &str, action: Action) -> Result<(), Error> {
    atomic::commit(&[], &[Change { at: Store::Shared.at(key), action }]).map(drop)
}

fn allowed_as_granted(ground: &Ground, needed: Level, call: Call) -> Checked {
    let key = ground.shared_key("a key of this suite");
    if ground.granted.level >= needed {
        return Ok(call(&key)?);
    }
    refused("the call", call(&key), Error::AccessDenied)?;
    if ground.granted.level == Level::Read {
        same("the key, which nobody sets", shared::exists(&key)?, false)?;
    }
    Ok(())
}

/// At keys before and after the prefix, at each beginning of it, and at nothing.
fn denied_outside(ground: &Ground, call: Call) -> Checked {
    let prefix = &ground.granted.prefix;
    let Some((last, _)) = prefix.char_indices().last() else {
        return skipped("the grant is for no prefix");
    };
    for outside in ["", &prefix[..last], "\0", "\u{10ffff}", &format!("x{prefix}"), &prefix.to_uppercase()] {
        if !outside.starts_with(prefix) {
            refused(&format!("the call for {outside:?}"), call(outside), Error::AccessDenied)?;
        }
    }
    Ok(())
}

fn usage(ground: &Ground) -> Checked {
    if ground.granted.level == Level::None || !ground.granted.prefix.is_empty() {
        return refused("usage", shared::usage(), Error::AccessDenied);
    }
    Ok(shared::usage().map(drop)?)
}

fn a_denied_commit_spares_the_private_store(ground: &Ground) -> Checked {
    if ground.granted.level == Level::Write && ground.granted.prefix.is_empty() {
        return skipped("nothing is denied");
    }
    let denied = if ground.granted.level == Level::Write { String::new() } else { ground.shared_key("key") };
    let in_private = Change { at: private("key"), action: Action::Set(b"half a commit".to_vec()) };
    let in_shared = Change { at: Store::Shared.at(&denied), action: Action::Set(b"denied".to_vec()) };
    refused("the commit", atomic::commit(&[], &[in_private, in_shared]), Error::AccessDenied)?;
    same("the private value", Store::Private.get("key")?, None)
}

fn private_store_is_there() -> Checked {
    Store::Private.set("key", b"value")?;
    same("get", Store::Private.get("key")?, Some(b"value".to_vec()))
}
