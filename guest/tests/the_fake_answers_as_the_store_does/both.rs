use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use larder::fake;
use larder_store::{Action, Change, Check, Clock, Larder, Options, Session};
use pollster::block_on;

use crate::answers::both;
use crate::at::{At, theirs};
use crate::dice::Dice;

const KEYS: [&str; 8] = ["", "a", "a/1", "a/2", "a/é", "b", "B", "b/a-key-that-is-long"];
const SIZES: [usize; 7] = [0, 1, 8, 40, 60, 100, 300];
const MOST: [u32; 4] = [0, 1, 3, u32::MAX];

#[derive(Default)]
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A call of `storage` or of `shared`.
macro_rules! ours {
    ($store:expr, $call:ident($($argument:expr),*)) => {
        match $store {
            larder::Store::Private => larder::storage::$call($($argument),*),
            larder::Store::Shared => larder::shared::$call($($argument),*),
        }
    };
}

/// The fake and the store, in the same state.
pub struct Both {
    dice: Dice,
    clock: Arc<Hands>,
    session: Session,
    readers: Vec<(larder::Reader, larder_store::Reader)>,
    writers: Vec<(larder::Writer, larder_store::Writer)>,
    versions: Vec<(u64, u64)>,
}

impl Both {
    pub fn new(mut dice: Dice) -> Self {
        let clock = Arc::new(Hands::default());
        let mut options = Options::default();
        options.clock = clock.clone();
        let limits = larder_store::Limits {
            key_bytes: dice.of(&[5, 1024]),
            value_bytes: dice.of(&[100, 1 << 20]),
            batch_items: dice.of(&[0, 2, 4, 1000]),
            batch_bytes: dice.of(&[0, 50, 200, 1 << 20]),
            chunk_bytes: dice.of(&[10, 60, 1 << 20]),
            open_handles: dice.of(&[0, 2, 16]),
            store_bytes: dice.of(&[0, 200, 600, 1 << 20]),
            store_keys: dice.of(&[2, 4, 1000]),
            workspace_bytes: dice.of(&[500, 1000, 1 << 20]),
            delete_prefix_keys: dice.of(&[0, 2, 1000]),
            ..larder_store::Limits::default()
        };
        let prefix = dice.of(&["", "a", "a/"]);
        let (ours, theirs) = match dice.below(4) {
            0 => (fake::Grant::none(), larder_store::Grant::none()),
            1 => (fake::Grant::read(), larder_store::Grant::read()),
            _ => (fake::Grant::write(), larder_store::Grant::write()),
        };
        fake::reset();
        fake::grant_shared(ours.within(prefix));
        fake::set_limits(fake::Limits {
            key_bytes: limits.key_bytes,
            value_bytes: limits.value_bytes,
            batch_items: limits.batch_items,
            batch_bytes: limits.batch_bytes,
            chunk_bytes: limits.chunk_bytes,
            open_handles: limits.open_handles,
            store_bytes: limits.store_bytes,
            store_keys: limits.store_keys,
            workspace_bytes: limits.workspace_bytes,
            delete_prefix_keys: limits.delete_prefix_keys,
        });
        let larder = Larder::in_memory(options);
        let session = larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), limits);
        let session = session.with_grant(theirs.within(prefix));
        Self { dice, clock, session, readers: Vec::new(), writers: Vec::new(), versions: Vec::new() }
    }

    /// What is called, and what both answer.
    pub fn call(&mut self) -> (String, [String; 2]) {
        let at = self.at();
        let At(store, key) = at;
        let (value, expires_in) = (self.value(), self.time());
        let view = self.session.store(theirs(store));
        match self.dice.below(19) {
            0 | 1 => {
                let answers = both(ours!(store, set(key, &value)), block_on(view.set(key, value.clone())));
                (format!("set {at:?} {}", value.len()), answers)
            }
            2 => {
                let ours = ours!(store, set_expiring(key, &value, expires_in));
                let theirs = block_on(view.set_expiring(key, value.clone(), expires_in));
                (format!("set_expiring {at:?} {} {expires_in:?}", value.len()), both(ours, theirs))
            }
            3 => (format!("get {at:?}"), both(ours!(store, get(key)), block_on(view.get(key)))),
            4 => (format!("delete {at:?}"), both(ours!(store, delete(key)), block_on(view.delete(key)))),
            5 => (format!("exists {at:?}"), both(ours!(store, exists(key)), block_on(view.exists(key)))),
            6 => {
                let answers = both(ours!(store, delete_prefix(key)), block_on(view.delete_prefix(key)));
                (format!("delete_prefix {at:?}"), answers)
            }
            7 => {
                let usage = |bytes, keys, quota_bytes, quota_keys| format!("{bytes} {keys} {quota_bytes} {quota_keys}");
                let ours = ours!(store, usage()).map(|it| usage(it.bytes, it.keys, it.quota_bytes, it.quota_keys));
                let theirs = block_on(view.usage()).map(|it| usage(it.bytes, it.keys, it.quota_bytes, it.quota_keys));
                (format!("usage {store:?}"), both(ours, theirs))
            }
            8 => {
                let (after, most) = (self.dice.of(&KEYS), self.dice.of(&MOST));
                let after = Some(after).filter(|after| !after.is_empty());
                let ours = ours!(store, keys(key, after, most)).map(|page| (page.keys, page.next));
                let theirs = block_on(view.keys(key, after, most)).map(|page| (page.keys, page.next));
                (format!("keys {at:?} {after:?} {most}"), both(ours, theirs))
            }
            9 => {
                let (after, most) = (self.dice.of(&KEYS), self.dice.of(&MOST));
                let after = Some(after).filter(|after| !after.is_empty());
                let ours = ours!(store, items(key, after, most)).map(|page| {
                    (page.items.into_iter().map(|item| (item.key, item.value)).collect::<Vec<_>>(), page.next)
                });
                let theirs = block_on(view.items(key, after, most)).map(|page| {
                    (page.items.into_iter().map(|item| (item.key, item.value)).collect::<Vec<_>>(), page.next)
                });
                (format!("items {at:?} {after:?} {most}"), both(ours, theirs))
            }
            10 => {
                let by = self.dice.of(&[1, -1, i64::MAX, i64::MIN, 0]);
                let theirs = block_on(self.session.increment(at.theirs(), by));
                (format!("increment {at:?} {by}"), both(larder::atomic::increment(at.ours(), by), theirs))
            }
            11 => self.entries(),
            12 | 13 => self.commit(),
            14 => self.open(at),
            15 => self.read(),
            16 => self.create(at),
            17 => self.write_or_finish(),
            _ => {
                fake::advance(expires_in);
                self.clock.0.fetch_add(expires_in.as_millis() as u64, Ordering::Relaxed);
                (format!("advance {expires_in:?}"), both(Ok(()), Ok(())))
            }
        }
    }

    fn entries(&mut self) -> (String, [String; 2]) {
        let count = 1 + self.dice.below(3);
        let at: Vec<At> = (0..count).map(|_| self.at()).collect();
        let ours = larder::atomic::get_many(at.iter().map(|at| at.ours()));
        let theirs: Vec<_> = at.iter().map(|at| at.theirs()).collect();
        let theirs = block_on(self.session.get_many(&theirs));
        if let (Ok(ours), Ok(theirs)) = (&ours, &theirs) {
            for (ours, theirs) in ours.iter().flatten().zip(theirs.iter().flatten()) {
                self.same_version(ours.version, theirs.version);
            }
        }
        let ours = ours
            .map(|entries| entries.into_iter().map(|it| it.map(|it| (it.value, it.expires_in))).collect::<Vec<_>>());
        let theirs = theirs
            .map(|entries| entries.into_iter().map(|it| it.map(|it| (it.value, it.expires_in))).collect::<Vec<_>>());
        (format!("get_many {at:?}"), both(ours, theirs))
    }

    fn commit(&mut self) -> (String, [String; 2]) {
        let (mut ours, mut checks, mut changes) = (larder::atomic::commit(), Vec::new(), Vec::new());
        let mut call = String::from("commit");
        for _ in 0..self.dice.below(3) {
            let (at, (expect, expected)) = (self.at(), self.expectation());
            call += &format!(" if {at:?} {expected:?}");
            ours = ours.check(at.ours(), expect);
            checks.push(Check { at: at.theirs(), expect: expected });
        }
        for _ in 0..self.dice.below(4) {
            let (at, value, expires_in) = (self.at(), self.value(), self.time());
            let (to, action) = match self.dice.below(4) {
                0 => (ours.set(at.ours(), value.clone()), Action::Set(value)),
                1 => {
                    let theirs = Action::SetExpiring { value: value.clone(), expires_in };
                    (ours.set_expiring(at.ours(), value, expires_in), theirs)
                }
                2 => (ours.delete(at.ours()), Action::Delete),
                _ => (ours.add(at.ours(), 1), Action::Add(1)),
            };
            ours = to;
            call += &format!(" {at:?} {action:?}");
            changes.push(Change { at: at.theirs(), action });
        }
        // One that writes nothing has no version of its own.
        let writes = changes.iter().any(|change| matches!(change.action, Action::Set(_) | Action::Add(_)));
        let (ours, theirs) = (ours.send(), block_on(self.session.apply(&checks, changes)));
        if writes
            && let (Ok(larder::Outcome::Committed(ours)), Ok(larder_store::Outcome::Committed(theirs))) =
                (&ours, &theirs)
        {
            self.same_version(*ours, *theirs);
        }
        let ours = ours.map(|outcome| match outcome {
            larder::Outcome::Committed(_) => None,
            larder::Outcome::Conflict(check) => Some(check),
        });
        let theirs = theirs.map(|outcome| match outcome {
            larder_store::Outcome::Committed(_) => None,
            larder_store::Outcome::Conflict(check) => Some(check),
        });
        (call, both(ours, theirs))
    }

    fn open(&mut self, at: At) -> (String, [String; 2]) {
        let (ours, theirs) = (larder::streams::open(at.ours()), block_on(self.session.open(at.theirs())));
        let answers = both(
            ours.as_ref().map(|it| it.as_ref().map(|it| it.size())).map_err(Clone::clone),
            theirs.as_ref().map(|it| it.as_ref().map(|it| it.size())).map_err(Clone::clone),
        );
        if let (Ok(Some(ours)), Ok(Some(theirs))) = (ours, theirs) {
            self.same_version(ours.version(), theirs.version());
            self.readers.push((ours, theirs));
        }
        (format!("open {at:?}"), answers)
    }

    fn read(&mut self) -> (String, [String; 2]) {
        if self.readers.is_empty() {
            return ("read nothing".to_owned(), both(Ok(()), Ok(())));
        }
        let number = self.dice.below(self.readers.len());
        if self.dice.below(3) == 0 {
            self.readers.remove(number);
            return ("close".to_owned(), both(Ok(()), Ok(())));
        }
        let (ours, theirs) = &self.readers[number];
        let (offset, most) = (self.dice.of(&[0, 5, 50, 1000, u64::MAX]), self.dice.of(&[0, 1, 70, 1000]));
        let mut bytes = vec![0; most as usize];
        let read = ours.read_at(&mut bytes, offset).map(|count| bytes[..count].to_vec());
        (format!("read {offset} {most}"), both(read, block_on(theirs.read(offset, most))))
    }

    fn create(&mut self, at: At) -> (String, [String; 2]) {
        let (mut options, mut expect, mut expires_in) = (larder::CreateOptions::new(), None, None);
        if self.dice.below(2) == 0 {
            let (ours, theirs) = self.expectation();
            (options, expect) = (options.only_if(ours), Some(theirs));
        }
        if self.dice.below(3) == 0 {
            let time = self.time();
            (options, expires_in) = (options.expires_in(time), Some(time));
        }
        let call = format!("create {at:?} {expect:?} {expires_in:?}");
        let (ours, theirs) =
            (options.create(at.ours()), block_on(self.session.create(at.theirs(), expect, expires_in)));
        let answers =
            both(ours.as_ref().map(drop).map_err(Clone::clone), theirs.as_ref().map(drop).map_err(Clone::clone));
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            self.writers.push((ours, theirs));
        }
        (call, answers)
    }

    fn write_or_finish(&mut self) -> (String, [String; 2]) {
        if self.writers.is_empty() {
            return ("write nothing".to_owned(), both(Ok(()), Ok(())));
        }
        let number = self.dice.below(self.writers.len());
        let (mut ours, mut theirs) = self.writers.swap_remove(number);
        if self.dice.below(2) == 0 {
            let (ours, theirs) = (ours.finish(), block_on(theirs.finish()));
            if let (Ok(Some(ours)), Ok(Some(theirs))) = (&ours, &theirs) {
                self.same_version(*ours, *theirs);
            }
            let answers = both(ours.map(|it| it.is_some()), theirs.map(|it| it.is_some()));
            return ("finish".to_owned(), answers);
        }
        // As large as a chunk may be, so that it is one call for both.
        let value = self.value();
        let value = &value[..value.len().min(self.session.limits().chunk_bytes as usize)];
        let written = ours.write_all(value).and_then(|()| ours.flush()).map_err(larder::Error::from);
        let theirs_written = if value.is_empty() { Ok(()) } else { block_on(theirs.write(value)) };
        let answers = both(written, theirs_written);
        if answers[0].starts_with("Ok") {
            self.writers.push((ours, theirs));
        }
        (format!("write {}", value.len()), answers)
    }

    fn at(&mut self) -> At {
        At(self.dice.of(&[larder::Store::Private, larder::Store::Private, larder::Store::Shared]), self.dice.of(&KEYS))
    }

    fn value(&mut self) -> Vec<u8> {
        let size = self.dice.of(&SIZES);
        vec![self.dice.below(3) as u8; size]
    }

    fn time(&mut self) -> Duration {
        self.dice.of(&[Duration::ZERO, Duration::from_micros(1500), Duration::from_millis(10), Duration::from_secs(1)])
    }

    fn expectation(&mut self) -> (larder::Expectation, larder_store::Expectation) {
        match self.dice.below(3) {
            0 => (larder::Expectation::Absent, larder_store::Expectation::Absent),
            1 => (larder::Expectation::Present, larder_store::Expectation::Present),
            _ => {
                let known = self.versions.len().min(6);
                let (ours, theirs) = match known {
                    0 => (u64::MAX, u64::MAX),
                    _ => self.versions[self.versions.len() - 1 - self.dice.below(known)],
                };
                (larder::Version::from(ours).into(), larder_store::Expectation::Unchanged(theirs.into()))
            }
        }
    }

    /// Two versions are one if and only if they were before.
    fn same_version(&mut self, ours: larder::Version, theirs: larder_store::Version) {
        let pair = (u64::from(ours), u64::from(theirs));
        match self.versions.iter().find(|(ours, theirs)| *ours == pair.0 || *theirs == pair.1) {
            Some(known) => assert_eq!(*known, pair),
            None => self.versions.push(pair),
        }
    }
}
