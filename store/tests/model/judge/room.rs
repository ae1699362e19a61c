//! Whether there is room, beside what is kept free and what is gone and still being read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use larder_store::{Error, Limits, StoreId};

use super::super::answers::stores;
use super::super::book::Write;
use super::super::call::Call;
use super::super::effect::{Effect, Step};
use super::super::quota::Quota;
use super::super::session::Session;
use super::super::stream::OpenReader;
use super::super::values::{Place, Values, cost};
use super::Model;

/// What is kept free for large values.
pub type Kept = BTreeMap<Place, u64>;

/// What keeps room for itself while it is judged.
#[derive(Clone, Copy)]
pub struct Apart {
    slot: usize,
    writer: Option<usize>,
    whole_call: bool,
}

impl Apart {
    pub fn none() -> Self {
        Self { slot: usize::MAX, writer: None, whole_call: false }
    }

    /// A call of a session, with one of its writers perhaps.
    fn call(slot: usize, writer: Option<usize>) -> Self {
        Self { slot, writer, whole_call: true }
    }
}

/// Why there is no room.
#[derive(Debug, Default)]
pub struct Full {
    pub refusals: Vec<Error>,
    /// Whether there is none, however much of what has expired is gone.
    pub surely: bool,
}

impl Full {
    /// What comes of these, of which one is so.
    fn of(each: impl Iterator<Item = Vec<Error>>) -> Self {
        let each: Vec<_> = each.collect();
        Self { surely: each.iter().all(|refusals| !refusals.is_empty()), refusals: each.concat() }
    }
}

impl Model {
    pub fn quota_refusals(&self, slot: usize, call: &Call, view: &Values, effect: &Effect) -> Full {
        let limits = &self.session(slot).terms.limits;
        let (writer, chunk) = match call {
            Call::Write { writer, value } => {
                (Some(*writer), Some(self.session(slot).writers[*writer].room_for(*value)))
            }
            Call::Finish { writer } => (Some(*writer), None),
            _ => (None, None),
        };
        // A call is judged as if each of its writes had been made by itself.
        let effect = chunk.as_ref().unwrap_or(effect);
        self.over_quota(limits, effect, view, &Kept::new(), Apart::call(slot, writer))
    }

    /// Why there may not be what an effect makes of `before`, beside what else is kept free.
    pub fn over_quota(&self, limits: &Limits, effect: &Effect, before: &Values, beside: &Kept, apart: Apart) -> Full {
        let Ok(after) = effect.apply(before, self.workspace.clock.now_ms()) else { return Full::default() };
        let reserved = |store: Option<&StoreId>| self.reserved(store, apart) + kept_in(beside, store);
        let of = |lingering| Quota { limits, reserved: &reserved, lingering }.refusals(&stores(effect), before, &after);
        Full::of(self.lingering().into_iter().map(of))
    }

    /// Bytes of large values that are gone and still being read: what they may come to.
    fn lingering(&self) -> BTreeSet<u64> {
        let readers = self.sessions.iter().flatten().flat_map(|session| &session.readers);
        let large = readers.filter(|reader| self.counts_lingering && reader.value.is_large());
        let read: HashMap<Write, _> = large
            .filter_map(|OpenReader { value, committed_at }| {
                Some((value.write, (value.value.len(), self.workspace.is_gone(committed_at.as_ref()?, value.write))))
            })
            .collect();
        let mut sums = BTreeSet::from([0]);
        for (bytes, gone) in read.into_values() {
            let with = sums.iter().map(|sum| sum + bytes).collect();
            sums = match gone {
                Some(false) => sums,
                Some(true) => with,
                None => &sums | &with,
            };
        }
        sums
    }

    /// Bytes that are kept for values that are being written, in a store or in all, and not for what is judged itself.
    fn reserved(&self, store: Option<&StoreId>, apart: Apart) -> u64 {
        let mut reserved = 0;
        for (slot, session) in
            self.sessions.iter().enumerate().filter_map(|(slot, session)| Some((slot, session.as_ref()?)))
        {
            let is_here = slot == apart.slot;
            if let Some(call) = &session.whole_call
                && !(is_here && apart.whole_call)
            {
                reserved += kept_in(&call.kept, store);
            }
            let writers = session.writers.iter().enumerate();
            let others = writers.filter(|(number, _)| !(is_here && apart.writer == Some(*number)));
            let counted = others.filter(|(_, writer)| store.is_none_or(|store| writer.place.0 == *store));
            reserved += counted.map(|(_, writer)| writer.reserved).sum::<u64>();
        }
        reserved
    }

    /// What will be kept free for the large values that a call puts, until its whole call ends.
    pub fn kept_for(&self, slot: usize, call: &Call, effect: &Effect) -> Kept {
        let mut kept = Kept::new();
        for (place, step) in &effect.0 {
            kept.remove(place);
            let Step::Put(stored) = step else { continue };
            if !stored.is_large() {
                continue;
            }
            let put = Effect(vec![(place.clone(), step.clone())]);
            let view = self.view(slot);
            let limits = &self.session(slot).terms.limits;
            let bytes = match call {
                Call::Finish { writer } => self.session(slot).writers[*writer].reserved,
                _ if !self.over_quota(limits, &put, &view, &kept, Apart::call(slot, None)).surely => {
                    cost(&place.1, stored.value.len()).saturating_sub(view.cost_at(place))
                }
                _ => 0,
            };
            kept.insert(place.clone(), bytes);
        }
        kept
    }

    /// What is kept free for a value with its next chunk, if there is as much.
    pub fn room_for_chunk(&self, slot: usize, call: &Call) -> Option<u64> {
        let Call::Write { writer, value } = call else { return None };
        let (view, apart) = (self.view(slot), Apart::call(slot, Some(*writer)));
        let Session { terms, writers, .. } = self.session(slot);
        let writer = &writers[*writer];
        let full = self.over_quota(&terms.limits, &writer.room_for(*value), &view, &Kept::new(), apart);
        let needed = cost(&writer.place.1, (writer.bytes.len() + value.bytes().len()) as u64);
        (!full.surely).then(|| needed.saturating_sub(view.cost_at(&writer.place)))
    }
}

fn kept_in(kept: &Kept, store: Option<&StoreId>) -> u64 {
    kept.iter().filter(|((of, _), _)| store.is_none_or(|store| store == of)).map(|(_, bytes)| bytes).sum()
}
