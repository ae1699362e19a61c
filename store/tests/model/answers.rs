//! What each call comes to, by the rules, given what the session sees.

use larder_store::{Error, Excess, Expectation, KeyPage, Limits, Store, StoreId, StoreUsage, Unit};

use super::answer::{Answer, Entry};
use super::book::{Book, Write};
use super::call::{At, Call, Deed, Expect, Listing};
use super::content::Bytes;
use super::effect::{Effect, Step, added};
use super::expected::{Expected, Read};
use super::session::{Session, Terms};
use super::values::{Place, Stored, Values};

/// What a call is answered from.
pub struct Scene<'a> {
    pub session: &'a Session,
    pub view: &'a Values,
    pub now_ms: u64,
    pub book: &'a Book,
    /// What the call's values are written as, if it writes any.
    pub write: Write,
}

impl Scene<'_> {
    pub fn expected(&self, call: &Call) -> Expected {
        match call {
            Call::Set { at, value } => self.change(*at, Deed::Set(*value)),
            Call::SetExpiring { at, value, ms } => self.change(*at, Deed::SetExpiring(*value, *ms)),
            Call::Delete(at) => self.change(*at, Deed::Delete),
            Call::Get(at) => self.of_key(*at, |stored| Answer::Value(stored.map(|stored| stored.value.clone()))),
            Call::Exists(at) => self.of_key(*at, |stored| Answer::Flag(stored.is_some())),
            Call::Entry(at) => {
                self.of_key(*at, |stored| Answer::Entries(vec![stored.map(|stored| self.entry(stored))]))
            }
            Call::Open(at) => {
                self.of_key(*at, |stored| Answer::Reader(stored.map(|stored| (stored.value.len(), stored.write))))
            }
            Call::Keys(listing) => self.keys(listing),
            Call::Items(listing) => self.items(listing),
            Call::DeletePrefix { store, prefix } => self.delete_prefix(*store, prefix),
            Call::Usage(store) => Expected {
                answer: Some(Answer::Usage(self.usage(*store))),
                glances: vec![Read::all(self.terms().store(*store))],
                ..Expected::default()
            },
            Call::GetMany(many) => self.get_many(many),
            Call::Apply { checks, changes } => self.apply(checks, changes),
            Call::Increment { at, by } => self.increment(*at, *by),
            Call::Read { reader, offset, most } => {
                let most = (*most).min(self.limits().chunk_bytes);
                let slice = self.session.readers[*reader].value.value.slice(*offset, most.into());
                Expected::answer(Answer::Value(Some(slice)))
            }
            Call::Finish { writer } => self.finish(*writer),
            Call::Close { .. } | Call::Create { .. } | Call::Write { .. } | Call::Abandon { .. } => {
                Expected::answer(Answer::Done)
            }
        }
    }

    fn limits(&self) -> &Limits {
        &self.terms().limits
    }

    fn terms(&self) -> &Terms {
        &self.session.terms
    }

    fn of_key(&self, at: At, answer: impl Fn(Option<&Stored>) -> Answer<Write>) -> Expected {
        let place = self.terms().place(at);
        Expected::answer(answer(self.view.at(&place))).reading([Read::Key(place)])
    }

    fn entry(&self, stored: &Stored) -> Entry<Write> {
        Entry {
            value: stored.value.clone(),
            version: stored.write,
            expires_in_ms: stored.expires_at_ms.map(|at| at - self.now_ms),
        }
    }

    fn change(&self, at: At, deed: Deed) -> Expected {
        let place = self.terms().place(at);
        Expected::answer(Answer::Done).changing(Effect(vec![(place, self.step(deed))]))
    }

    fn step(&self, deed: Deed) -> Step {
        match deed {
            Deed::Set(value) => self.put(value.bytes().into(), None),
            Deed::SetExpiring(value, ms) => self.put(value.bytes().into(), expiry(self.now_ms, ms)),
            Deed::Delete => Step::Remove,
            Deed::Add(by) => Step::Add { by, write: self.write },
        }
    }

    fn keys(&self, listing: &Listing) -> Expected {
        let (page, next, read) = self.page(listing, false, |key, _| key.len() as u64);
        let keys = page.into_iter().map(|(key, _)| key.to_owned()).collect();
        Expected::answer(Answer::Keys(KeyPage { keys, next })).reading([read])
    }

    fn items(&self, listing: &Listing) -> Expected {
        let (page, next, read) = self.page(listing, true, |key, stored| key.len() as u64 + stored.value.len());
        let items = page.into_iter().map(|(key, stored)| (key.to_owned(), stored.value.clone())).collect();
        Expected::answer(Answer::Items(items, next)).reading([read])
    }

    /// A page of what a listing lists, where to go on, and what was looked at.
    fn page(
        &self,
        listing: &Listing,
        values: bool,
        size: impl Fn(&str, &Stored) -> u64,
    ) -> (Vec<(&str, &Stored)>, Option<String>, Read) {
        let store = self.terms().store(listing.store);
        let in_store = self.view.0.iter().filter(|((of, _), _)| *of == store);
        let listed = in_store.map(|((_, key), stored)| (key.as_str(), stored)).filter(|(key, _)| {
            key.starts_with(listing.prefix) && listing.after.is_none_or(|after| key.as_bytes() > after.as_bytes())
        });
        let all: Vec<_> = listed.collect();
        let most = listing.most.clamp(1, self.limits().batch_items.max(1)) as usize;
        let mut bytes = 0;
        let fits = all.iter().take(most).take_while(|(key, stored)| {
            bytes += size(key, stored);
            bytes <= self.limits().batch_bytes
        });
        let count = fits.count().max(1).min(all.len());
        let next = (count < all.len()).then(|| all[count - 1].0.to_owned());
        let read = Read::Range {
            store,
            prefix: listing.prefix.to_owned(),
            after: listing.after.map(str::to_owned),
            to: next.clone(),
            values,
        };
        (all[..count].to_vec(), next, read)
    }

    fn delete_prefix(&self, store: Store, prefix: &str) -> Expected {
        let store = self.terms().store(store);
        let gone: Vec<Place> =
            self.view.list(&store, prefix, None).map(|(key, _)| (store.clone(), key.to_owned())).collect();
        let count = gone.len() as u64;
        let read = Read::Range { store, prefix: prefix.to_owned(), after: None, to: None, values: false };
        let limit = self.limits().delete_prefix_keys;
        if !prefix.is_empty() && count > limit {
            let excess = Excess { unit: Unit::Items, limit, actual: count };
            return Expected::refused(vec![Error::BatchTooLarge(excess)]).reading([read]);
        }
        let effect = Effect(gone.into_iter().map(|place| (place, Step::Remove)).collect());
        Expected::answer(Answer::Count(count)).reading([read]).changing(effect)
    }

    fn usage(&self, store: Store) -> StoreUsage {
        let (limits, held) = (self.limits(), self.view.held(&self.terms().store(store)));
        let quota_bytes = match store {
            Store::Private => limits.store_bytes,
            Store::Shared => limits.workspace_bytes,
        };
        StoreUsage { bytes: held.bytes, keys: held.keys, quota_bytes, quota_keys: limits.store_keys }
    }

    fn get_many(&self, many: &[At]) -> Expected {
        let places: Vec<Place> = many.iter().map(|at| self.terms().place(*at)).collect();
        let found: Vec<Option<&Stored>> = places.iter().map(|place| self.view.at(place)).collect();
        let actual = found.iter().flatten().map(|stored| stored.value.len()).sum::<u64>();
        let limit = self.limits().batch_bytes;
        let reads = places.into_iter().map(Read::Key);
        if many.len() > 1 && actual > limit {
            let excess = Excess { unit: Unit::Bytes, limit, actual };
            return Expected::refused(vec![Error::BatchTooLarge(excess)]).reading(reads);
        }
        let entries = found.into_iter().map(|stored| stored.map(|stored| self.entry(stored))).collect();
        Expected::answer(Answer::Entries(entries)).reading(reads)
    }

    fn apply(&self, checks: &[(At, Expect)], changes: &[(At, Deed)]) -> Expected {
        let reads = checks.iter().map(|(at, _)| Read::Key(self.terms().place(*at)));
        let unmet = checks.iter().position(|(at, expect)| !self.holds(&self.terms().place(*at), *expect));
        if let Some(unmet) = unmet {
            return Expected::answer(Answer::Unmet(unmet as u32)).reading(reads.take(unmet + 1));
        }
        let steps = changes.iter().map(|(at, deed)| (self.terms().place(*at), self.step(*deed))).collect();
        let effect = Effect(steps);
        match effect.apply(self.view, self.now_ms) {
            Ok(after) => {
                let writes = after.0.values().any(|stored| stored.write == self.write);
                let write = if writes { self.write } else { Write::NONE };
                Expected::answer(Answer::Committed(write)).reading(reads).changing(effect)
            }
            Err(_) => Expected::refused(vec![Error::NotACounter]).reading(reads),
        }
    }

    fn holds(&self, place: &Place, expect: Expect) -> bool {
        let stored = self.view.at(place);
        match expect {
            Expect::Absent => stored.is_none(),
            Expect::Present => stored.is_some(),
            Expect::Unchanged(version) => stored.is_some_and(|stored| self.book.version(stored.write) == Some(version)),
            Expect::AsNow | Expect::AsElsewhere => unreachable!("replaced by the version meant"),
        }
    }

    fn increment(&self, at: At, by: i64) -> Expected {
        let place = self.terms().place(at);
        let read = Read::Key(place.clone());
        let Ok(stored) = added(self.view.at(&place), by, self.write) else {
            return Expected::refused(vec![Error::NotACounter]).reading([read]);
        };
        let sum = stored.value.number().unwrap();
        Expected::answer(Answer::Sum(sum)).reading([read]).changing(Effect(vec![(place, Step::Put(stored))]))
    }

    /// What is expired when it is written is never there.
    fn put(&self, value: Bytes, expires_at_ms: Option<u64>) -> Step {
        if expires_at_ms.is_some_and(|at| at <= self.now_ms) {
            return Step::Remove;
        }
        Step::Put(Stored { value, write: self.write, expires_at_ms })
    }

    fn finish(&self, writer: usize) -> Expected {
        let writer = &self.session.writers[writer];
        let read = writer.expect.map(|_| Read::Key(writer.place.clone()));
        if writer.expect.is_some_and(|expect| !self.holds(&writer.place, expect)) {
            return Expected::answer(Answer::Finished(None)).reading(read);
        }
        let put = self.put(writer.bytes.clone().into(), writer.expires_at_ms);
        let effect = Effect(vec![(writer.place.clone(), put)]);
        Expected::answer(Answer::Finished(Some(self.write))).reading(read).changing(effect)
    }
}

/// When a value is gone that is to be gone so many milliseconds from now; past the end of time is never.
pub fn expiry(now_ms: u64, ms: u64) -> Option<u64> {
    now_ms.checked_add(ms).filter(|at| *at < u64::MAX)
}

impl From<Expect> for Expectation {
    fn from(expect: Expect) -> Self {
        match expect {
            Expect::Absent => Self::Absent,
            Expect::Present => Self::Present,
            Expect::Unchanged(version) => Self::Unchanged(version),
            Expect::AsNow | Expect::AsElsewhere => unreachable!("replaced by the version meant"),
        }
    }
}

/// The stores in which an effect changes anything.
pub fn stores(effect: &Effect) -> Vec<StoreId> {
    let mut stores: Vec<StoreId> = effect.places().map(|(store, _)| store.clone()).collect();
    stores.sort();
    stores.dedup();
    stores
}
