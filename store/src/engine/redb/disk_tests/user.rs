//! Somebody who works with a larder and notes what it says.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use pollster::block_on;

use super::world::{Entry, World};
use crate::access::Access;
use crate::dir::simulated::Disk;
use crate::engine::{
    Absent, Batch, BatchOutcome, Body, Change, Engine, EngineWorkspace, Place, Put, Quota, RedbEngine, Sharing,
};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::random::Random;
use crate::store_id::StoreId;
use crate::sync::atomic::AtomicU64;
use crate::workspace_id::WorkspaceId;

/// What a larder has said so far.
#[derive(Clone, Default)]
pub struct Said {
    /// What may be there: two worlds while a change is under way or its outcome is not known.
    pub worlds: Vec<World>,
    /// The highest version that was acknowledged of each workspace.
    pub versions: BTreeMap<WorkspaceId, u64>,
    pub now_ms: u64,
}

#[derive(Clone, Debug)]
pub enum Deed {
    /// One commit of several batches.
    Commit(WorkspaceId, Vec<Vec<Edit>>),
    Draw(WorkspaceId),
    Tidy(WorkspaceId),
    Close(WorkspaceId),
    Delete(WorkspaceId),
}

#[derive(Clone)]
pub enum Edit {
    Put { at: Place, bytes: Vec<u8>, large: bool, expiry: Expiry },
    Delete { at: Place },
    DeletePrefix { store: StoreId, prefix: &'static str },
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { at, bytes, large, .. } => {
                write!(
                    f,
                    "put {}/{}={}*{:?}{}",
                    at.store,
                    at.key.as_str(),
                    bytes.len(),
                    bytes.first(),
                    if *large { "!" } else { "" }
                )
            }
            Self::Delete { at } => write!(f, "delete {}/{}", at.store, at.key.as_str()),
            Self::DeletePrefix { store, prefix } => write!(f, "delete {store}/{prefix}…"),
        }
    }
}

pub struct User {
    engine: RedbEngine,
    open: BTreeMap<WorkspaceId, Arc<dyn EngineWorkspace>>,
    /// A removal whose outcome is not known.
    removing: Option<Deed>,
    pub said: Arc<Mutex<Said>>,
}

impl User {
    pub fn new(disk: &Disk, sharing: Sharing, said: Arc<Mutex<Said>>) -> Result<Self, Error> {
        let engine = RedbEngine::open(disk.root(), Access::ReadWrite, sharing)?;
        Ok(Self { engine, open: BTreeMap::new(), removing: None, said })
    }

    /// Does something, and notes what may be there since.
    pub fn try_to(&mut self, deed: &Deed) -> Result<(), Error> {
        let (before, after) = {
            let mut said = self.said();
            said.now_ms += 1;
            let before = said.worlds.last().expect("there is one").clone();
            let after = before.after(deed);
            said.worlds = vec![before.clone(), after.clone()];
            (before, after)
        };
        let done = self.perform(deed);
        self.said().worlds = match &done {
            Ok(()) => vec![after],
            Err(Error::OutcomeUnknown(_)) => vec![before, after],
            Err(_) => vec![before],
        };
        self.removing = match (deed, &done) {
            (Deed::Delete(_), Err(Error::OutcomeUnknown(_))) => Some(deed.clone()),
            _ => None,
        };
        done
    }

    /// Reads all, which settles what was not known: what has been seen stays. A removal is settled by another.
    pub fn look(&mut self) -> Result<World, Error> {
        if let Some(removal) = self.removing.clone() {
            self.try_to(&removal)?;
        }
        // Through its own engine, so that what is open is read as it is.
        let now_ms = self.said().now_ms;
        let mut world = World::default();
        for id in block_on(self.engine.workspaces())? {
            let view = block_on(self.open(&id)?.view())?;
            let contents = super::world::read_contents(&*view, now_ms)?;
            if !contents.is_empty() {
                world.0.insert(id, contents);
            }
        }
        let mut said = self.said();
        if let Some(seen) = said.worlds.iter().find(|expected| expected.at(now_ms) == world).cloned() {
            said.worlds = vec![seen];
        }
        Ok(world)
    }

    fn perform(&mut self, deed: &Deed) -> Result<(), Error> {
        match deed {
            Deed::Commit(id, batches) => {
                let workspace = self.open(id)?;
                let batches = batches.iter().map(|edits| prepare(&*workspace, edits)).collect::<Result<Vec<_>, _>>()?;
                let latest_ms = AtomicU64::new(workspace.latest_ms());
                let now_ms = self.said().now_ms;
                let outcomes = block_on(workspace.commit(&batches, Moment::new(now_ms, &latest_ms)));
                drop((batches, workspace));
                for outcome in outcomes {
                    let BatchOutcome::Committed(committed) = outcome? else { panic!("nothing was checked") };
                    self.acknowledge(id, committed.version.into());
                }
            }
            Deed::Draw(id) => {
                let version = block_on(self.open(id)?.draw_version())?;
                self.acknowledge(id, version.into());
            }
            Deed::Tidy(id) => {
                let workspace = self.open(id)?;
                let latest_ms = AtomicU64::new(workspace.latest_ms());
                let now_ms = self.said().now_ms;
                block_on(workspace.tidy(Moment::new(now_ms, &latest_ms)))?;
            }
            Deed::Close(id) => drop(self.open.remove(id)),
            Deed::Delete(id) => {
                self.open.remove(id);
                // Those of the next one of this name begin anew.
                self.said().versions.remove(id);
                block_on(self.engine.delete(id))?;
            }
        }
        Ok(())
    }

    fn open(&mut self, id: &WorkspaceId) -> Result<Arc<dyn EngineWorkspace>, Error> {
        if let Some(open) = self.open.get(id).filter(|open| !open.must_reopen()) {
            return Ok(open.clone());
        }
        self.open.remove(id);
        let opened = block_on(self.engine.open(id, Absent::Create))?.expect("it was created");
        self.open.insert(id.clone(), opened.clone());
        Ok(opened)
    }

    fn acknowledge(&self, id: &WorkspaceId, version: u64) {
        let mut said = self.said();
        let known = said.versions.entry(id.clone()).or_default();
        *known = version.max(*known);
    }

    fn said(&self) -> std::sync::MutexGuard<'_, Said> {
        self.said.lock().unwrap()
    }
}

fn prepare(workspace: &dyn EngineWorkspace, edits: &[Edit]) -> Result<Batch, Error> {
    let changes = edits.iter().map(|edit| {
        Ok(match edit.clone() {
            Edit::Put { at, bytes, large, expiry } => {
                let body = if large {
                    let mut writer = block_on(workspace.write_large())?;
                    block_on(writer.write(&bytes))?;
                    Body::Large(block_on(writer.finish())?)
                } else {
                    Body::Small(bytes)
                };
                Change::Put { at, put: Put { body, expiry, version: None } }
            }
            Edit::Delete { at } => Change::Delete { at },
            Edit::DeletePrefix { store, prefix } => {
                Change::DeletePrefix { store, prefix: Key::trusted(prefix), most: 100 }
            }
        })
    });
    Ok(Batch {
        plugin: "p".parse().expect("it is valid"),
        checks: Vec::new(),
        changes: changes.collect::<Result<_, Error>>()?,
        quota: Quota::unlimited(),
    })
}

impl World {
    fn after(&self, deed: &Deed) -> Self {
        let mut after = self.clone();
        match deed {
            Deed::Commit(id, batches) => {
                let contents = after.0.entry(id.clone()).or_default();
                for edit in batches.iter().flatten() {
                    match edit {
                        Edit::Put { at: Place { store, key }, bytes, expiry, .. } => {
                            let entry = Entry { bytes: bytes.as_slice().into(), expiry: *expiry };
                            contents.insert((store.clone(), key.as_str().to_owned()), entry);
                        }
                        Edit::Delete { at: Place { store, key } } => {
                            contents.remove(&(store.clone(), key.as_str().to_owned()));
                        }
                        Edit::DeletePrefix { store, prefix } => {
                            contents.retain(|(of, key), _| of != store || !key.starts_with(prefix));
                        }
                    }
                }
            }
            Deed::Delete(id) => {
                after.0.remove(id);
            }
            Deed::Draw(_) | Deed::Tidy(_) | Deed::Close(_) => {}
        }
        after
    }
}

impl Deed {
    pub fn any(random: &mut Random, now_ms: u64) -> Self {
        let id: WorkspaceId = random.pick(&["w", "w", "w", "v"]).parse().expect("it is valid");
        match random.index(20) {
            0 => Self::Draw(id),
            1 => Self::Tidy(id),
            2 => Self::Close(id),
            3 if random.percent(40) => Self::Delete(id),
            _ => {
                let batches = *random.pick(&[1, 1, 1, 3]);
                let mut edits = || (0..=random.index(3)).map(|_| Edit::any(random, now_ms)).collect();
                Self::Commit(id, (0..batches).map(|_| edits()).collect())
            }
        }
    }
}

impl Edit {
    fn any(random: &mut Random, now_ms: u64) -> Self {
        let store =
            if random.percent(70) { StoreId::Private("p".parse().expect("it is valid")) } else { StoreId::Shared };
        let keys = ["a", "ab", "b", "c"];
        let at = Place { store: store.clone(), key: Key::trusted(keys[random.index(keys.len())]).into_owned() };
        match random.index(20) {
            0 => Self::DeletePrefix { store, prefix: "" },
            1 => Self::DeletePrefix { store, prefix: "a" },
            2..4 => Self::Delete { at },
            _ => {
                let large = random.percent(15);
                let size = *random.pick(if large { &[1, 66_000, 140_000] } else { &[0, 1, 100, 100, 3_000, 20_000] });
                let fill = random.number() as u8;
                let expiry =
                    if random.percent(15) { Expiry::at_ms(now_ms + random.index(6) as u64) } else { Expiry::NEVER };
                Self::Put { at, bytes: vec![fill; size], large, expiry }
            }
        }
    }
}
