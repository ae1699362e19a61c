use std::collections::VecDeque;
use std::iter::FusedIterator;

use crate::{Error, KeyPage, storage};

/// All keys with a prefix, in byte order: what [`storage::list`] gives.
///
/// It asks for a page when the one before is used up. After an error it ends.
#[derive(Debug)]
pub struct KeyList {
    prefix: String,
    page: VecDeque<String>,
    rest: Rest,
}

/// Where the next page begins.
#[derive(Debug)]
enum Rest {
    FromTheStart,
    After(String),
    Nothing,
}

impl KeyList {
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix, page: VecDeque::new(), rest: Rest::FromTheStart }
    }

    /// The next key, with pages from `fetch`, which is given the position to go on from.
    fn step(&mut self, fetch: impl Fn(&str, Option<&str>) -> Result<KeyPage, Error>) -> Option<Result<String, Error>> {
        while self.page.is_empty() {
            let page = match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::FromTheStart => fetch(&self.prefix, None),
                Rest::After(position) => fetch(&self.prefix, Some(&position)),
                Rest::Nothing => return None,
            };
            match page {
                Ok(KeyPage { keys, next }) => {
                    self.page = keys.into();
                    self.rest = next.map_or(Rest::Nothing, Rest::After);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        self.page.pop_front().map(Ok)
    }
}

impl Iterator for KeyList {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(|prefix, after| storage::keys(prefix, after, u32::MAX))
    }
}

impl FusedIterator for KeyList {}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(keys: &[&str], next: Option<&str>) -> Result<KeyPage, Error> {
        Ok(KeyPage { keys: keys.iter().map(|&key| key.to_owned()).collect(), next: next.map(str::to_owned) })
    }

    #[test]
    fn every_page_is_asked_for_once_and_an_error_ends_the_list() {
        let fetch = |prefix: &str, after: Option<&str>| match after {
            None => page(&["n/1", "n/2"], Some("n/2")),
            Some("n/2") => page(&["n/3"], Some("n/3")),
            Some("n/3") => Err(Error::Unavailable),
            Some(other) => panic!("asked for {prefix} after {other}"),
        };
        let mut list = KeyList::new("n/".to_owned());
        let met: Vec<_> = std::iter::from_fn(|| list.step(fetch)).collect();
        let keys = ["n/1", "n/2", "n/3"].map(|key| Ok(key.to_owned()));
        assert_eq!(met, [keys.as_slice(), &[Err(Error::Unavailable)]].concat());
    }
}
