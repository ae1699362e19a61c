//! Both engines do what a batch says in order, whatever its changes have to do with each other.

use std::collections::BTreeMap;

use pollster::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{
    Absent, Batch, BatchOutcome, Body, Change, Engine, EngineWorkspace, MemoryEngine, Place, Put, Quota, RedbEngine,
    Sharing,
};
use crate::access::Access;
use crate::dir::simulated::Disk;
use crate::error::{Error, Excess, Unit};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::sync::atomic::AtomicU64;
use crate::usage::Held;

const KEYS: [&str; 5] = ["a", "ab", "abc", "b", "ba"];
const MOST: u64 = 3;

/// A change, and the text of its key or prefix.
#[derive(Clone, Debug)]
enum Deed {
    Put(&'static str, Vec<u8>, Expiry),
    Delete(&'static str),
    Add(&'static str, i64),
    DeletePrefix(&'static str),
}

/// Values by key, and when they expire.
#[derive(Clone, Default)]
struct Model(BTreeMap<&'static str, (Vec<u8>, Expiry)>);

impl Model {
    /// What the deed removes by prefix, and what it adds up to.
    fn perform(&mut self, deed: &Deed, now_ms: u64) -> Result<(u64, Option<i64>), Error> {
        let mut told = (0, None);
        match deed {
            Deed::Put(key, value, expiry) => {
                self.0.insert(key, (value.clone(), *expiry));
            }
            Deed::Delete(key) => {
                self.0.remove(key);
            }
            Deed::Add(key, by) => {
                let (value, expiry) = self.0.get(key).cloned().unwrap_or((vec![0; 8], Expiry::NEVER));
                let number = i64::from_le_bytes(value.try_into().map_err(|_| Error::NotACounter)?);
                let sum = number.checked_add(*by).ok_or(Error::NotACounter)?;
                self.0.insert(key, (sum.to_le_bytes().to_vec(), expiry));
                told.1 = Some(sum);
            }
            Deed::DeletePrefix(prefix) => {
                let before = self.0.len();
                self.0.retain(|key, _| !key.starts_with(prefix));
                told.0 = (before - self.0.len()) as u64;
                if !prefix.is_empty() && told.0 > MOST {
                    return Err(Error::BatchTooLarge(Excess { unit: Unit::Items, limit: MOST, actual: told.0 }));
                }
            }
        }
        self.expire(now_ms);
        Ok(told)
    }

    fn expire(&mut self, now_ms: u64) {
        self.0.retain(|_, (_, expiry)| expiry.as_ms().is_none_or(|at| at > now_ms));
    }

    fn held(&self) -> Held {
        self.0
            .iter()
            .fold(Held::default(), |sum, (key, (value, _))| sum.plus(Held::of(&Key::trusted(key), value.len() as u64)))
    }
}

fn change(deed: &Deed) -> Change {
    let at = |key: &str| Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() };
    match deed.clone() {
        Deed::Put(key, value, expiry) => {
            Change::Put { at: at(key), put: Put { body: Body::Small(value), expiry, version: None } }
        }
        Deed::Delete(key) => Change::Delete { at: at(key) },
        Deed::Add(key, by) => Change::Add { at: at(key), by, version: None },
        Deed::DeletePrefix(prefix) => {
            Change::DeletePrefix { store: StoreId::Shared, prefix: Key::trusted(prefix), most: MOST }
        }
    }
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let value =
        prop_oneof![Just(vec![1; 3]), Just(5_i64.to_le_bytes().to_vec()), Just(i64::MAX.to_le_bytes().to_vec())];
    let expiry = prop_oneof![3 => Just(Expiry::NEVER), 1 => (5..60_u64).prop_map(Expiry::at_ms)];
    prop_oneof![
        5 => (select(&KEYS), value, expiry).prop_map(|(key, value, expiry)| Deed::Put(key, value, expiry)),
        2 => select(&KEYS).prop_map(Deed::Delete),
        2 => (select(&KEYS), -9..9_i64).prop_map(|(key, by)| Deed::Add(key, by)),
        3 => select(&["", "a", "ab", "b", "c"]).prop_map(Deed::DeletePrefix),
    ]
}

fn open(engine: &dyn Engine) -> std::sync::Arc<dyn EngineWorkspace> {
    block_on(engine.open(&"w".parse().unwrap(), Absent::Create)).unwrap().unwrap()
}

/// What a batch removes by prefix, and what it adds up to.
fn commit(workspace: &dyn EngineWorkspace, deeds: &[Deed], now: Moment) -> Result<(u64, Option<i64>), Error> {
    let (plugin, changes) = ("p".parse().unwrap(), deeds.iter().map(change).collect());
    let batch = Batch { plugin, checks: Vec::new(), changes, quota: Quota::unlimited() };
    match block_on(workspace.commit(&[batch], now)).remove(0)? {
        BatchOutcome::Committed(committed) => Ok((committed.removed, committed.sum)),
        BatchOutcome::Conflict(_) => unreachable!("nothing was checked"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_a_batch_says_is_done_in_order(batches in vec(vec(any_deed(), 1..8), 1..6)) {
        let disk = RedbEngine::open(Disk::new(1).root(), Access::ReadWrite, Sharing::ReadersBeside).unwrap();
        let engines = [open(&MemoryEngine::default()), open(&disk)];
        let latest_ms = AtomicU64::new(0);
        let mut model = Model::default();
        for (now_ms, deeds) in (1..).map(|number| number * 10).zip(batches) {
            model.expire(now_ms);
            let mut after = model.clone();
            let expected: Result<_, Error> = deeds.iter().try_fold((0, None), |(removed, sum), deed| {
                let told = after.perform(deed, now_ms)?;
                Ok((removed + told.0, told.1.or(sum)))
            });
            if expected.is_ok() {
                model = after;
            }
            for workspace in &engines {
                let now = Moment::new(now_ms, &latest_ms);
                let told = commit(&**workspace, &deeds, now);
                prop_assert_eq!(format!("{told:?}"), format!("{expected:?}"));
                let view = block_on(workspace.view()).unwrap();
                prop_assert_eq!(block_on(view.held(&StoreId::Shared, now)).unwrap(), model.held());
                for key in KEYS {
                    let stored = block_on(view.get(&StoreId::Shared, &Key::trusted(key), now)).unwrap();
                    let read = stored.map(|stored| match stored.body {
                        Body::Small(value) => (value, stored.stamp.expiry),
                        Body::Large(_) => unreachable!("none is large"),
                    });
                    prop_assert_eq!(read.as_ref(), model.0.get(key));
                }
            }
        }
        drop(engines);
        let damage = block_on(disk.examine(&"w".parse().unwrap())).unwrap();
        prop_assert!(damage.as_ref().is_some_and(Vec::is_empty), "what is noted of them: {:?}", damage);
    }
}

#[test]
fn what_finds_nothing_is_no_commit() {
    let disk = RedbEngine::open(Disk::new(1).root(), Access::ReadWrite, Sharing::ReadersBeside).unwrap();
    for workspace in [open(&MemoryEngine::default()), open(&disk)] {
        let commits = |deed| {
            commit(&*workspace, &[deed], Moment::new(0, &AtomicU64::new(0))).unwrap();
            block_on(workspace.view()).unwrap().commit()
        };
        // The first one may reserve versions.
        let first = commits(Deed::Put("b", Vec::new(), Expiry::NEVER));
        for deed in [Deed::Delete("a"), Deed::DeletePrefix("a")] {
            assert_eq!(commits(deed), first);
        }
        assert_eq!(commits(Deed::DeletePrefix("")), first + 1);
        assert_eq!(commits(Deed::DeletePrefix("")), first + 1);
    }
}
