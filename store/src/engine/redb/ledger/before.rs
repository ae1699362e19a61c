//! What a transaction shows of the state that a batch finds.

use std::ops::Bound;

use redb::ReadableTable;

use super::Ledger;
use crate::engine::Place;
use crate::engine::redb::meta::ReadMeta;
use crate::engine::redb::trouble::Trouble;
use crate::engine::rules::{Before, Found};
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::value::{self, Content, Spot};

fn found(spot: &Spot, stored: &[u8]) -> Found {
    let bytes = value::counted_bytes(stored);
    let Ok(header) = value::header(spot, stored) else { return Found { bytes, stamp: None, counter: None } };
    // Only what is as long as a counter is read to see which it is.
    let (stamp, counter) = match header.stamp.bytes {
        8 => match header.content() {
            Ok(Content::Small(value)) => (Some(header.stamp), value.try_into().ok().map(i64::from_le_bytes)),
            Ok(Content::Large(_)) => (Some(header.stamp), None),
            Err(value::Damage) => (None, None),
        },
        _ => (Some(header.stamp), None),
    };
    Found { bytes, stamp, counter }
}

impl Before for Ledger<'_> {
    type Trouble = Trouble;

    fn find(&mut self, at: &Place) -> Result<Option<Found>, Trouble> {
        let seal = &self.handle.seal;
        let store = self.store(&at.store)?;
        let stored = store.rows.get(at.key.as_bytes())?;
        Ok(stored.map(|stored| found(&Spot { seal, store: &at.store, key: &at.key }, stored.value())))
    }

    fn find_all(
        &mut self,
        id: &StoreId,
        prefix: &Key,
        show: &mut dyn FnMut(Key<'static>, Found),
    ) -> Result<(), Trouble> {
        let seal = &self.handle.seal;
        let store = self.store(id)?;
        for row in store.rows.range::<&[u8]>((Bound::Included(prefix.as_bytes()), Bound::Unbounded))? {
            let (key, stored) = row?;
            let text = str::from_utf8(key.value()).map_err(|_| Trouble::Damaged("a key is not text".to_owned()))?;
            if !text.starts_with(prefix.as_str()) {
                break;
            }
            let key = Key::trusted(text).into_owned();
            let found = found(&Spot { seal, store: id, key: &key }, stored.value());
            show(key, found);
        }
        Ok(())
    }

    fn held(&mut self, store: &StoreId) -> Result<Held, Trouble> {
        Ok(self.store(store)?.contents.held)
    }

    fn held_by_all(&mut self) -> Result<Held, Trouble> {
        Ok(self.held.plus(Held { bytes: self.handle.large.lingering_bytes(), keys: 0 }))
    }

    fn expired(&mut self, store: &StoreId, _now: Moment) -> Result<Held, Trouble> {
        let contents = self.store(store)?.contents;
        self.expired_in(store, contents)
    }

    fn expired_in_all(&mut self, _now: Moment) -> Result<Held, Trouble> {
        let mut sum = Held::default();
        for (id, contents) in self.meta.stores()? {
            let contents = self.stores.get(&id).map_or(contents, |store| store.contents);
            sum = sum.plus(self.expired_in(&id, contents)?);
        }
        Ok(sum)
    }
}
