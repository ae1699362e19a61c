//! A file for each promise, or for what a promise says of one part of the interface.

mod any_string;
mod atomic_commit;
mod atomic_get;
mod counters;
mod delete_prefix;
mod expiry;
mod expiry_atomic;
mod grants;
mod limits_of_batches;
mod limits_of_handles;
mod limits_of_keys;
mod limits_of_values;
mod listing;
mod listing_items;
mod missing_key;
mod quota;
mod readers;
mod refusals;
mod seen_at_once;
mod shared_store;
mod usage;
mod values;
mod versions;
mod writers;

use crate::bindings::atomic::{self, Action, Change};
use crate::case::{Case, Checked};
use crate::ground::Ground;
use crate::store::private;

/// All cases, those of one promise beside each other.
pub fn cases() -> Vec<Case> {
    let promises = [
        missing_key::cases,
        any_string::cases,
        values::cases,
        seen_at_once::cases,
        refusals::cases,
        listing::cases,
        listing_items::cases,
        delete_prefix::cases,
        usage::cases,
        quota::cases,
        limits_of_keys::cases,
        limits_of_values::cases,
        limits_of_batches::cases,
        limits_of_handles::cases,
        expiry::cases,
        expiry_atomic::cases,
        versions::cases,
        atomic_get::cases,
        atomic_commit::cases,
        counters::cases,
        readers::cases,
        writers::cases,
        grants::cases,
        shared_store::cases,
    ];
    promises.iter().flat_map(|cases| cases()).collect()
}

/// Gives each of the keys an empty value, as many at once as the host allows.
fn write_all(ground: &Ground, keys: &[String]) -> Checked {
    let at_once = (ground.limits.batch_items as usize).min(500);
    for keys in keys.chunks(at_once) {
        let set = |key: &String| Change { at: private(key), action: Action::Set(Vec::new()) };
        atomic::commit(&[], &keys.iter().map(set).collect::<Vec<_>>())?;
    }
    Ok(())
}
