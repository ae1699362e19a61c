//! What workspaces hold, as a test knows it and as it is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use pollster::block_on;

use crate::engine::{Absent, Body, Engine, Range, RedbEngine, Stored, View, Wanted};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::store_id::StoreId;
use crate::sync::atomic::AtomicU64;
use crate::usage::Held;
use crate::workspace_id::WorkspaceId;

#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub bytes: Arc<[u8]>,
    pub expiry: Expiry,
}

/// What one workspace holds.
pub type Contents = BTreeMap<(StoreId, String), Entry>;

/// What every workspace holds that holds anything.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct World(pub BTreeMap<WorkspaceId, Contents>);

impl World {
    /// What can be seen of it at a time.
    pub fn at(&self, now_ms: u64) -> Self {
        let alive = |contents: &Contents| -> Contents {
            let alive = contents.iter().filter(|(_, entry)| entry.expiry.as_ms().is_none_or(|at_ms| at_ms > now_ms));
            alive.map(|(at, entry)| (at.clone(), entry.clone())).collect()
        };
        let contents = self.0.iter().map(|(id, contents)| (id.clone(), alive(contents)));
        Self(contents.filter(|(_, contents)| !contents.is_empty()).collect())
    }

    /// What can be read of all workspaces, checked to agree with what is counted.
    pub fn read(engine: &RedbEngine, now_ms: u64) -> Result<Self, Error> {
        let mut world = Self::default();
        for id in block_on(engine.workspaces())? {
            let Some(workspace) = block_on(engine.open(&id, Absent::Leave))? else { continue };
            let view = block_on(workspace.view())?;
            let contents = read_contents(&*view, now_ms)?;
            if !contents.is_empty() {
                world.0.insert(id, contents);
            }
        }
        Ok(world)
    }

    /// How one differs from another, for whoever looks for the reason.
    pub fn describe(&self) -> String {
        let rows = self.0.iter().flat_map(|(id, contents)| {
            contents.iter().map(move |((store, key), entry)| {
                let bytes = &entry.bytes;
                format!("{id}/{store}/{key}={}*{:?}", bytes.len(), bytes.first())
            })
        });
        rows.collect::<Vec<_>>().join(" ")
    }
}

pub fn read_contents(view: &dyn View, now_ms: u64) -> Result<Contents, Error> {
    let latest_ms = AtomicU64::new(0);
    let now = Moment::new(now_ms, &latest_ms);
    let mut contents = Contents::new();
    let mut total = Held::default();
    for (store, held) in block_on(view.stores(now))? {
        let (mut after, mut read): (Option<String>, _) = (None, Held::default());
        loop {
            let (prefix, last) = (Key::trusted(""), after.as_deref().map(Key::trusted));
            let range = Range {
                prefix: &prefix,
                after: last.as_ref(),
                most_keys: 3,
                most_bytes: 1 << 20,
                wanted: Wanted::Values,
            };
            let page = block_on(view.page(&store, range, now))?;
            for row in page.rows {
                let stored = row.value.expect("values were wanted");
                let alone = block_on(view.get(&store, &Key::trusted(&row.key), now))?.expect("it is in the list");
                let entry = read_entry(&stored)?;
                assert!(entry == read_entry(&alone)?, "a key in a list and alone");
                read.bytes += row.key.len() as u64 + entry.bytes.len() as u64;
                read.keys += 1;
                contents.insert((store.clone(), row.key), entry);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(block_on(view.held(&store, now))?, held);
        assert_eq!(read.keys, held.keys, "keys counted in {store}");
        total.bytes += held.bytes;
        total.keys += held.keys;
    }
    assert_eq!(block_on(view.held_by_all(now))?, total);
    Ok(contents)
}

fn read_entry(stored: &Stored) -> Result<Entry, Error> {
    let bytes = match &stored.body {
        Body::Small(bytes) => bytes.as_slice().into(),
        Body::Large(large) => block_on(large.read(0, usize::MAX))?.into(),
    };
    Ok(Entry { bytes, expiry: stored.stamp.expiry })
}
