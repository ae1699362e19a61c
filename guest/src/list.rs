use std::iter::FusedIterator;
use std::vec;

use crate::Error;

/// All that starts with a prefix, in byte order: what `list` and `list_items` give.
///
/// It asks for a page when the one before is used up. After an error it ends.
#[derive(Clone, Debug)]
pub struct List<T> {
    prefix: String,
    fetch: Fetch<T>,
    page: vec::IntoIter<T>,
    rest: Rest,
}

/// Fetches a page of what has a prefix and comes after a position; gives also the position of the page that follows.
type Fetch<T> = fn(&str, Option<&str>) -> Result<(Vec<T>, Option<String>), Error>;

/// Where the next page begins.
#[derive(Clone, Debug)]
enum Rest {
    FromTheStart,
    After(String),
    Nothing,
}

impl<T> List<T> {
    pub(crate) fn new(prefix: String, fetch: Fetch<T>) -> Self {
        Self { prefix, fetch, page: Vec::new().into_iter(), rest: Rest::FromTheStart }
    }
}

impl<T> Iterator for List<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(next) = self.page.next() {
                return Some(Ok(next));
            }
            let page = match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::FromTheStart => (self.fetch)(&self.prefix, None),
                Rest::After(position) => (self.fetch)(&self.prefix, Some(&position)),
                Rest::Nothing => return None,
            };
            match page {
                Ok((page, next)) => {
                    self.page = page.into_iter();
                    self.rest = next.map_or(Rest::Nothing, Rest::After);
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T> FusedIterator for List<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(keys: &[&str], next: Option<&str>) -> Result<(Vec<String>, Option<String>), Error> {
        Ok((keys.iter().map(|&key| key.to_owned()).collect(), next.map(str::to_owned)))
    }

    #[test]
    fn every_page_is_asked_for_once_and_an_error_ends_the_list() {
        let fetch: Fetch<String> = |prefix, after| match after {
            None => page(&["n/1", "n/2"], Some("n/2")),
            Some("n/2") => page(&["n/3"], Some("n/3")),
            Some("n/3") => Err(Error::Unavailable),
            Some(other) => panic!("asked for {prefix} after {other}"),
        };
        let met: Vec<_> = List::new("n/".to_owned(), fetch).take(10).collect();
        let keys = ["n/1", "n/2", "n/3"].map(|key| Ok(key.to_owned()));
        assert_eq!(met, [keys.as_slice(), &[Err(Error::Unavailable)]].concat());
    }
}
