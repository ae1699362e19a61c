use larder_store::{Error, StoreId};

use super::answer::Answer;
use super::book::Write;
use super::effect::Effect;
use super::values::Place;

/// What a call may come to, where no whole call is in conflict.
#[derive(Debug, Default)]
pub struct Expected {
    /// The answer, unless one of the refusals must come.
    pub answer: Option<Answer<Write>>,
    /// Any of them is right where several limits are passed at once.
    pub refusals: Vec<Error>,
    /// What it changes, if it is answered.
    pub effect: Effect,
    /// What a whole call has learnt from it.
    pub reads: Vec<Read>,
    /// What it looked at and need not be so any more in the end.
    pub glances: Vec<Read>,
}

/// What an answer depends on.
#[derive(Clone, Debug)]
pub enum Read {
    Key(Place),
    /// A listing as far as it went; with its values or its keys alone.
    Range {
        store: StoreId,
        prefix: String,
        after: Option<String>,
        to: Option<String>,
        values: bool,
    },
}

impl Read {
    /// All keys of a store.
    pub fn all(store: StoreId) -> Self {
        Self::Range { store, prefix: String::new(), after: None, to: None, values: true }
    }
}

impl Expected {
    pub fn answer(answer: Answer<Write>) -> Self {
        Self { answer: Some(answer), ..Self::default() }
    }

    pub fn refused(refusals: Vec<Error>) -> Self {
        Self { refusals, ..Self::default() }
    }

    pub fn reading(mut self, reads: impl IntoIterator<Item = Read>) -> Self {
        self.reads.extend(reads);
        self
    }

    pub fn changing(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    pub fn refuses(&self, why: &str) -> bool {
        self.refusals.iter().any(|refusal| format!("{refusal:?}") == why)
    }
}
