use super::book::Write;
use super::call::Expect;
use super::content::Content;
use super::effect::{Effect, Step};
use super::values::{Place, Stored};

/// A value as it was when opened.
#[derive(Debug)]
pub struct OpenReader {
    pub value: Stored,
    /// Where that was committed; none for what a whole call has written itself.
    pub committed_at: Option<Place>,
}

/// A value being written.
#[derive(Debug)]
pub struct OpenWriter {
    pub place: Place,
    pub expect: Option<Expect>,
    pub expires_at_ms: Option<u64>,
    pub bytes: Vec<u8>,
    /// What is kept free for it.
    pub reserved: u64,
}

impl OpenWriter {
    pub fn new(place: Place, expect: Option<Expect>, expires_at_ms: Option<u64>) -> Self {
        Self { place, expect, expires_at_ms, bytes: Vec::new(), reserved: 0 }
    }

    /// What would be there if it were finished with one more chunk.
    pub fn room_for(&self, chunk: Content) -> Effect {
        let value = [&self.bytes[..], &chunk.bytes()].concat().into();
        Effect(vec![(self.place.clone(), Step::Put(Stored { value, write: Write::NONE, expires_at_ms: None }))])
    }

    /// Appends, and keeps so much free for it, if there was as much.
    pub fn append(&mut self, chunk: Content, room: Option<u64>) {
        self.bytes.extend(chunk.bytes());
        self.reserved = room.unwrap_or(self.reserved);
    }
}
