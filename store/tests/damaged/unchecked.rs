//! A reader that believes whatever it finds.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use redb::{ReadOnlyDatabase, ReadableDatabase, ReadableTable, TableDefinition};

use super::answers::{Class, Tally};
use super::world::{HURT, Left, World};
use crate::support::damage::Victim;
use crate::support::{Random, database};

/// What stands before each value.
const HEADER_BYTES: usize = 41;

/// What it makes of damaged databases.
pub fn read_mutants(count: u64) -> Tally {
    let world = World::new(Left::Closed);
    let mut tally = Tally::default();
    for number in 0..count {
        if let (Victim::Database, mutant) = world.damage(&mut Random(number)) {
            for plugin in ["a", "b"] {
                // A panic is an error of a kind.
                let _ = catch_unwind(AssertUnwindSafe(|| read(&world, plugin, &mutant, &mut tally)));
            }
        }
    }
    tally
}

fn read(world: &World, plugin: &str, mutant: &str, tally: &mut Tally) -> Result<(), redb::Error> {
    let database = ReadOnlyDatabase::open(database(world.path(), HURT))?;
    let name = format!("p/{plugin}");
    let rows = database.begin_read()?.open_table(TableDefinition::<&[u8], &[u8]>::new(&name))?;
    let mut seen = BTreeSet::new();
    for row in rows.iter()? {
        let (key, value) = row?;
        let key = String::from_utf8_lossy(key.value()).into_owned();
        let bytes = value.value().get(HEADER_BYTES..).unwrap_or_default().to_vec();
        let class = match world.contents.value(plugin, &key) {
            // What is large stands elsewhere.
            _ if key == "large" => Class::Right,
            Some(value) => value.class_of(Some(bytes)),
            None => Class::Invented,
        };
        tally.note(class, mutant);
        seen.insert(key);
    }
    for _ in world.contents.keys_of(plugin).filter(|key| !seen.contains(*key)) {
        tally.note(Class::Missing, mutant);
    }
    Ok(())
}
