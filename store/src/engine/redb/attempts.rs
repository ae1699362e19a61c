//! What is tried of many things one after another, and given up where damage is in the way of it.

use std::collections::BTreeSet;

pub(super) struct Attempts<T> {
    trying: Option<T>,
    given_up: BTreeSet<T>,
}

impl<T: Ord> Attempts<T> {
    pub fn begin(&mut self, what: T) {
        self.trying = Some(what);
    }

    pub fn end(&mut self) {
        self.trying = None;
    }

    /// After a failure: gives up what was being tried; whether there was anything.
    pub fn give_up(&mut self) -> bool {
        self.trying.take().is_some_and(|what| self.given_up.insert(what))
    }

    pub fn gave_up(&self, what: &T) -> bool {
        self.given_up.contains(what)
    }

    pub fn gave_up_any(&self) -> bool {
        !self.given_up.is_empty()
    }

    /// From now on all are tried again.
    pub fn retry_all(&mut self) {
        self.given_up.clear();
    }
}

impl<T> Default for Attempts<T> {
    fn default() -> Self {
        Self { trying: None, given_up: BTreeSet::new() }
    }
}
