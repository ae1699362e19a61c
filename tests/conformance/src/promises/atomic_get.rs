//! Several keys are read at once, in the order asked.

use crate::bindings::{atomic, storage};
use crate::case::{Case, Checked};
use crate::check::{same, some};
use crate::ground::Ground;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("atomic-get/value-version-and-no-expiry", |_| {
            storage::set("key", b"value")?;
            let entry = some("atomic get", atomic::get(&private("key"))?)?;
            same("the entry", (entry.value, entry.expires_in_ms), (b"value".to_vec(), None))
        }),
        Case::new("atomic-get/many-in-the-order-asked", |_| many_in_the_order_asked()),
        Case::new("atomic-get/many-of-one-key", |_| many_of_one_key()),
        Case::new("atomic-get/many-of-none", |_| same("get-many", atomic::get_many(&[])?, vec![])),
        Case::new("atomic-get/many-as-one-by-one", |_| many_as_one_by_one()),
        Case::new("atomic-get/many-of-both-stores", many_of_both_stores),
    ]
}

fn many_in_the_order_asked() -> Checked {
    for key in ["a", "b", "c"] {
        storage::set(key, key.as_bytes())?;
    }
    let found = atomic::get_many(&[private("c"), private("a"), private("missing"), private("b")])?;
    let found: Vec<_> = found.into_iter().map(|entry| entry.map(|entry| entry.value)).collect();
    same("get-many", found, vec![Some(b"c".to_vec()), Some(b"a".to_vec()), None, Some(b"b".to_vec())])
}

fn many_of_one_key() -> Checked {
    storage::set("key", b"value")?;
    let found = atomic::get_many(&[private("key"), private("key"), private("key")])?;
    same("how many", found.iter().flatten().count(), 3)?;
    same("the first and the last", &found[0], &found[2])
}

fn many_as_one_by_one() -> Checked {
    storage::set("a", b"1")?;
    storage::set("b", b"")?;
    atomic::increment(&private("counter"), -1)?;
    let keys = ["a", "b", "counter", "missing"].map(private);
    let one_by_one = keys.iter().map(atomic::get).collect::<Result<Vec<_>, _>>()?;
    same("get-many", atomic::get_many(&keys)?, one_by_one)
}

fn many_of_both_stores(ground: &Ground) -> Checked {
    let shared = ground.shared()?;
    let key = ground.shared_key("key");
    storage::set(&key, b"private")?;
    shared.set(&key, b"shared")?;
    let found = atomic::get_many(&[shared.at(&key), private(&key), shared.at(&ground.shared_key("missing"))])?;
    let found: Vec<_> = found.into_iter().map(|entry| entry.map(|entry| entry.value)).collect();
    same("get-many", found, vec![Some(b"shared".to_vec()), Some(b"private".to_vec()), None])
}
