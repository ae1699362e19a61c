use std::ops::Bound;

use super::stored::Stamp;
use super::{LARGE_BYTES, Stored, View};
use crate::error::Error;
use crate::give_way::give_way;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;

/// What an engine looks at in one go at most, so that others of the same thread have their turn: bytes of values, which are
/// read with their keys, and some for each key.
pub(crate) const LOOK_AT_BYTES: u64 = 8 * 1024 * 1024;
const LOOK_AT_BYTES_A_KEY: u64 = 4 * 1024;

/// Which keys a page holds.
#[derive(Clone, Copy, Debug)]
pub struct Range<'a> {
    /// What each key starts with.
    pub prefix: &'a Key<'a>,
    /// What each key comes after, in byte order.
    pub after: Option<&'a Key<'a>>,
    /// Keys at most; at least 1.
    pub most_keys: usize,
    /// Bytes at most, of keys and, where they are wanted, values; a first key is given however long.
    pub most_bytes: u64,
    /// What is wanted.
    pub wanted: Wanted,
}

/// What a page has of each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The keys alone.
    Keys,
    /// The values too.
    Values,
}

/// Keys in byte order, and where to go on.
#[derive(Default)]
pub struct Page {
    /// The keys.
    pub rows: Vec<Row>,
    /// What the page that follows comes after, the last key of this one; none on the last page.
    pub next: Option<String>,
    /// Up to where was looked, where that took long: so far the page has all that it is to have, and what comes then is not
    /// known.
    pub stopped: Option<String>,
}

impl Page {
    /// Up to where was looked, if not to the end.
    pub(crate) fn end(&self) -> Option<&String> {
        self.stopped.as_ref().or(self.next.as_ref())
    }
}

/// A key in a [`Page`].
pub struct Row {
    /// The key.
    pub key: String,
    /// What is known of its value.
    pub stamp: Stamp,
    /// The value, where it was wanted.
    pub value: Option<Stored>,
}

impl Range<'_> {
    /// The page of these keys as of `now`, from an iterator that begins at [`Range::start`] and of which no more than
    /// `most_looked_at` bytes are looked at.
    ///
    /// `read` gives the value of the last key that the iterator gave.
    pub(crate) fn page<R, E: From<Error>>(
        &self,
        rows: impl Iterator<Item = Result<(String, Stamp, R), E>>,
        most_looked_at: u64,
        now: Moment,
        mut read: impl FnMut(&str, R) -> Result<Stored, E>,
    ) -> Result<Page, E> {
        let mut page = Page::default();
        let (mut bytes, mut looked_at) = (0, 0);
        for row in rows {
            let (key, stamp, raw) = row?;
            if !key.starts_with(self.prefix.as_str()) {
                break;
            }
            looked_at += LOOK_AT_BYTES_A_KEY + if stamp.bytes < LARGE_BYTES { stamp.bytes } else { 0 };
            let stopped = (looked_at >= most_looked_at).then(|| key.clone());
            if !now.has_passed(stamp.expiry) {
                bytes += self.bytes_of(&key, stamp);
                if self.is_full(&page.rows, bytes) {
                    page.next = page.rows.last().map(|last| last.key.clone());
                    break;
                }
                let value = match self.wanted {
                    Wanted::Keys => None,
                    Wanted::Values => Some(read(&key, raw)?),
                };
                page.rows.push(Row { key, stamp, value });
            }
            if stopped.is_some() {
                page.stopped = stopped;
                break;
            }
        }
        Ok(page)
    }

    /// The whole page, as a view gives it a part at a time.
    pub(crate) async fn whole_page(&self, view: &dyn View, store: &StoreId, now: Moment<'_>) -> Result<Page, Error> {
        let mut page = view.page(store, *self, now).await?;
        let mut bytes: u64 = page.rows.iter().map(|row| self.bytes_of(&row.key, row.stamp)).sum();
        while let Some(stopped) = page.stopped.take() {
            give_way().await;
            let rest = Range {
                after: Some(&Key::trusted(&stopped)),
                // Of a page that is full it is to be known whether another one follows.
                most_keys: (self.most_keys - page.rows.len()).max(1),
                most_bytes: self.most_bytes.saturating_sub(bytes),
                ..*self
            };
            let Page { rows, next, stopped } = view.page(store, rest, now).await?;
            for row in rows {
                bytes += self.bytes_of(&row.key, row.stamp);
                if self.is_full(&page.rows, bytes) {
                    page.next = page.rows.last().map(|last| last.key.clone());
                    return Ok(page);
                }
                page.rows.push(row);
            }
            (page.next, page.stopped) = (next, stopped);
        }
        Ok(page)
    }

    fn bytes_of(&self, key: &str, stamp: Stamp) -> u64 {
        let value_bytes = if self.wanted == Wanted::Values { stamp.bytes } else { 0 };
        key.len() as u64 + value_bytes
    }

    /// Whether there is no room for another key beside these, with which there would be so many bytes.
    fn is_full(&self, rows: &[Row], bytes: u64) -> bool {
        !rows.is_empty() && (rows.len() == self.most_keys || bytes > self.most_bytes)
    }

    /// Where the keys begin: bytes, and whether a key equal to them is meant too.
    pub(crate) fn start(&self) -> Bound<&[u8]> {
        match self.after {
            Some(after) if after >= self.prefix => Bound::Excluded(after.as_bytes()),
            _ => Bound::Included(self.prefix.as_bytes()),
        }
    }
}
