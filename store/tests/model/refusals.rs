use larder_store::{Error, Excess, Limits, Store, Unit};

use super::call::{At, Call, Deed};
use super::session::{Granted, Session};

/// What a call is refused for whatever the store holds.
pub struct Refusals<'a> {
    granted: Granted,
    limits: &'a Limits,
    errors: Vec<Error>,
}

/// All of them: where several limits are passed, any of them may be told.
pub fn of(call: &Call, session: &Session) -> Vec<Error> {
    let mut refusals = Refusals { granted: session.terms.granted, limits: &session.terms.limits, errors: Vec::new() };
    refusals.look_at(call, session);
    refusals.errors
}

impl Refusals<'_> {
    fn look_at(&mut self, call: &Call, session: &Session) {
        match call {
            Call::Get(at) | Call::Exists(at) | Call::Entry(at) | Call::Open(at) => self.reading(*at),
            Call::Delete(at) | Call::Increment { at, .. } | Call::Create { at, .. } => self.writing(*at),
            Call::Set { at, value } | Call::SetExpiring { at, value, .. } => {
                self.writing(*at);
                self.value(value.bytes().len());
            }
            Call::Keys(listing) | Call::Items(listing) => {
                self.reading(At { store: listing.store, key: listing.prefix });
                self.key(listing.after.unwrap_or_default());
            }
            Call::DeletePrefix { store, prefix } => self.writing(At { store: *store, key: prefix }),
            Call::Usage(store) => self.reading(At { store: *store, key: "" }),
            Call::GetMany(many) => {
                many.iter().for_each(|at| self.reading(*at));
                self.items(many.len());
            }
            Call::Apply { checks, changes } => {
                checks.iter().for_each(|(at, _)| self.reading(*at));
                for (at, deed) in changes {
                    self.writing(*at);
                    self.value(carried(deed));
                }
                self.items(checks.len() + changes.len());
                let keys = checks.iter().map(|(at, _)| at.key).chain(changes.iter().map(|(at, _)| at.key));
                let values = changes.iter().map(|(_, deed)| carried(deed));
                let bytes = keys.map(str::len).sum::<usize>() + values.sum::<usize>();
                let single_set = matches!(changes[..], [(_, Deed::Set(_) | Deed::SetExpiring(..))]);
                if !single_set {
                    self.excess(Error::BatchTooLarge, Unit::Bytes, self.limits.batch_bytes, bytes);
                }
            }
            Call::Write { writer, value } => {
                let (chunk, before) = (value.bytes().len(), session.writers[*writer].bytes.len());
                self.excess(Error::BatchTooLarge, Unit::Bytes, self.limits.chunk_bytes.into(), chunk);
                self.value(before + chunk);
            }
            Call::Read { .. } | Call::Close { .. } | Call::Finish { .. } | Call::Abandon { .. } => {}
        }
    }

    fn reading(&mut self, at: At) {
        if at.store == Store::Shared && !self.granted.reads(at.key) {
            self.errors.push(Error::AccessDenied);
        }
        self.key(at.key);
    }

    fn writing(&mut self, at: At) {
        if at.store == Store::Shared && !self.granted.writes(at.key) {
            self.errors.push(Error::AccessDenied);
        }
        self.key(at.key);
    }

    fn key(&mut self, key: &str) {
        self.excess(Error::KeyTooLong, Unit::Bytes, self.limits.key_bytes.into(), key.len());
    }

    fn value(&mut self, bytes: usize) {
        self.excess(Error::ValueTooLarge, Unit::Bytes, self.limits.value_bytes, bytes);
    }

    fn items(&mut self, items: usize) {
        self.excess(Error::BatchTooLarge, Unit::Items, self.limits.batch_items.into(), items);
    }

    fn excess(&mut self, error: fn(Excess) -> Error, unit: Unit, limit: u64, actual: usize) {
        let actual = actual as u64;
        if actual > limit {
            self.errors.push(error(Excess { unit, limit, actual }));
        }
    }
}

/// Bytes of the value that a change carries.
fn carried(deed: &Deed) -> usize {
    match deed {
        Deed::Set(value) | Deed::SetExpiring(value, _) => value.bytes().len(),
        Deed::Delete | Deed::Add(_) => 0,
    }
}
