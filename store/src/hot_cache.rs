//! Values that were read lately, in memory.
//!
//! What it has is what the engine has: a value, or a missing key, that was read is kept only if no commit has touched its key
//! since, and a commit takes what it touches out before the engine makes it. So whoever finds a key here finds what was
//! committed last, and whoever does not, while a commit is made, asks the engine, which has the old state or the new.

use std::collections::HashSet;
use std::hash::{Hash, Hasher, RandomState};

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, OptionsBuilder, Weighter};

use crate::engine::{Place, Stamp};
use crate::key::Key;
use crate::reads::Touch;
use crate::store_id::StoreId;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard};

/// Parts that are locked one by one.
const SHARDS: usize = 16;
/// What one value may have of a shard.
const LARGEST_PART: u64 = 4;
/// What an entry takes beside its key and its value, in bytes.
const ENTRY_BYTES: u64 = 128;

/// Those of all workspaces of a larder, bounded in bytes.
pub(crate) struct HotCache {
    entries: Cache<Spot, Option<Arc<Known>>, Bytes, RandomState>,
    largest_bytes: u64,
    /// Each opening of a workspace has numbers of its own here.
    generations: AtomicU64,
}

/// Those of a workspace, as it is open now.
pub(crate) struct Hot {
    cache: Arc<HotCache>,
    /// What was kept under an earlier number is not found any more, and goes as what nobody asks for.
    generation: AtomicU64,
    touched: Mutex<Touched>,
}

/// What the commit that is being made touches.
#[derive(Default)]
struct Touched {
    places: HashSet<Place>,
    /// More than can be named.
    all: bool,
}

/// A value that is known.
pub(crate) struct Known {
    pub stamp: Stamp,
    pub bytes: Box<[u8]>,
}

#[derive(PartialEq, Eq)]
struct Spot {
    generation: u64,
    store: StoreId,
    key: Box<str>,
}

/// A [`Spot`] to look for.
struct SpotRef<'a> {
    generation: u64,
    store: &'a StoreId,
    key: &'a str,
}

impl Hash for Spot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        SpotRef { generation: self.generation, store: &self.store, key: &self.key }.hash(state);
    }
}

impl Hash for SpotRef<'_> {
    /// Of the store nothing, as few stores of a workspace have a key in common.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.generation);
        state.write(self.key.as_bytes());
    }
}

impl Equivalent<Spot> for SpotRef<'_> {
    fn equivalent(&self, spot: &Spot) -> bool {
        self.generation == spot.generation && *self.key == *spot.key && *self.store == spot.store
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Spot, Option<Arc<Known>>> for Bytes {
    fn weight(&self, spot: &Spot, known: &Option<Arc<Known>>) -> u64 {
        let value = known.as_ref().map_or(0, |known| known.bytes.len());
        ENTRY_BYTES + (spot.key.len() + value) as u64
    }
}

impl HotCache {
    /// None where there is no room.
    pub fn new(bytes: u64) -> Option<Arc<Self>> {
        if bytes == 0 {
            return None;
        }
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(usize::try_from(bytes / 1024).unwrap_or(usize::MAX))
            .weight_capacity(bytes)
            .build()
            .expect("all that is needed is given");
        let entries = Cache::with_options(options, Bytes, RandomState::new(), DefaultLifecycle::default());
        let largest_bytes = entries.shard_capacity() / LARGEST_PART;
        Some(Arc::new(Self { entries, largest_bytes, generations: AtomicU64::new(0) }))
    }

    /// For a workspace that was opened.
    pub fn open(self: &Arc<Self>) -> Hot {
        Hot { generation: AtomicU64::new(self.next_generation()), cache: self.clone(), touched: Mutex::default() }
    }

    fn next_generation(&self) -> u64 {
        self.generations.fetch_add(1, Ordering::Relaxed)
    }
}

impl Hot {
    /// What is known of a key: its value, or that it is missing.
    pub fn get(&self, store: &StoreId, key: &Key<'_>) -> Option<Option<Arc<Known>>> {
        let spot = SpotRef { generation: self.generation.load(Ordering::Acquire), store, key: key.as_str() };
        self.cache.entries.get(&spot)
    }

    /// Keeps what was read, if it was read from a state that `is_newest`.
    pub fn fill(&self, store: &StoreId, key: &Key<'_>, read: Option<(Stamp, &[u8])>, is_newest: impl FnOnce() -> bool) {
        if read.is_some_and(|(stamp, _)| stamp.bytes > self.cache.largest_bytes) {
            return;
        }
        let known = read.map(|(stamp, bytes)| Arc::new(Known { stamp, bytes: bytes.into() }));
        let place = Place::new(store, key);
        // Held meanwhile, so that no commit begins.
        let touched = self.touched();
        if touched.all || touched.places.contains(&place) || !is_newest() {
            return;
        }
        let generation = self.generation.load(Ordering::Relaxed);
        let spot = Spot { generation, store: place.store, key: key.as_str().into() };
        self.cache.entries.insert(spot, known);
    }

    /// A commit that touches this is about to be made.
    pub fn begin_commit(&self, touches: &[Touch]) {
        let mut touched = self.touched();
        for touch in touches {
            match touch {
                Touch::Key(place) => {
                    let generation = self.generation.load(Ordering::Relaxed);
                    let spot = SpotRef { generation, store: &place.store, key: place.key.as_str() };
                    self.cache.entries.remove(&spot);
                    touched.places.insert(place.clone());
                }
                Touch::Prefix(..) => touched.all = true,
            }
        }
        if touched.all {
            self.generation.store(self.cache.next_generation(), Ordering::Release);
        }
    }

    /// It was made, or it came to nothing, before anybody is answered.
    pub fn end_commit(&self) {
        *self.touched() = Touched::default();
    }

    fn touched(&self) -> MutexGuard<'_, Touched> {
        self.touched.lock().expect("nothing panics while this is locked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expiry::Expiry;

    fn read(bytes: &[u8]) -> Option<(Stamp, &[u8])> {
        Some((Stamp { version: 1.into(), expiry: Expiry::NEVER, bytes: bytes.len() as u64 }, bytes))
    }

    fn hot(bytes: u64) -> Hot {
        HotCache::new(bytes).unwrap().open()
    }

    fn fill(hot: &Hot, key: &str, value: &[u8]) {
        hot.fill(&StoreId::Shared, &Key::trusted(key), read(value), || true);
    }

    fn get(hot: &Hot, key: &str) -> Option<Option<Vec<u8>>> {
        let known = hot.get(&StoreId::Shared, &Key::trusted(key))?;
        Some(known.map(|known| known.bytes.to_vec()))
    }

    fn touch(key: &str) -> Touch {
        Touch::Key(Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() })
    }

    #[test]
    fn what_was_read_is_found_in_its_store_and_workspace_alone() {
        let cache = HotCache::new(1 << 20).unwrap();
        let (here, elsewhere) = (cache.open(), cache.open());
        fill(&here, "k", b"v");
        here.fill(&StoreId::Shared, &Key::trusted("missing"), None, || true);
        assert_eq!(get(&here, "k"), Some(Some(b"v".to_vec())));
        assert_eq!(get(&here, "missing"), Some(None));
        assert_eq!(get(&here, "unknown"), None);
        assert_eq!(get(&elsewhere, "k"), None);
        assert!(here.get(&StoreId::Private("p".parse().unwrap()), &Key::trusted("k")).is_none());
    }

    #[test]
    fn a_commit_takes_out_what_it_touches_and_nothing_of_that_is_kept_before_it_ends() {
        let hot = hot(1 << 20);
        fill(&hot, "k", b"old");
        fill(&hot, "other", b"other");
        hot.begin_commit(&[touch("k")]);
        fill(&hot, "k", b"old");
        assert_eq!(get(&hot, "k"), None);
        assert_eq!(get(&hot, "other"), Some(Some(b"other".to_vec())));
        hot.end_commit();
        fill(&hot, "k", b"new");
        assert_eq!(get(&hot, "k"), Some(Some(b"new".to_vec())));
    }

    #[test]
    fn a_commit_that_touches_a_prefix_takes_out_all() {
        let hot = hot(1 << 20);
        fill(&hot, "k", b"old");
        hot.begin_commit(&[Touch::Prefix(StoreId::Shared, Key::trusted("k").into_owned())]);
        fill(&hot, "kk", b"old");
        hot.end_commit();
        assert_eq!((get(&hot, "k"), get(&hot, "kk")), (None, None));
    }

    #[test]
    fn what_was_read_from_an_older_state_is_not_kept() {
        let hot = hot(1 << 20);
        hot.fill(&StoreId::Shared, &Key::trusted("k"), read(b"old"), || false);
        assert_eq!(get(&hot, "k"), None);
    }

    #[test]
    fn it_has_no_more_than_it_may() {
        let hot = hot(1 << 20);
        let key = |number: usize| format!("{number:06}");
        for number in 0..10_000 {
            fill(&hot, &key(number), &[7; 1000]);
        }
        assert!(hot.cache.entries.weight() <= 1 << 20, "{}", hot.cache.entries.weight());
        assert!((0..10_000).any(|number| get(&hot, &key(number)).is_some()));
        fill(&hot, "large", &[7; 20_000]);
        assert_eq!(get(&hot, "large"), None, "it would leave room for little else");
    }
}
