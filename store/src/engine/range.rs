use std::ops::Bound;

use super::stored::Stamp;
use super::{LARGE_BYTES, Stored, View};
use crate::error::Error;
use crate::give_way::give_way;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;

/// What is looked at for one page at most, so that others of the same thread have their turn: bytes of values, which are read
/// with their keys, and some for each key.
const LOOKED_AT_BYTES: u64 = 8 * 1024 * 1024;
const LOOKED_AT_BYTES_A_KEY: u64 = 4 * 1024;

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
///
/// It may have fewer keys than it was to have, none even, where it took long to find them.
#[derive(Default)]
pub struct Page {
    /// The keys.
    pub rows: Vec<Row>,
    /// What the page that follows comes after, whether or not it has any keys; none on the last page.
    pub next: Option<String>,
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
    /// The page of these keys as of `now`, from an iterator that begins at [`Range::start`].
    ///
    /// `read` gives the value of the last key that the iterator gave.
    pub(crate) fn page<R, E: From<Error>>(
        &self,
        rows: impl Iterator<Item = Result<(String, Stamp, R), E>>,
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
            looked_at += LOOKED_AT_BYTES_A_KEY + if stamp.bytes < LARGE_BYTES { stamp.bytes } else { 0 };
            let is_enough = looked_at >= LOOKED_AT_BYTES;
            if now.has_passed(stamp.expiry) {
                if is_enough {
                    page.next = Some(key);
                    break;
                }
                continue;
            }
            bytes += key.len() as u64;
            if self.wanted == Wanted::Values {
                bytes += stamp.bytes;
            }
            let full = page.rows.len() == self.most_keys || bytes > self.most_bytes;
            if full && let Some(last) = page.rows.last() {
                page.next = Some(last.key.clone());
                break;
            }
            let value = match self.wanted {
                Wanted::Keys => None,
                Wanted::Values => Some(read(&key, raw)?),
            };
            if is_enough {
                page.next = Some(key.clone());
            }
            page.rows.push(Row { key, stamp, value });
            if is_enough {
                break;
            }
        }
        Ok(page)
    }

    /// Where the keys begin: bytes, and whether a key equal to them is meant too.
    pub(crate) fn start(&self) -> Bound<&[u8]> {
        match self.after {
            Some(after) if after >= self.prefix => Bound::Excluded(after.as_bytes()),
            _ => Bound::Included(self.prefix.as_bytes()),
        }
    }
}

/// A page that has a key, if any is left.
pub(crate) async fn page_with_any(
    view: &dyn View,
    store: &StoreId,
    range: Range<'_>,
    now: Moment<'_>,
) -> Result<Page, Error> {
    let mut passed: Option<Key> = None;
    loop {
        let page = view.page(store, Range { after: passed.as_ref().or(range.after), ..range }, now).await?;
        match page.next {
            Some(next) if page.rows.is_empty() => passed = Some(Key::trusted(&next).into_owned()),
            _ => return Ok(page),
        }
        give_way().await;
    }
}
