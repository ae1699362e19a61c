//! Reading all of a workspace that may be damaged, and saying what is wrong with it.

use std::collections::BTreeMap;

use redb::{ReadTransaction, ReadableDatabase, StorageBackend, TableError, TableHandle};

use super::Sharing;
use super::backend::Backend;
use super::database::{builder, database_file, is_held};
use super::large_file::{ChunkReader, Identity};
use super::large_files::file_name;
use super::layout::Layout;
use super::meta::{COMMIT, Contents, LATEST, META, ReadMeta, VERSIONS};
use super::overlay::Overlay;
use super::page_format::{FLAGS, SECOND_IS_PRIMARY};
use super::scan::{Rows, scan};
use super::signposts::Signposts;
use super::tables::{DISCARDED, Definition, Expiring, Names};
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
    signposts: Signposts<'a>,
    pub seal: Seal,
    pub damage: Vec<Damage>,
    /// What the values that are whole amount to, by store.
    pub found: BTreeMap<StoreId, Contents>,
    /// The highest version among them.
    pub highest: u64,
    // In the order in which they go.
    pub transaction: ReadTransaction,
    _database: Box<dyn Send>,
}

impl<'a> Examination<'a> {
    /// Begins with the workspace in `dir`. Changes nothing in it.
    pub fn begin(layout: &'a Layout, id: &'a WorkspaceId, dir: &'a Dir) -> Result<Self, Error> {
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
        let (found, highest) = Default::default();
        let signposts = Signposts::of(dir);
        Ok(Self { layout, id, signposts, seal, damage, found, highest, transaction, _database: database })
    }

    /// Shows every value that is whole.
    pub fn walk(&mut self, mut show: impl FnMut(&Whole) -> Result<(), Error>) -> Result<(), Error> {
        for store in self.stores() {
            self.walk_store(&store, &mut show)?;
        }
        if self.damage.is_empty() {
            self.compare_totals();
        }
        self.walk_discarded()
    }

    /// What all values that are whole amount to.
    pub fn held(&self) -> Held {
        self.found.values().fold(Held::default(), |held, contents| held.plus(contents.held))
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
        let (rows, expiring, large_notes) = match tables {
            Ok(tables) => tables,
            Err(trouble) => {
                let what = format!("its keys cannot be read: {}", told(&trouble, self.id));
                self.damage.push(Damage::of_store(store, what));
                return Ok(());
            }
        };
        let (mut found, mut highest, before) = (Contents::default(), self.highest, self.damage.len());
        if let Some(rows) = rows {
            let mut damage = Vec::new();
            let whole = scan(&rows, &self.signposts, |key, stored| {
                let Ok(text) = str::from_utf8(key) else {
                    damage.push(Damage::of_store(store, "a key is not text"));
                    return Ok(());
                };
                let key = Key::trusted(text);
                let (stamp, large) = match self.judge(store, &key, stored)? {
                    Ok(whole) => whole,
                    Err(what) => {
                        damage.push(Damage::of_key(store, text, what));
                        return Ok(());
                    }
                };
                // Its notes can be made anew.
                damage.extend(
                    unnoted(&key, stamp, large, expiring.as_ref(), large_notes.as_ref())
                        .map(|what| Damage::of_key(store, text, what)),
                );
                found.add(&key, stamp, large.is_some());
                highest = highest.max(stamp.version.into());
                show(&Whole { store, key: &key, stamp, large, stored })
            })?;
            self.damage.extend(damage);
            if !whole {
                self.damage.push(Damage::of_store(store, "some of its keys cannot be read"));
            }
        }
        self.found.insert(store.clone(), found);
        self.highest = highest;
        if self.damage.len() == before {
            self.compare_counts(store, found, [expiring, large_notes]);
        }
        Ok(())
    }

    /// Reads what stores had before they were emptied, which is to be freed.
    fn walk_discarded(&mut self) -> Result<(), Error> {
        let names = contain(|| {
            let noted = self.transaction.open_table(META)?.discarded()?.collect::<Result<Vec<_>, _>>()?;
            let tables = self.transaction.list_tables()?.map(|table| table.name().to_owned());
            let names: Vec<_> = tables.filter(|name| name.starts_with(DISCARDED)).collect();
            Ok((noted == names, names))
        });
        let (mut whole, names) = names.unwrap_or_default();
        for name in &names {
            let rows = contain(|| self.open(Definition::new(name))).unwrap_or_default();
            whole &= rows.map_or(Ok(false), |rows| scan(&rows, &self.signposts, |_, _| Ok(())))?;
        }
        if !whole {
            let what = "what stores had before they were emptied cannot all be freed";
            self.damage.push(Damage::of_workspace(what));
        }
        Ok(())
    }

    /// Where nothing else is wrong with a store, it is counted right.
    fn compare_counts(&mut self, store: &StoreId, found: Contents, notes: [Option<Rows>; 2]) {
        let counted = contain(|| self.transaction.open_table(META)?.contents(store)).unwrap_or_default();
        if counted != found {
            self.damage.push(Damage::of_store(store, miscounted(counted.held, found.held)));
        }
        for (notes, expected, what) in
            [(&notes[0], found.expiring, "what expires"), (&notes[1], found.large, "its large values")]
        {
            let mut noted = 0;
            let whole = notes.as_ref().map_or(Ok(true), |notes| {
                scan(notes, &self.signposts, |_, _| {
                    noted += 1;
                    Ok(())
                })
            });
            if !matches!(whole, Ok(true)) || noted != expected {
                self.damage.push(Damage::of_store(store, format!("the notes of {what} are wrong")));
            }
        }
    }

    /// Where every store is as it should be, the workspace says of itself what is so.
    fn compare_totals(&mut self) {
        let said = contain(|| {
            let meta = self.transaction.open_table(META)?;
            Ok((meta.held()?, meta.number(VERSIONS)?, meta.number(COMMIT)?, meta.number(LATEST)?))
        });
        match said {
            Err(trouble) => self.damage.push(Damage::of_workspace(told(&trouble, self.id))),
            Ok((held, versions, ..)) => {
                if held != self.held() {
                    self.damage.push(Damage::of_workspace(miscounted(held, self.held())));
                }
                if versions <= self.highest {
                    let what = format!("its next version is {versions}, but a value has {}", self.highest);
                    self.damage.push(Damage::of_workspace(what));
                }
            }
        }
    }

    /// What is known of a value, and its file if it is large; or what is wrong with it.
    ///
    /// # Errors
    ///
    /// Where that cannot be found out, which says nothing of the value.
    fn judge(
        &self,
        store: &StoreId,
        key: &Key,
        stored: &[u8],
    ) -> Result<Result<(Stamp, Option<LargeName>), String>, Error> {
        let spot = Spot { seal: &self.seal, store, key };
        let Ok(header) = value::header(&spot, stored) else { return Ok(Err("its header is damaged".to_owned())) };
        let name = match header.content() {
            Ok(Content::Small(_)) => None,
            Ok(Content::Large(name)) => Some(name),
            Err(value::Damage) => return Ok(Err("its value is damaged".to_owned())),
        };
        let stamp = header.stamp;
        let flaw = name.map_or(Ok(None), |name| self.flaw_of_file(name, stamp.bytes))?;
        Ok(flaw.map_or(Ok((stamp, name)), Err))
    }

    /// Reads the file of a large value; what is wrong with it, if anything.
    fn flaw_of_file(&self, name: LargeName, bytes: u64) -> Result<Option<String>, Error> {
        let file = match self.layout.open_large(self.id, &file_name(name)) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(Some("the file of its value is missing".to_owned())),
            Err(Error::Unavailable(fault @ Fault::NotRegular { .. })) => return Ok(Some(fault.to_string())),
            Err(error) => return Err(error),
        };
        let mut chunks = ChunkReader::new(file, Identity { seal: self.seal, name }, bytes);
        let mut offset = 0;
        while offset < bytes {
            // What cannot be read a second time either is taken for lost.
            let piece = chunks.read(offset, PIECE_BYTES).or_else(|_| chunks.read(offset, PIECE_BYTES));
            match piece {
                Ok(Some(piece)) => offset += piece.len() as u64,
                Ok(None) => return Ok(Some("the file of its value is damaged".to_owned())),
                Err(error) => return Ok(Some(format!("the file of its value cannot be read: {error}"))),
            }
        }
        Ok(None)
    }

    fn open(&self, definition: Definition) -> Result<Option<Rows>, Trouble> {
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
    let opened = contain(|| {
        let backend = Backend::beside_a_writer(file)?;
        backend.state.unread.accept();
        Ok(builder(Sharing::ReadersBeside).open_read_only_with_backend(backend))
    });
    match opened {
        Ok(Ok(database)) => Ok(contain(|| read(database)).ok()),
        Ok(Err(error)) if is_held(&error) => Err(held_by_other(dir, id)),
        // The mark was left behind.
        _ => Ok(None),
    }
}

/// Reads what nobody writes; what opening would write stays in memory.
fn alone(id: &WorkspaceId, dir: &Dir, damage: &mut Vec<Damage>) -> Result<Read, Error> {
    let opened = contain(|| {
        let overlay = overlay(id, dir)?;
        let unread = overlay.unread().clone();
        let read = read(builder(Sharing::Exclusive).create_with_backend(overlay)?)?;
        unread.accept();
        Ok(read)
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
            overlay.unread().accept();
            let mut found = [0];
            overlay.read(FLAGS as u64, &mut found).map_err(Trouble::Io)?;
            let flags = flags.unwrap_or(found[0] & SECOND_IS_PRIMARY);
            overlay.write(FLAGS as u64, &[flags]).map_err(Trouble::Io)?;
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

/// Where a value that is whole should be noted and is not.
fn unnoted(
    key: &Key,
    stamp: Stamp,
    large: Option<LargeName>,
    expiring: Option<&Rows>,
    large_notes: Option<&Rows>,
) -> Option<&'static str> {
    if stamp.expiry != Expiry::NEVER && !has(expiring, &Expiring::row(stamp.expiry, key)) {
        return Some("it is not noted among what expires");
    }
    large.is_some_and(|name| !has(large_notes, &name)).then_some("it is not noted among the large values")
}

fn miscounted(counted: Held, found: Held) -> String {
    format!(
        "counted are {} bytes and {} keys, but it holds {} and {}",
        counted.bytes, counted.keys, found.bytes, found.keys
    )
}

fn has(table: Option<&Rows>, key: &[u8]) -> bool {
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
