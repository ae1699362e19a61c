use std::ops::Bound;

use super::Stored;
use super::stored::Stamp;
use crate::error::Error;
use crate::key::Key;

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
    /// What the page that follows comes after; none on the last page.
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
    /// The page of these keys, from an iterator of those that have not expired, which begins at [`Range::start`].
    ///
    /// `read` gives the value of the last key that the iterator gave.
    pub(crate) fn page<R, E: From<Error>>(
        &self,
        rows: impl Iterator<Item = Result<(String, Stamp, R), E>>,
        mut read: impl FnMut(&str, R) -> Result<Stored, E>,
    ) -> Result<Page, E> {
        let mut page = Page::default();
        let mut bytes = 0;
        for row in rows {
            let (key, stamp, raw) = row?;
            if !key.starts_with(self.prefix.as_str()) {
                break;
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
            page.rows.push(Row { key, stamp, value });
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
