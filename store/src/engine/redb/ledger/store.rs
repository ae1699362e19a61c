//! The tables of a store in a transaction, and what it holds.

use redb::{ReadableTable, Table, WriteTransaction};

use crate::engine::redb::meta::Contents;
use crate::engine::redb::tables::{Definition, Expiring, Names, first_after_all, large_name};
use crate::engine::redb::trouble::Trouble;
use crate::engine::{Body, LargeName, Put, Stamp};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::value::{self, Content, HEADER_BYTES, Seal, Spot};
use crate::version::Version;

pub(super) struct Store<'t> {
    id: StoreId,
    seal: &'t Seal,
    transaction: &'t WriteTransaction,
    names: Names,
    pub rows: Rows<'t>,
    pub expiring: Option<Rows<'t>>,
    large: Option<Rows<'t>>,
    /// What it holds is counted by the caller, but for what has expired.
    pub contents: Contents,
}

type Rows<'t> = Table<'t, &'static [u8], &'static [u8]>;

/// A large value that a transaction needs no longer.
type Freed = Option<LargeName>;
/// One that it needs from now on, and how large it is.
type Adopted = Option<(LargeName, u64)>;

/// What is noted of a row in the tables beside.
struct Note {
    expiry: Expiry,
    large: Option<LargeName>,
}

impl<'t> Store<'t> {
    pub fn open(
        transaction: &'t WriteTransaction,
        seal: &'t Seal,
        id: &StoreId,
        contents: Contents,
    ) -> Result<Self, Trouble> {
        let names = Names::of(id);
        let rows = transaction.open_table(names.rows())?;
        Ok(Self { id: id.clone(), seal, transaction, names, rows, expiring: None, large: None, contents })
    }

    /// Puts a value in the place of what is there.
    pub fn put(&mut self, key: &Key, put: &Put, version: Version) -> Result<(Freed, Adopted), Trouble> {
        // Without notes of what is there, it is simply replaced.
        let freed = if self.has_notes() { self.remove(key)? } else { None };
        let bytes = put.body.bytes();
        let stamp = Stamp { version: put.version.unwrap_or(version), expiry: put.expiry, bytes };
        let (name, content) = match &put.body {
            Body::Small(value) => (None, Content::Small(value)),
            Body::Large(large) => (Some(large.name()), Content::Large(large.name())),
        };
        let mut stored = self.rows.insert_reserve(key.as_bytes(), HEADER_BYTES + content.bytes())?;
        value::write(&Spot { seal: self.seal, store: &self.id, key }, stamp, &content, stored.as_mut());
        drop(stored);
        if put.expiry != Expiry::NEVER {
            self.contents.expiring += 1;
            let row = Expiring::row(put.expiry, key);
            self.expiring()?.insert(row.as_slice(), bytes.to_le_bytes().as_slice())?;
        }
        if let Some(name) = name {
            self.contents.large += 1;
            self.large()?.insert(name.as_slice(), bytes.to_le_bytes().as_slice())?;
        }
        Ok((freed, name.map(|name| (name, bytes))))
    }

    /// Removes a row with what is noted of it.
    pub fn remove(&mut self, key: &Key) -> Result<Freed, Trouble> {
        let Some(removed) = self.rows.remove(key.as_bytes())? else { return Ok(None) };
        let note = Note::of(&Spot { seal: self.seal, store: &self.id, key }, removed.value());
        drop(removed);
        if let Some(note) = &note {
            self.forget(key, note)?;
        }
        Ok(note.and_then(|note| note.large))
    }

    /// Removes the rows of all keys that start with `prefix`, but for those that have expired.
    pub fn remove_all(&mut self, prefix: &Key, now: Moment) -> Result<Vec<LargeName>, Trouble> {
        let (has_notes, seal, id) = (self.has_notes(), self.seal, &self.id);
        let mut notes = Vec::new();
        let end = first_after_all(prefix);
        self.rows.retain_in::<&[u8], _>(prefix.as_bytes()..end.as_slice(), |key, stored| {
            let Some(text) = str::from_utf8(key).ok().filter(|_| has_notes) else { return false };
            let key = Key::trusted(text);
            let Some(note) = Note::of(&Spot { seal, store: id, key: &key }, stored) else { return false };
            let has_expired = now.has_passed(note.expiry);
            if !has_expired {
                notes.push((key.into_owned(), note));
            }
            has_expired
        })?;
        notes.iter().try_for_each(|(key, note)| self.forget(key, note))?;
        Ok(notes.into_iter().filter_map(|(_, note)| note.large).collect())
    }

    /// Removes at most so many keys that have expired; how many there were.
    pub fn remove_expired(&mut self, most: u64, now: Moment) -> Result<(u64, Vec<LargeName>), Trouble> {
        let mut doomed = Vec::new();
        for row in self.expiring()?.iter()?.take(usize::try_from(most).unwrap_or(usize::MAX)) {
            let (key, bytes) = row?;
            let row = Expiring::parse(key.value(), bytes.value())?;
            if !now.has_passed(row.expiry) {
                break;
            }
            doomed.push(row);
        }
        let mut freed = Vec::new();
        for row in &doomed {
            freed.extend(self.remove_if_expires_at(row)?);
        }
        Ok((doomed.len() as u64, freed))
    }

    /// Removes a key that has expired; where the note of it is wrong, as the value was damaged once, the note alone.
    fn remove_if_expires_at(&mut self, noted: &Expiring) -> Result<Freed, Trouble> {
        let spot = Spot { seal: self.seal, store: &self.id, key: &noted.key };
        let right = match self.rows.get(noted.key.as_bytes())? {
            Some(stored) => {
                value::header(&spot, stored.value()).is_ok_and(|header| header.stamp.expiry == noted.expiry)
            }
            None => false,
        };
        if right {
            let freed = self.remove(&noted.key)?;
            self.contents.held = self.contents.held.minus(noted.held());
            Ok(freed)
        } else {
            self.forget(&noted.key, &Note { expiry: noted.expiry, large: None })?;
            Ok(None)
        }
    }

    /// The names of all its large values.
    pub fn large_names(&mut self) -> Result<Vec<LargeName>, Trouble> {
        if self.contents.large == 0 {
            return Ok(Vec::new());
        }
        self.large()?.iter()?.map(|row| large_name(row?.0.value())).collect()
    }

    /// Whether it has values of which something is noted.
    fn has_notes(&self) -> bool {
        self.contents.expiring > 0 || self.contents.large > 0
    }

    fn forget(&mut self, key: &Key, note: &Note) -> Result<(), Trouble> {
        if note.expiry != Expiry::NEVER {
            self.contents.expiring = self.contents.expiring.saturating_sub(1);
            self.expiring()?.remove(Expiring::row(note.expiry, key).as_slice())?;
        }
        if let Some(name) = note.large {
            self.contents.large = self.contents.large.saturating_sub(1);
            self.large()?.remove(name.as_slice())?;
        }
        Ok(())
    }

    fn expiring(&mut self) -> Result<&mut Rows<'t>, Trouble> {
        beside(&mut self.expiring, self.transaction, self.names.expiring())
    }

    fn large(&mut self) -> Result<&mut Rows<'t>, Trouble> {
        beside(&mut self.large, self.transaction, self.names.large())
    }
}

impl Note {
    /// None where there is none. Of a damaged value nothing is known: its notes are swept with what expires, or with the store.
    fn of(spot: &Spot, stored: &[u8]) -> Option<Self> {
        let header = value::header(spot, stored).ok()?;
        let expiry = header.stamp.expiry;
        let large = match header.content() {
            Ok(Content::Large(name)) => Some(name),
            _ => None,
        };
        (expiry != Expiry::NEVER || large.is_some()).then_some(Self { expiry, large })
    }
}

/// One of the tables that most stores do not need, opened.
fn beside<'a, 't>(
    table: &'a mut Option<Rows<'t>>,
    transaction: &'t WriteTransaction,
    definition: Definition,
) -> Result<&'a mut Rows<'t>, Trouble> {
    Ok(match table {
        Some(table) => table,
        None => table.insert(transaction.open_table(definition)?),
    })
}
