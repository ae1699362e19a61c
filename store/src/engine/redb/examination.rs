//! Reading all of a workspace that may be damaged, and saying what is wrong with it.

use std::fmt;

use redb::{
    AccessGuard, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, StorageBackend, TableError,
    TableHandle,
};

use super::Sharing;
use super::backend::Backend;
use super::database::{builder, database_file, is_held};
use super::large_file::{ChunkReader, Identity};
use super::large_files::file_name;
use super::layout::Layout;
use super::meta::{Contents, META, ReadMeta};
use super::overlay::Overlay;
use super::tables::{Definition, Expiring, Names};
use super::trouble::{Contained, Trouble, contain};
use super::writer_mark::{held_by_other, read_mark};
use crate::damage::Damage;
use crate::dir::{Dir, Mode};
use crate::engine::{LargeName, Stamp};
use crate::error::{Error, Fault};
use crate::expiry::Expiry;
use crate::key::Key;
use crate::store_id::StoreId;
use crate::usage::Held;
use crate::value::{self, Content, Seal, Spot};
use crate::workspace_id::WorkspaceId;

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

const FLAGS_AT: u64 = 9;
const SECOND_IS_PRIMARY: u8 = 1;
/// How much of a large value is read at a time.
const PIECE_BYTES: usize = 1024 * 1024;

/// A value that is whole.
pub(super) struct Whole<'a> {
    pub store: &'a StoreId,
    pub key: &'a Key<'a>,
    pub stamp: Stamp,
    pub large: Option<LargeName>,
    /// As it stands in the database.
    pub stored: &'a [u8],
}

/// A database to be read, and what was wrong with it so far.
pub(super) struct Examination<'a> {
    layout: &'a Layout,
    id: &'a WorkspaceId,
    pub seal: Seal,
    pub damage: Vec<Damage>,
    // In the order in which they go.
    pub transaction: ReadTransaction,
    _database: Box<dyn Send>,
}

impl<'a> Examination<'a> {
    /// Begins with the workspace in `dir`. Changes nothing in it.
    pub fn begin(layout: &'a Layout, id: &'a WorkspaceId, dir: &Dir) -> Result<Self, Error> {
        let mut damage = Vec::new();
        let (transaction, database) = match beside_a_writer(id, dir)? {
            Some(read) => read,
            None => alone(id, dir, &mut damage)?,
        };
        let known = contain(|| {
            let meta = transaction.open_table(META)?;
            Ok((ReadMeta::name(&meta)?, meta.seal()?))
        });
        let (name, seal) = known.map_err(|trouble| trouble.into_error(id))?;
        if name != id.as_str() {
            let what = format!("its database is that of workspace '{}'", name.escape_default());
            return Err(Error::Unavailable(Fault::Damaged { workspace: id.to_string(), what }));
        }
        Ok(Self { layout, id, seal, damage, transaction, _database: database })
    }

    /// Shows every value that is whole.
    pub fn walk(&mut self, mut show: impl FnMut(&Whole) -> Result<(), Error>) -> Result<(), Error> {
        for store in self.stores() {
            self.walk_store(&store, &mut show)?;
        }
        Ok(())
    }

    /// The stores that have a table or are counted.
    fn stores(&mut self) -> Vec<StoreId> {
        let listed = contain(|| {
            let tables = self.transaction.list_tables()?;
            Ok(tables.filter_map(|table| parse_store(table.name())).collect::<Vec<_>>())
        });
        let counted = contain(|| self.transaction.open_table(META)?.stores());
        for trouble in [listed.as_ref().err(), counted.as_ref().err()].into_iter().flatten() {
            self.damage
                .push(Damage::of_workspace(format!("not every store can be listed: {}", told(trouble, self.id))));
        }
        let counted = counted.unwrap_or_default().into_iter().map(|(store, _)| store);
        let mut stores: Vec<_> = listed.unwrap_or_default().into_iter().chain(counted).collect();
        stores.sort();
        stores.dedup();
        stores
    }

    fn walk_store(&mut self, store: &StoreId, show: &mut impl FnMut(&Whole) -> Result<(), Error>) -> Result<(), Error> {
        let names = Names::of(store);
        let tables =
            contain(|| Ok((self.open(names.rows())?, self.open(names.expiring())?, self.open(names.large())?)));
        let (rows, expiring, large) = match tables {
            Ok(tables) => tables,
            Err(trouble) => {
                let what = format!("its keys cannot be read: {}", told(&trouble, self.id));
                self.damage.push(Damage::of_store(store, what));
                return Ok(());
            }
        };
        let (mut found, before) = (Contents::default(), self.damage.len());
        if let Some(rows) = rows {
            let whole = each_row(&rows, |key, stored| {
                let Ok(text) = str::from_utf8(key) else {
                    self.damage.push(Damage::of_store(store, "a key is not text"));
                    return Ok(());
                };
                let key = Key::trusted(text);
                match self.judge(store, &key, stored, expiring.as_ref(), large.as_ref()) {
                    Ok((stamp, large)) => {
                        found.held = found.held.plus(Held::of(&key, stamp.bytes));
                        found.expiring += u64::from(stamp.expiry != Expiry::NEVER);
                        found.large += u64::from(large.is_some());
                        show(&Whole { store, key: &key, stamp, large, stored })
                    }
                    Err(what) => {
                        self.damage.push(Damage::of_key(store, text, what));
                        Ok(())
                    }
                }
            })?;
            if !whole {
                self.damage.push(Damage::of_store(store, "some of its keys cannot be read"));
            }
        }
        if self.damage.len() == before {
            self.compare_counts(store, found, [expiring, large]);
        }
        Ok(())
    }

    /// Where nothing else is wrong with a store, it is counted right.
    fn compare_counts(&mut self, store: &StoreId, found: Contents, notes: [Option<Table>; 2]) {
        let counted = contain(|| self.transaction.open_table(META)?.contents(store)).unwrap_or_default();
        if counted != found {
            let (Held { bytes, keys }, counted) = (found.held, counted.held);
            let what = format!(
                "counted are {} bytes and {} keys, but it holds {bytes} and {keys}",
                counted.bytes, counted.keys
            );
            self.damage.push(Damage::of_store(store, what));
        }
        for (notes, expected, what) in
            [(&notes[0], found.expiring, "what expires"), (&notes[1], found.large, "its large values")]
        {
            let mut noted = 0;
            let whole = notes.as_ref().map_or(Ok(true), |notes| {
                each_row(notes, |_, _| {
                    noted += 1;
                    Ok(())
                })
            });
            if !matches!(whole, Ok(true)) || noted != expected {
                self.damage.push(Damage::of_store(store, format!("the notes of {what} are wrong")));
            }
        }
    }

    /// What is known of a value, and its file if it is large; or what is wrong with it.
    fn judge(
        &self,
        store: &StoreId,
        key: &Key,
        stored: &[u8],
        expiring: Option<&Table>,
        large: Option<&Table>,
    ) -> Result<(Stamp, Option<LargeName>), String> {
        let spot = Spot { seal: &self.seal, store, key };
        let header = value::header(&spot, stored).map_err(|value::Damage| "its header is damaged")?;
        let stamp = header.stamp;
        let name = match header.content().map_err(|value::Damage| "its value is damaged")? {
            Content::Small(_) => None,
            Content::Large(name) => Some(name),
        };
        if let Some(name) = name {
            self.judge_file(name, stamp.bytes)?;
        }
        if stamp.expiry != Expiry::NEVER && !has(expiring, &Expiring::row(stamp.expiry, key)) {
            return Err("it is not noted among what expires".to_owned());
        }
        if name.is_some_and(|name| !has(large, &name)) {
            return Err("it is not noted among the large values".to_owned());
        }
        Ok((stamp, name))
    }

    /// Reads the file of a large value, or says what is wrong with it.
    fn judge_file(&self, name: LargeName, bytes: u64) -> Result<(), String> {
        let cannot = |error: &dyn fmt::Display| format!("the file of its value cannot be read: {error}");
        let file = self.layout.open_large(self.id, &file_name(name)).map_err(|error| cannot(&error))?;
        let file = file.ok_or("the file of its value is missing")?;
        let mut chunks = ChunkReader::new(file, Identity { seal: self.seal, name }, bytes);
        let mut offset = 0;
        while offset < bytes {
            let piece = chunks.read(offset, PIECE_BYTES).map_err(|error| cannot(&error))?;
            offset += piece.ok_or("the file of its value is damaged")?.len() as u64;
        }
        Ok(())
    }

    fn open(&self, definition: Definition) -> Result<Option<Table>, Trouble> {
        match self.transaction.open_table(definition) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A database that is open, and what is read of it.
type Read = (ReadTransaction, Box<dyn Send>);

/// Reads beside a process that writes; none where there is none.
fn beside_a_writer(id: &WorkspaceId, dir: &Dir) -> Result<Option<Read>, Error> {
    if read_mark(dir)?.is_none() {
        return Ok(None);
    }
    let (file, _) = database_file(dir, id, Mode::Read)?;
    match contain(|| Ok(builder(Sharing::ReadersBeside).open_read_only_with_backend(Backend::beside_a_writer(file)?))) {
        Ok(Ok(database)) => Ok(contain(|| read(database)).ok()),
        Ok(Err(error)) if is_held(&error) => Err(held_by_other(dir, id)),
        // The mark was left behind.
        _ => Ok(None),
    }
}

/// Reads what nobody writes; what opening would write stays in memory.
fn alone(id: &WorkspaceId, dir: &Dir, damage: &mut Vec<Damage>) -> Result<Read, Error> {
    let opened = contain(|| {
        let database = builder(Sharing::Exclusive).create_with_backend(overlay(id, dir)?)?;
        read(database)
    });
    let trouble = match opened {
        Ok(read) => return Ok(read),
        Err(trouble) => trouble,
    };
    damage.push(Damage::of_workspace(format!("its database does not open: {}", told(&trouble, id))));
    // Whatever is wrong with the pages that opening needs, others may be well: one of the two states that redb keeps is read
    // as if it had been closed.
    for flags in [None, Some(0), Some(SECOND_IS_PRIMARY)] {
        let as_closed = contain(|| {
            let overlay = overlay(id, dir)?;
            let mut found = [0];
            overlay.read(FLAGS_AT, &mut found).map_err(Trouble::Io)?;
            let flags = flags.unwrap_or(found[0] & SECOND_IS_PRIMARY);
            overlay.write(FLAGS_AT, &[flags]).map_err(Trouble::Io)?;
            let (transaction, database) = read(builder(Sharing::ReadersBeside).open_read_only_with_backend(overlay)?)?;
            transaction.open_table(META)?.seal()?;
            Ok((transaction, database))
        });
        if let Ok(read) = as_closed {
            return Ok(read);
        }
    }
    Err(trouble.into_error(id))
}

fn overlay(id: &WorkspaceId, dir: &Dir) -> Result<Overlay, Trouble> {
    let (file, _) = database_file(dir, id, Mode::Read)?;
    Overlay::new(Backend::new(file)?).map_err(Trouble::Io)
}

fn read<D: ReadableDatabase + Send + 'static>(database: D) -> Result<Read, Trouble> {
    let transaction = database.begin_read()?;
    Ok((transaction, Box::new(Contained::new(database))))
}

/// Shows the rows of a table, from its start and then, where some cannot be read, from its end; whether that was all.
fn each_row(table: &Table, mut show: impl FnMut(&[u8], &[u8]) -> Result<(), Error>) -> Result<bool, Error> {
    let Ok(mut rows) = contain(|| Ok(table.iter()?)) else { return Ok(false) };
    let mut seen: Option<Vec<u8>> = None;
    loop {
        let next = contain(|| rows.next().map(|row| row.map(owned).map_err(Trouble::from)).transpose());
        match next {
            Ok(None) => return Ok(true),
            Ok(Some((key, stored))) if seen.as_ref().is_none_or(|seen| *seen < key) => {
                show(&key, &stored)?;
                seen = Some(key);
            }
            _ => break,
        }
    }
    let Ok(mut rows) = contain(|| Ok(table.iter()?)) else { return Ok(false) };
    let mut last: Option<Vec<u8>> = None;
    loop {
        let next = contain(|| rows.next_back().map(|row| row.map(owned).map_err(Trouble::from)).transpose());
        let Ok(Some((key, stored))) = next else { return Ok(false) };
        if last.as_ref().is_some_and(|last| *last <= key) || seen.as_ref().is_some_and(|seen| *seen >= key) {
            return Ok(false);
        }
        show(&key, &stored)?;
        last = Some(key);
    }
}

fn owned((key, value): (AccessGuard<&[u8]>, AccessGuard<&[u8]>)) -> (Vec<u8>, Vec<u8>) {
    (key.value().to_vec(), value.value().to_vec())
}

fn has(table: Option<&Table>, key: &[u8]) -> bool {
    table.is_some_and(|table| contain(|| Ok(table.get(key)?.is_some())).unwrap_or(false))
}

fn parse_store(name: &str) -> Option<StoreId> {
    match name.strip_prefix("p/") {
        Some(plugin) => plugin.parse().ok().map(StoreId::Private),
        None => (name == "s").then_some(StoreId::Shared),
    }
}

/// What the engine says is wrong.
fn told(trouble: &Trouble, id: &WorkspaceId) -> String {
    match trouble {
        Trouble::Damaged(what) | Trouble::Engine(what) => what.clone(),
        Trouble::Io(error) => error.to_string(),
        Trouble::Answer(Error::Unavailable(Fault::Damaged { what, .. })) => what.clone(),
        Trouble::Answer(error) => error.to_string().replace(&format!("workspace '{id}'"), "it"),
    }
}
