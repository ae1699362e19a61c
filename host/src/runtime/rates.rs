use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use larder_store::{PluginId, Session, WorkspaceId};
use tokio::time::Instant;

use super::RuntimeOptions;
use super::bucket::Bucket;

/// As many plugins are known before those that rest are looked for, to be forgotten.
const FEW: usize = 1024;

/// How fast each plugin may call, in all its calls together.
#[derive(Debug)]
pub(super) struct Rates(Mutex<Plugins>);

#[derive(Debug)]
struct Plugins {
    known: HashMap<(WorkspaceId, PluginId), Arc<Rate>>,
    tidy_at: usize,
}

/// How fast one plugin in one workspace may call.
#[derive(Debug)]
pub(super) struct Rate(Mutex<Buckets>);

#[derive(Debug)]
struct Buckets {
    reads: Bucket,
    writes: Bucket,
    written_bytes: Bucket,
}

/// What a call of a plugin asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Demand {
    /// Keys that are read.
    pub reads: u64,
    /// Keys that are written.
    pub writes: u64,
    /// Bytes of keys and values that are written.
    pub written_bytes: u64,
}

/// A call that names no key is as much work as one that names one, and counts as that.
impl Demand {
    pub fn reading(keys: usize) -> Self {
        Self { reads: keys.max(1) as u64, ..Self::default() }
    }

    pub fn writing(keys: usize, bytes: usize) -> Self {
        Self { writes: keys.max(1) as u64, written_bytes: bytes as u64, ..Self::default() }
    }
}

impl Rates {
    pub fn new() -> Self {
        Self(Mutex::new(Plugins { known: HashMap::new(), tidy_at: FEW }))
    }

    /// That of the plugin of a session; as the options say, where it is not known yet.
    pub fn of(&self, session: &Session, options: &RuntimeOptions) -> Arc<Rate> {
        let now = Instant::now();
        let mut plugins = self.0.lock().expect("nothing panics while this is locked");
        if plugins.known.len() >= plugins.tidy_at {
            plugins.known.retain(|_, rate| !rate.is_forgettable(now));
            plugins.tidy_at = FEW.max(2 * plugins.known.len());
        }
        let plugin = (session.workspace().clone(), session.plugin().clone());
        plugins.known.entry(plugin).or_insert_with(|| Arc::new(Rate::new(options, now))).clone()
    }
}

impl Rate {
    fn new(options: &RuntimeOptions, now: Instant) -> Self {
        Self(Mutex::new(Buckets {
            reads: Bucket::new(options.reads_per_second, now),
            writes: Bucket::new(options.writes_per_second, now),
            written_bytes: Bucket::new(options.written_bytes_per_second, now),
        }))
    }

    /// Takes what is asked for, and says how long to wait first; where that is `too_long`, takes nothing and fails with it.
    pub fn take(&self, demand: Demand, too_long: impl Fn(Duration) -> bool) -> Result<Duration, Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets();
        let Buckets { reads, writes, written_bytes } = &mut *buckets;
        let wanted = [(reads, demand.reads), (writes, demand.writes), (written_bytes, demand.written_bytes)];
        let waits = wanted.iter().filter(|(_, amount)| *amount > 0).map(|(bucket, amount)| bucket.wait(*amount, now));
        let wait = waits.max().unwrap_or_default();
        if too_long(wait) {
            return Err(wait);
        }
        for (bucket, amount) in wanted {
            bucket.take(amount, now);
        }
        Ok(wait)
    }

    /// Whether nobody uses it, and a new one would be just like it.
    fn is_forgettable(self: &Arc<Self>, now: Instant) -> bool {
        let buckets = self.buckets();
        let all_full = [&buckets.reads, &buckets.writes, &buckets.written_bytes].iter().all(|it| it.is_full(now));
        all_full && Arc::strong_count(self) == 1
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets> {
        self.0.lock().expect("nothing panics while this is locked")
    }
}

#[cfg(test)]
mod tests {
    use larder_store::{Larder, Limits, Options};

    use super::*;

    fn session(workspace: &str, plugin: &str) -> Session {
        let larder = Larder::in_memory(Options::default());
        larder.session(&workspace.parse().unwrap(), &plugin.parse().unwrap(), Limits::default())
    }

    fn options(reads_per_second: u64, writes_per_second: u64, written_bytes_per_second: u64) -> RuntimeOptions {
        RuntimeOptions { reads_per_second, writes_per_second, written_bytes_per_second, ..RuntimeOptions::default() }
    }

    const READ: Demand = Demand { reads: 1, writes: 0, written_bytes: 0 };

    #[test]
    fn a_plugin_has_one_rate_in_a_workspace_and_another_plugin_another() {
        let (rates, options) = (Rates::new(), options(1, 1, 1));
        let [one, again, other, elsewhere] =
            [("w", "p"), ("w", "p"), ("w", "q"), ("v", "p")].map(|(w, p)| rates.of(&session(w, p), &options));
        assert!(Arc::ptr_eq(&one, &again) && !Arc::ptr_eq(&one, &other) && !Arc::ptr_eq(&one, &elsewhere));
        assert_eq!(one.take(READ, |_| false), Ok(Duration::ZERO));
        assert!(again.take(READ, |_| false).unwrap() > Duration::ZERO);
        assert_eq!(other.take(READ, |_| false), Ok(Duration::ZERO));
    }

    #[test]
    fn what_would_take_too_long_takes_nothing() {
        let rate = Rates::new().of(&session("w", "p"), &options(1_000, 1, 1));
        let write = Demand { reads: 1_000, writes: 1, written_bytes: 10 };
        assert_eq!(rate.take(write, |_| false), Ok(Duration::ZERO));
        let longest_ms = 8_000;
        let wait = rate.take(Demand { reads: 0, ..write }, |wait| wait.as_millis() > longest_ms).unwrap_err();
        assert!(wait.as_millis() > longest_ms);
        assert!(rate.take(READ, |wait| wait.as_millis() > 1_000).is_ok(), "reads wait for no writes");
    }

    #[test]
    fn plugins_that_rest_are_forgotten_and_others_are_not() {
        let (rates, options) = (Rates::new(), options(u64::MAX, 1, 1));
        let busy = rates.of(&session("w", "busy"), &options);
        rates.of(&session("w", "owing"), &options).take(Demand { writes: 9, ..READ }, |_| false).unwrap();
        let larder = Larder::in_memory(Options::default());
        for number in 0..3 * FEW {
            let plugin = number.to_string().parse().unwrap();
            rates.of(&larder.session(&"w".parse().unwrap(), &plugin, Limits::default()), &options);
        }
        let known = rates.0.lock().unwrap().known.len();
        assert!(known <= 2 * FEW, "{known} are known");
        assert!(Arc::ptr_eq(&busy, &rates.of(&session("w", "busy"), &options)));
        assert!(
            rates.of(&session("w", "owing"), &options).take(Demand { writes: 1, ..READ }, |_| false).unwrap()
                > Duration::ZERO
        );
    }
}
