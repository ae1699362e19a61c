use std::collections::BTreeMap;

use larder_store::{Commit, Larder, Options, Snapshot, StoreId, Version};
use pollster::block_on;
use tempfile::TempDir;

use super::answer::Answer;
use super::call::{At, Call};
use super::content::{Bytes, Content};
use super::history::{Move, Reopening, SLOTS, Step, first_terms, witness_terms};
use super::judge::Model;
use super::real::RealSession;
use super::session::{Granted, Terms};
use crate::support::{HandClock, blobs, open_with, read_whole, timed};

/// Where the larder of a history stands.
pub enum Ground {
    Directory(TempDir),
    Memory,
}

/// Readers and writers that all sessions may have open together, as they have one workspace.
const MOST_HANDLES: usize = 6;
/// The slot of the session that is asked what time the workspace has.
const WITNESS: usize = SLOTS;
const WITNESS_KEY: At = At { store: larder_store::Store::Private, key: "witness" };
const START_MS: u64 = 1_700_000_000_000;
const WITNESS_LIVES_MS: u64 = 1 << 50;

/// A larder beside its model.
struct Run<'a> {
    ground: &'a Ground,
    options: Options,
    clock: HandClock,
    larder: Larder,
    sessions: Vec<Option<RealSession>>,
    model: Model,
}

/// Goes through a history.
///
/// # Errors
///
/// The first answer that is not the model's.
pub fn run(history: &[Step], ground: &Ground) -> Result<(), String> {
    let mut run = Run::start(ground)?;
    for (number, step) in history.iter().enumerate() {
        run.step(step).map_err(|wrong| format!("step {number}, {step:?}:\n{wrong}"))?;
    }
    run.end().map_err(|wrong| format!("in the end: {wrong}"))
}

impl<'a> Run<'a> {
    fn start(ground: &'a Ground) -> Result<Self, String> {
        let clock = HandClock::at(START_MS);
        let mut options = timed(&clock);
        options.open_handles = 4 * MOST_HANDLES;
        let larder = ground.open(&options);
        let has_files = matches!(ground, Ground::Directory(_));
        let model = Model::new(START_MS, SLOTS + 1, MOST_HANDLES as u64, has_files);
        let sessions = (0..=SLOTS).map(|_| None).collect();
        let mut run = Self { ground, options, clock, larder, sessions, model };
        run.begin_all();
        let value = Content::Bytes { size: 0, fill: 0 };
        run.call(WITNESS, &Call::SetExpiring { at: WITNESS_KEY, value, ms: WITNESS_LIVES_MS })?;
        Ok(run)
    }

    fn begin_all(&mut self) {
        for slot in 0..SLOTS {
            self.begin(slot, first_terms(slot));
        }
        self.begin(WITNESS, witness_terms());
    }

    fn begin(&mut self, slot: usize, terms: Terms) {
        // What was there goes first, with all that it has open.
        self.sessions[slot] = None;
        self.sessions[slot] = Some(RealSession::begin(&self.larder, &terms));
        self.model.begin(slot, terms);
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Begin(slot, terms) => {
                self.begin(*slot, terms.clone());
                Ok(())
            }
            Step::Call(slot, call) => self.call(*slot, call),
            Step::End(slot) => self.commit(*slot),
            Step::Clock(by) => self.move_clock(*by),
            Step::Reopen(how) => self.reopen(*how),
            Step::DeletePlugin(plugin) => {
                let told = block_on(self.larder.delete_plugin(&"w".parse().unwrap(), &plugin.parse().unwrap()));
                let held = self.model.delete_plugin(&StoreId::Private(plugin.parse().unwrap()));
                same("whether it held anything", told.map_err(|error| error.to_string())?, held)
            }
            Step::LookAround => self.look_around(),
        }
    }

    fn call(&mut self, slot: usize, call: &Call) -> Result<(), String> {
        let Some(call) = self.model.aimed(slot, call) else { return Ok(()) };
        let told = self.sessions[slot].as_mut().unwrap().call(&call);
        self.model.judge(slot, &call, &told).map_err(|right| format!("told:  {told:?}\nright: {right}"))
    }

    fn commit(&mut self, slot: usize) -> Result<(), String> {
        let told = self.sessions[slot].take().unwrap().commit();
        let terms = self.model.end(slot, &told).map_err(|right| format!("told:  {told:?}\nright: {right}"))?;
        self.learn_versions(&terms)?;
        self.begin(slot, terms);
        Ok(())
    }

    /// Asks for the versions that a whole call has left, as they cannot be foreseen.
    fn learn_versions(&mut self, terms: &Terms) -> Result<(), String> {
        let terms = Terms { granted: Granted::Writing(""), commit: Commit::EachOperation, ..terms.clone() };
        let mut session = RealSession::begin(&self.larder, &terms);
        for (at, write) in self.model.left_by(&terms) {
            let Answer::Entries(entries) = session.call(&Call::Entry(at)) else {
                return Err(format!("nothing at {at:?}"));
            };
            let version = entries[0].as_ref().map(|entry| entry.version).ok_or(format!("nothing at {at:?}"))?;
            if !self.model.has_version(write, version) {
                return Err(format!("{version:?} at {at:?} was used before"));
            }
        }
        Ok(())
    }

    fn move_clock(&mut self, by: Move) -> Result<(), String> {
        match by {
            Move::Forward(ms) => self.clock.forward(ms),
            Move::Back(ms) => self.clock.back(ms),
        }
        self.model.workspace.clock.set_host(larder_store::Clock::now_ms(&self.clock));
        self.ask_the_time()
    }

    /// How far a workspace goes back with its host is left to it, within bounds.
    fn ask_the_time(&mut self) -> Result<(), String> {
        let told = self.sessions[WITNESS].as_mut().unwrap().call(&Call::Entry(WITNESS_KEY));
        let Answer::Entries(entries) = &told else { return Err(format!("the witness says {told:?}")) };
        let left_ms = entries[0].as_ref().and_then(|entry| entry.expires_in_ms).ok_or("the witness is gone")?;
        self.model.workspace.clock.show(START_MS + WITNESS_LIVES_MS - left_ms)
    }

    fn reopen(&mut self, how: Reopening) -> Result<(), String> {
        self.sessions.iter_mut().for_each(|session| *session = None);
        if how == Reopening::Closed || matches!(self.ground, Ground::Memory) {
            block_on(self.larder.close()).map_err(|error| error.to_string())?;
        }
        if let Ground::Directory(_) = self.ground {
            // The last handle goes before the directory is opened again.
            self.larder = Larder::in_memory(self.options.clone());
            self.larder = self.ground.open(&self.options);
        }
        self.begin_all();
        self.ask_the_time()
    }

    /// Compares all that the host can see.
    fn look_around(&mut self) -> Result<(), String> {
        let workspace = "w".parse().unwrap();
        let visible = self.model.workspace.visible();
        let told = block_on(self.larder.plugins(&workspace)).map_err(|error| error.to_string())?;
        let mut stores: Vec<StoreId> = visible.0.keys().map(|(store, _)| store.clone()).collect();
        stores.dedup();
        let plugins = stores.iter().filter_map(|store| match store {
            StoreId::Private(plugin) => Some((plugin.clone(), visible.held(store))),
            StoreId::Shared => None,
        });
        same("the plugins", told, plugins.collect())?;
        let shared = block_on(self.larder.shared(&workspace)).map_err(|error| error.to_string())?;
        same("what the shared store holds", shared, visible.held(&StoreId::Shared))?;
        let snapshot = block_on(self.larder.snapshot(&workspace)).map_err(|error| error.to_string())?;
        let snapshot = snapshot.ok_or("there is no snapshot of the workspace")?;
        let held: Vec<_> = stores.into_iter().map(|store| (store.clone(), visible.held(&store))).collect();
        same("the stores in the snapshot", snapshot.stores().to_vec(), held)?;
        let exported = block_on(export(&snapshot)).map_err(|error| error.to_string())?;
        for ((store, key), stored) in &visible.0 {
            let place = (store.clone(), key.clone());
            let (value, version, expires_at_ms) =
                exported.get(&place).ok_or(format!("no {place:?} in the snapshot"))?;
            let right = (stored.value.clone(), stored.expires_at_ms);
            same("an entry of the snapshot", (value.clone(), *expires_at_ms), right)?;
            if !self.model.has_version(stored.write, *version) {
                return Err(format!("{place:?} has a version of another write in the snapshot"));
            }
        }
        same("entries in the snapshot", exported.len(), visible.0.len())
    }

    fn end(mut self) -> Result<(), String> {
        self.look_around()?;
        self.sessions.clear();
        block_on(self.larder.close()).map_err(|error| error.to_string())?;
        if let Ground::Directory(directory) = self.ground {
            let files = blobs(directory.path(), "w").len();
            let (least, most) = self.model.workspace.count_large();
            if !(least..=most).contains(&files) {
                return Err(format!("{files} blob files for {least} to {most} large values"));
            }
        }
        Ok(())
    }
}

type Exported = BTreeMap<(StoreId, String), (Bytes, Version, Option<u64>)>;

async fn export(snapshot: &Snapshot) -> Result<Exported, larder_store::Error> {
    let mut exported = Exported::new();
    for (store, _) in snapshot.stores() {
        let mut after: Option<String> = None;
        loop {
            let page = snapshot.page(store, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for entry in page {
                let value = read_whole(&entry.value).await?.into();
                exported.insert((store.clone(), entry.key), (value, entry.value.version(), entry.expires_at_ms));
            }
        }
    }
    Ok(exported)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, told: T, right: T) -> Result<(), String> {
    if told == right { Ok(()) } else { Err(format!("{what}\ntold:  {told:?}\nright: {right:?}")) }
}

impl Ground {
    fn open(&self, options: &Options) -> Larder {
        match self {
            Self::Directory(directory) => open_with(directory.path(), options),
            Self::Memory => Larder::in_memory(options.clone()),
        }
    }
}
