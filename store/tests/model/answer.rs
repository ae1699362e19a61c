use larder_store::{KeyPage, StoreUsage, Version};

use super::book::{Book, Write};
use super::content::Bytes;

/// What a call came to; `V` stands for what names a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<V> {
    Done,
    Flag(bool),
    Count(u64),
    Sum(i64),
    Value(Option<Bytes>),
    Keys(KeyPage),
    Items(Vec<(String, Bytes)>, Option<String>),
    Usage(StoreUsage),
    Entries(Vec<Option<Entry<V>>>),
    Committed(V),
    Unmet(u32),
    Reader(Option<(u64, V)>),
    Finished(Option<V>),
    Refused(String),
}

/// A value with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<V> {
    pub value: Bytes,
    pub version: V,
    pub expires_in_ms: Option<u64>,
}

impl<V: Copy> Answer<V> {
    fn versions(&self) -> Vec<V> {
        match self {
            Self::Entries(entries) => entries.iter().flatten().map(|entry| entry.version).collect(),
            Self::Committed(version) | Self::Reader(Some((_, version))) | Self::Finished(Some(version)) => {
                vec![*version]
            }
            _ => Vec::new(),
        }
    }

    fn without_versions(&self) -> Answer<()> {
        let without =
            |entry: &Entry<V>| Entry { value: entry.value.clone(), version: (), expires_in_ms: entry.expires_in_ms };
        match self.clone() {
            Self::Done => Answer::Done,
            Self::Flag(flag) => Answer::Flag(flag),
            Self::Count(count) => Answer::Count(count),
            Self::Sum(sum) => Answer::Sum(sum),
            Self::Value(value) => Answer::Value(value),
            Self::Keys(page) => Answer::Keys(page),
            Self::Items(items, next) => Answer::Items(items, next),
            Self::Usage(usage) => Answer::Usage(usage),
            Self::Entries(entries) => {
                Answer::Entries(entries.iter().map(|entry| entry.as_ref().map(without)).collect())
            }
            Self::Committed(_) => Answer::Committed(()),
            Self::Unmet(check) => Answer::Unmet(check),
            Self::Reader(reader) => Answer::Reader(reader.map(|(size, _)| (size, ()))),
            Self::Finished(version) => Answer::Finished(version.map(drop)),
            Self::Refused(why) => Answer::Refused(why),
        }
    }
}

impl Answer<Version> {
    pub fn agrees(&self, expected: &Answer<Write>, book: &mut Book) -> bool {
        self.without_versions() == expected.without_versions()
            && expected.versions().into_iter().zip(self.versions()).all(|(write, version)| book.agrees(write, version))
    }
}
