//! A larder whose processes are killed, round after round, and what is known of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use larder_store::{Access, Action, Address, Change, Grant, Larder, Outcome, Sharing};
use pollster::block_on;
use tempfile::TempDir;

use super::child::{Broken, Task};
use super::process::{Process, Said};
use super::script::{Actor, In, SOON_MS, Step};
use super::state::{Found, State};
use crate::support::{Random, blobs, open_with, options, reader, session, workspace_names};

const PROCESSES: u64 = 3;
const ACTORS: u64 = 2;
/// After so long at most a process that only opens is killed; in that time it has done half of it, or all.
const TO_OPEN_US: u64 = 12_000;
/// The same for one that writes, from its start and from its first word.
const TO_START_US: u64 = 15_000;
const AT_WORK_US: u64 = 150_000;

pub struct Pantry {
    dir: TempDir,
    /// The test that the processes are.
    test: &'static str,
    sharing: Sharing,
    broken: Broken,
    seed: u64,
    random: Random,
    known: Vec<Known>,
    /// The highest version that each workspace has given, as far as anybody was told.
    versions: BTreeMap<String, u64>,
    pub steps: u64,
}

/// What is known of an actor.
struct Known {
    actor: Actor,
    state: State,
    /// Its next step.
    next: u64,
}

impl Pantry {
    pub fn new(test: &'static str, sharing: Sharing, broken: Broken, seed: u64) -> Self {
        let actors = (0..PROCESSES).flat_map(|process| (0..ACTORS).map(move |number| Actor { process, number }));
        Self {
            dir: tempfile::tempdir().unwrap(),
            test,
            sharing,
            broken,
            seed,
            random: Random(seed),
            known: actors.map(|actor| Known { actor, state: State::default(), next: 0 }).collect(),
            versions: BTreeMap::new(),
            steps: 0,
        }
    }

    /// Has processes work, kills them all, perhaps some more that were opening what they left, and looks at what is there.
    pub fn kill_and_look(&mut self) -> Result<(), String> {
        let processes = 1 + self.random.below(PROCESSES);
        let said = self.kill_at_work(processes);
        for _ in 0..self.random.below(3) {
            self.kill_while_opening();
        }
        // What was to live shortly has.
        thread::sleep(Duration::from_millis(SOON_MS + 1));
        let mut candidates = Vec::new();
        for (known, said) in self.known.iter().zip(&said) {
            candidates.push(known.candidates(self.seed, said)?);
        }
        if self.random.below(4) == 0 && self.sharing == Sharing::ReadersBeside {
            let larder = reader(self.dir.path());
            self.look(&larder, &candidates)?;
        }
        let larder = self.open();
        let chosen = self.look(&larder, &candidates)?;
        for (((known, said), candidates), chosen) in self.known.iter_mut().zip(&said).zip(candidates).zip(chosen) {
            self.steps += said.done.len() as u64;
            known.learn(self.seed, said, &mut self.versions);
            known.state = candidates.into_iter().nth(chosen).unwrap();
        }
        self.probe(&larder)?;
        block_on(larder.close()).map_err(|error| error.to_string())
    }

    /// What was interrupted is not there for good.
    pub fn look_for_leftovers(&self) -> Result<(), String> {
        for name in workspace_names(self.dir.path()).iter().filter(|name| name.starts_with('.')) {
            // Where it was being made, it goes when nobody can be making it any more.
            let long_ago = SystemTime::now() - Duration::from_secs(7200);
            File::open(self.workspaces().join(name)).and_then(|dir| dir.set_modified(long_ago)).unwrap();
        }
        drop(self.open());
        let left: Vec<_> = workspace_names(self.dir.path()).into_iter().filter(|name| name.starts_with('.')).collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?} stay")) }
    }

    fn open(&self) -> Larder {
        let mut options = options(Access::ReadWrite);
        options.sharing = self.sharing;
        open_with(self.dir.path(), &options)
    }

    fn workspaces(&self) -> PathBuf {
        self.dir.path().join("workspaces")
    }

    fn task(&self, process: u64, only_opens: bool) -> Task {
        let first = self.known.iter().filter(|known| known.actor.process == process).map(|known| known.next);
        let (sharing, broken) = (self.sharing, self.broken);
        Task { sharing, broken, seed: self.seed, process, first: first.collect(), only_opens }
    }

    fn kill_at_work(&mut self, processes: u64) -> Vec<Said> {
        let start = |process| Process::start(self.test, self.dir.path(), &self.task(process, false));
        let mut started: Vec<_> = (0..processes).map(start).collect();
        let wait_us = match self.random.below(4) {
            0 => self.random.below(TO_START_US),
            _ => {
                started.iter().for_each(Process::wait_for_the_first_word);
                self.random.below(AT_WORK_US)
            }
        };
        thread::sleep(Duration::from_micros(wait_us));
        started.iter_mut().for_each(Process::kill);
        let mut said: Vec<_> = started.into_iter().flat_map(|process| process.end(ACTORS as usize)).collect();
        said.resize(self.known.len(), Said::default());
        said
    }

    fn kill_while_opening(&mut self) {
        let processes = 1 + self.random.below(2);
        let start = |process| Process::start(self.test, self.dir.path(), &self.task(process, true));
        let mut started: Vec<_> = (0..processes).map(start).collect();
        thread::sleep(Duration::from_micros(self.random.below(TO_OPEN_US)));
        started.iter_mut().for_each(Process::kill);
        started.into_iter().for_each(|process| drop(process.end(0)));
    }

    /// Which of the states that may be there each actor finds.
    fn look(&self, larder: &Larder, candidates: &[Vec<State>]) -> Result<Vec<usize>, String> {
        let one = |(known, candidates): (&Known, &Vec<State>)| {
            let found = Found::read(larder, known.actor)?;
            candidates
                .iter()
                .position(|state| found.is(state))
                .ok_or_else(|| format!("{:?} expects one of {candidates:?}, and finds {found:?}", known.actor))
        };
        self.known.iter().zip(candidates).map(one).collect()
    }

    /// Writes to each workspace: the version is above all that were told, and no file stays that nobody refers to.
    fn probe(&mut self, larder: &Larder) -> Result<(), String> {
        for workspace in block_on(larder.workspaces()).map_err(|error| error.to_string())? {
            let workspace = workspace.as_str();
            for Known { actor, .. } in &self.known {
                if [In::Common, In::Own].iter().any(|which| actor.workspace(*which) == workspace) {
                    let version = write_and_remove(larder, *actor, workspace)?;
                    let highest = self.versions.entry(workspace.to_owned()).or_default();
                    if version <= *highest {
                        return Err(format!("{workspace} gives version {version} after {highest}"));
                    }
                    *highest = version;
                }
            }
            let (large, files) = (self.large(workspace), blobs(self.dir.path(), workspace));
            if large != files.len() {
                return Err(format!("{workspace} has {large} large values and {} files", files.len()));
            }
        }
        Ok(())
    }

    /// How many values in a workspace are files of their own.
    fn large(&self, workspace: &str) -> usize {
        let here = |known: &&Known, which| known.actor.workspace(which) == workspace;
        let of = |which| {
            self.known.iter().filter(move |known| here(known, which)).map(move |known| known.state.large(which))
        };
        of(In::Common).chain(of(In::Own)).sum()
    }
}

impl Known {
    /// Goes on to the step that comes next, with the versions that were told on the way.
    fn learn(&mut self, seed: u64, said: &Said, versions: &mut BTreeMap<String, u64>) {
        let Some(begun) = said.begun else { return };
        let told: BTreeMap<_, _> = said.done.iter().copied().collect();
        for number in self.next..=begun {
            let step = self.actor.step(seed, number);
            let Some(workspace) = step.workspace().map(|which| self.actor.workspace(which)) else { continue };
            if let Step::DeleteWorkspace = step {
                // The next of this name begins anew.
                versions.remove(&workspace);
            } else if let Some(version) = told.get(&number) {
                let highest = versions.entry(workspace).or_default();
                *highest = (*highest).max(*version);
            }
        }
        self.next = begun + 1;
    }

    /// What may be there: what was said to be done, or with it what was under way.
    fn candidates(&self, seed: u64, said: &Said) -> Result<Vec<State>, String> {
        if let Some(failed) = &said.failed {
            return Err(format!("{:?} failed: {failed}", self.actor));
        }
        let done = said.done.iter().map(|(number, _)| *number).max();
        let mut state = self.state.clone();
        for number in self.next..done.map_or(self.next, |done| done + 1) {
            state = state.after(&self.actor.step(seed, number));
        }
        let under_way = said.begun.filter(|begun| done.is_none_or(|done| done < *begun));
        let after = under_way.map(|number| state.after(&self.actor.step(seed, number)));
        Ok([Some(state), after].into_iter().flatten().map(State::later).collect())
    }
}

/// Writes to both of an actor's stores, which removes what has expired there, and takes it back; the version.
fn write_and_remove(larder: &Larder, actor: Actor, workspace: &str) -> Result<u64, String> {
    let session = session(larder, workspace, &actor.plugin()).with_grant(Grant::write());
    let shared = format!("{}probe", actor.prefix());
    let mut version = 0;
    for action in [Action::Set(b"v".to_vec()), Action::Delete] {
        let change = |at| Change { at, action: action.clone() };
        let changes = vec![change(Address::private("probe")), change(Address::shared(&shared))];
        match block_on(session.apply(&[], changes)).map_err(|error| error.to_string())? {
            Outcome::Committed(now) => version = version.max(now.into()),
            Outcome::Conflict(_) => unreachable!("nothing was checked"),
        }
    }
    Ok(version)
}
