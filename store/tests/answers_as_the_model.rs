//! Every engine answers as a map with the same rules does: values, listings, what is used, and errors with their numbers.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;

use larder_store::{Access, Error, KeyPage, Larder, Limits, Options};
use pollster::block_on;
use support::{Random, bytes, items, limited, options, writer};

const PLUGINS: [&str; 3] = ["a", "a/b", "b"];
const KEYS: [&str; 12] = ["", "a", "a/", "a/b", "a//b", "A", "é", "e\u{301}", "\0", "zz", "zzzzzzzz", "zzzzzzzzz"];

/// What an operation came to, as text, so that answers and errors compare alike.
type Outcome = String;

fn outcome<T: std::fmt::Debug>(result: Result<T, Error>) -> Outcome {
    format!("{result:?}")
}

#[derive(Default)]
struct Model(BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>);

impl Model {
    fn store(&mut self, plugin: &'static str) -> &mut BTreeMap<String, Vec<u8>> {
        self.0.entry(plugin).or_default()
    }

    fn used(&self, plugin: &str) -> u64 {
        let store = self.0.get(plugin).into_iter().flatten();
        store.map(|(key, value)| (key.len() + value.len() + 64) as u64).sum()
    }

    fn set(&mut self, plugin: &'static str, key: &str, value: &[u8], limits: &Limits) -> Result<(), Error> {
        check_key(key, limits)?;
        if value.len() as u64 > limits.value_bytes {
            return Err(Error::ValueTooLarge(bytes(limits.value_bytes, value.len() as u64)));
        }
        let before = self.used(plugin);
        let others: u64 = PLUGINS.iter().filter(|other| **other != plugin).map(|other| self.used(other)).sum();
        let store = self.store(plugin);
        let keys = store.len() as u64 + u64::from(!store.contains_key(key));
        let old = store.get(key).map_or(0, |old| key.len() + old.len() + 64);
        let after = before - old as u64 + (key.len() + value.len() + 64) as u64;
        // What is free in a workspace that is over its quota is nothing, not less than that.
        let limit = limits.store_bytes.min(limits.workspace_bytes.saturating_sub(others).max(before));
        if after > before && after > limit {
            return Err(Error::QuotaExceeded(bytes(limit, after)));
        }
        if keys > store.len() as u64 && keys > limits.store_keys {
            return Err(Error::QuotaExceeded(items(limits.store_keys, keys)));
        }
        store.insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn keys(&mut self, plugin: &'static str, prefix: &str, after: Option<&str>, most: u32, limits: &Limits) -> KeyPage {
        let matching = |key: &&String| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after);
        let all: Vec<&String> = self.store(plugin).keys().filter(matching).collect();
        let most = most.clamp(1, limits.batch_items.max(1)) as usize;
        let mut size = 0;
        let fits = all.iter().take(most).take_while(|key| {
            size += key.len() as u64;
            size <= limits.batch_bytes
        });
        let count = fits.count().max(1).min(all.len());
        let keys: Vec<String> = all[..count].iter().map(|key| (*key).clone()).collect();
        let next = if count < all.len() { keys.last().cloned() } else { None };
        KeyPage { keys, next }
    }
}

fn check_key(key: &str, limits: &Limits) -> Result<(), Error> {
    let (limit, actual) = (u64::from(limits.key_bytes), key.len() as u64);
    if actual > limit { Err(Error::KeyTooLong(bytes(limit, actual))) } else { Ok(()) }
}

fn random_limits(random: &mut Random) -> Limits {
    Limits {
        key_bytes: 8,
        value_bytes: 40 + random.below(100),
        batch_items: 1 + random.below(6) as u32,
        batch_bytes: random.below(12),
        store_bytes: random.below(700),
        store_keys: random.below(8),
        workspace_bytes: random.below(1400),
        ..Limits::default()
    }
}

fn step(larder: &Larder, model: &mut Model, random: &mut Random, limits: &Limits) -> (String, Outcome, Outcome) {
    let (plugin, key) = (*random.pick(&PLUGINS), *random.pick(&KEYS));
    let (id, workspace) = (plugin.parse().unwrap(), "w".parse().unwrap());
    let session = limited(larder, "w", plugin, limits.clone());
    let parsed = check_key(key, limits);
    match random.below(20) {
        0..9 => {
            let size = random.below(limits.value_bytes + 8);
            let value = random.bytes(size);
            let told = outcome(block_on(session.set(key, value.clone())));
            let expected = outcome(model.set(plugin, key, &value, limits));
            (format!("{plugin}: set {key:?} to {size} bytes"), told, expected)
        }
        9..12 => {
            let told = outcome(block_on(session.delete(key)));
            let expected = parsed.map(|()| drop(model.store(plugin).remove(key)));
            (format!("{plugin}: delete {key:?}"), told, outcome(expected))
        }
        12..14 => {
            let told = outcome(block_on(session.get(key)));
            (format!("{plugin}: get {key:?}"), told, outcome(parsed.map(|()| model.store(plugin).get(key).cloned())))
        }
        14 => {
            let told = outcome(block_on(session.exists(key)));
            (format!("{plugin}: exists {key:?}"), told, outcome(parsed.map(|()| model.store(plugin).contains_key(key))))
        }
        15..17 => {
            let after = [None, Some(*random.pick(&KEYS))][random.below(2) as usize];
            let most = *random.pick(&[0, 1, 2, 3, u32::MAX]);
            let told = outcome(block_on(session.keys(key, after, most)));
            let parsed = parsed.and_then(|()| after.map_or(Ok(()), |after| check_key(after, limits)));
            let expected = parsed.map(|()| model.keys(plugin, key, after, most, limits));
            (format!("{plugin}: {most} keys from {key:?} after {after:?}"), told, outcome(expected))
        }
        17..19 => {
            let told = outcome(block_on(session.usage()).map(|u| (u.bytes, u.keys, u.quota_bytes, u.quota_keys)));
            let used = (model.used(plugin), model.store(plugin).len() as u64, limits.store_bytes, limits.store_keys);
            (format!("{plugin}: usage"), told, outcome(Ok(used)))
        }
        _ => {
            let told = outcome(block_on(larder.delete_plugin(&workspace, &id)));
            let held = !std::mem::take(model.store(plugin)).is_empty();
            (format!("delete plugin {plugin}"), told, outcome(Ok(held)))
        }
    }
}

/// Runs a history; `reopen` gives the larder to go on with.
fn history(seed: u64, steps: u64, mut larder: Larder, reopen: impl Fn(Larder) -> Larder) {
    let mut random = Random(seed);
    let mut model = Model::default();
    let mut limits = random_limits(&mut random);
    for number in 0..steps {
        match random.below(30) {
            0 => limits = random_limits(&mut random),
            1 => larder = reopen(larder),
            _ => {
                let (what, told, expected) = step(&larder, &mut model, &mut random, &limits);
                assert_eq!(told, expected, "seed {seed}, step {number}: {what}\nunder {limits:?}");
            }
        }
    }
}

#[test]
fn the_directory_engine_does_across_reopenings() {
    for seed in 0..16 {
        let directory = tempfile::tempdir().unwrap();
        history(seed, 150, writer(directory.path()), |larder| {
            if seed % 2 == 0 {
                block_on(larder.close()).unwrap();
            }
            drop(larder);
            writer(directory.path())
        });
    }
}

#[test]
fn the_memory_engine_does() {
    for seed in 0..300 {
        history(seed, 200, Larder::in_memory(options(Access::ReadWrite)), |larder| {
            block_on(larder.close()).unwrap();
            larder
        });
    }
}

#[test]
fn defaults_are_those_that_are_documented() {
    let limits = Limits::default();
    assert_eq!((limits.key_bytes, limits.value_bytes), (1024, 64 << 20));
    assert_eq!((limits.batch_items, limits.batch_bytes), (1000, 4 << 20));
    assert_eq!((limits.store_bytes, limits.store_keys, limits.workspace_bytes), (100 << 20, 1_000_000, 1 << 30));
    assert_eq!(Options::default().open_workspaces, 512);
}
