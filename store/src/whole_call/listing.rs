//! Pages of what a whole call sees: what is committed, and what it has written itself.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::draft::{Draft, Effect};
use super::{State, WholeCall};
use crate::engine::{Body, Page, Place, Range, Row, Stamp, Stored, Wanted};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::give_way::give_way;
use crate::key::Key;
use crate::moment::Moment;
use crate::reads::ReadRange;
use crate::store_id::StoreId;

/// So many keys of a call's own are looked at in a round.
const OWN_AT_ONCE: usize = 1_000;

/// A key that a whole call sees.
struct SeenKey {
    key: String,
    stamp: Stamp,
    /// Whether the call itself has put the value.
    is_own: bool,
}

/// What a whole call itself makes of some keys.
struct OwnKeys {
    /// None where it deletes one.
    keys: BTreeMap<String, Option<Stamp>>,
    /// The last of them, where there are more.
    end: Option<String>,
    /// Whether it has emptied the store before, so that nothing else is there.
    are_all: bool,
}

impl WholeCall {
    pub async fn page(&self, store: &StoreId, range: Range<'_>) -> Result<Page, Error> {
        self.resolve_additions(store, range.prefix).await?;
        let state = self.workspace.state().await?;
        let now = self.workspace.now();
        let (rows, last) = self.merged(&state, store, &range, now).await?;
        let theirs = rows.iter().filter(|seen| !seen.is_own);
        let first_expiry = theirs.map(|seen| seen.stamp.expiry).min().unwrap_or(Expiry::NEVER);
        {
            let mut draft = self.draft();
            draft.note(&self.workspace, &state)?;
            draft.reads.first_expiry = draft.reads.first_expiry.min(first_expiry);
            draft.reads.add_range(ReadRange {
                store: store.clone(),
                prefix: range.prefix.clone().into_owned(),
                after: range.after.cloned().map(Key::into_owned),
                last,
            });
        }
        let keys = rows.into_iter().map(|seen| Ok::<_, Error>((seen.key, seen.stamp, ())));
        // Values are read when it is known which fit.
        let mut page = range
            .page(keys, u64::MAX, now, |_, ()| Ok(Stored { stamp: Stamp::unknown(), body: Body::Small(Vec::new()) }))?;
        if range.wanted == Wanted::Values {
            for Row { key, value, .. } in &mut page.rows {
                let at = Place::new(store, &Key::trusted(key));
                *value = match self.own(&at)? {
                    Some(known) => known,
                    None => self.read(&state, &at).await?,
                };
                if value.is_none() {
                    // It has expired since it was listed.
                    return Err(self.draft().fall_into_conflict());
                }
            }
        }
        Ok(page)
    }

    /// Reads what the call has added to, as far as its keys start with `prefix`.
    async fn resolve_additions(&self, store: &StoreId, prefix: &Key<'_>) -> Result<(), Error> {
        let added = |draft: &Draft| -> Vec<Place> {
            let here = draft.writes.iter().filter(|(at, _)| at.store == *store && at.starts_with(prefix));
            here.filter(|(_, write)| matches!(write.effect, Effect::Add { .. })).map(|(at, _)| at.clone()).collect()
        };
        let places = added(&self.draft());
        for at in places {
            self.get(&at).await?;
        }
        Ok(())
    }

    /// The keys of a range, those of the call among those of the state: one more than wanted, if there are so many; and
    /// the last key that was looked at, where more are left.
    async fn merged(
        &self,
        state: &State,
        store: &StoreId,
        range: &Range<'_>,
        now: Moment<'_>,
    ) -> Result<(Vec<SeenKey>, Option<String>), Error> {
        let mut rows = Vec::new();
        let mut after = range.after.cloned().map(Key::into_owned);
        loop {
            let own = self.own_keys(store, range, after.as_ref(), now)?;
            let page = match state {
                Some(view) if !own.are_all => {
                    let most_keys = range.most_keys.saturating_add(1);
                    let page = Range {
                        after: after.as_ref(),
                        most_keys,
                        most_bytes: u64::MAX,
                        wanted: Wanted::Keys,
                        ..*range
                    };
                    view.page(store, page, now).await?
                }
                _ => Page::default(),
            };
            // How far both have been looked through.
            let end = match (page.end().cloned(), own.end) {
                (Some(theirs), Some(own)) => Some(theirs.min(own)),
                (theirs, own) => theirs.or(own),
            };
            let is_within = |key: &String| end.as_ref().is_none_or(|end| key <= end);
            let theirs = page.rows.into_iter().filter(|row| is_within(&row.key) && !own.keys.contains_key(&row.key));
            let mut merged: Vec<SeenKey> =
                theirs.map(|Row { key, stamp, .. }| SeenKey { key, stamp, is_own: false }).collect();
            let own_puts =
                own.keys.iter().filter(|(key, _)| is_within(key)).filter_map(|(key, stamp)| Some((key, (*stamp)?)));
            merged.extend(own_puts.map(|(key, stamp)| SeenKey { key: key.clone(), stamp, is_own: true }));
            merged.sort_by(|one, other| one.key.cmp(&other.key));
            rows.append(&mut merged);
            match end {
                Some(end) if rows.len() > range.most_keys => return Ok((rows, Some(end))),
                Some(end) => after = Some(Key::trusted(&end).into_owned()),
                None => return Ok((rows, None)),
            }
            give_way().await;
        }
    }

    /// What the call itself makes of the keys of a range behind `after`.
    fn own_keys(
        &self,
        store: &StoreId,
        range: &Range<'_>,
        after: Option<&Key<'_>>,
        now: Moment<'_>,
    ) -> Result<OwnKeys, Error> {
        let draft = self.draft();
        draft.check()?;
        let from = match after {
            Some(after) if after >= range.prefix => Bound::Excluded(Place::new(store, after)),
            _ => Bound::Included(Place::new(store, range.prefix)),
        };
        let here = draft.writes.range((from, Bound::Unbounded));
        let mut here = here.take_while(|(at, _)| at.store == *store && at.starts_with(range.prefix));
        let some = here.by_ref().take(OWN_AT_ONCE);
        let keys: BTreeMap<_, _> =
            some.map(|(at, write)| (at.key.as_str().to_owned(), write.effect.stamp(now))).collect();
        let end = here.next().and_then(|_| keys.keys().next_back().cloned());
        Ok(OwnKeys { keys, end, are_all: draft.cleared.contains(store) })
    }
}
