//! The process that is killed. It says what it is about to do, and what it has done.

use std::path::Path;
use std::thread;
use std::time::Duration;

use larder_store::{
    Access, Action, Address, Change, Commit, Error, Grant, Larder, Limits, Outcome, Session, Sharing, Store,
    WorkspaceId,
};
use pollster::block_on;

use super::script::{Actor, Changes, In, Lives, Place, SOON_MS, Step, Value};
use crate::support::{limited, open_with, options};

/// What each line that the parent reads begins with; the others are the test harness's.
pub const MARK: &str = "> ";
/// More than the quarter of a second after which a workspace counts as idle.
const REST: Duration = Duration::from_millis(270);
const LONG: Duration = Duration::from_secs(24 * 3600);
const CHUNK: usize = 300_000;

/// What negative controls break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    Nothing,
    /// Says that it is done before it is.
    Early,
    /// Does one by one what belongs together.
    Piecemeal,
}

/// What a process is told to do.
#[derive(Clone, Debug)]
pub struct Task {
    pub sharing: Sharing,
    pub broken: Broken,
    pub seed: u64,
    pub process: u64,
    /// The first step of each actor.
    pub first: Vec<u64>,
    /// Only opens what there is.
    pub only_opens: bool,
}

impl Task {
    pub fn run(&self, larder: &Path) {
        let mut options = options(Access::ReadWrite);
        options.sharing = self.sharing;
        let larder = open_with(larder, &options);
        if self.only_opens {
            for workspace in block_on(larder.workspaces()).unwrap() {
                let _held = block_on(larder.open_workspace(&workspace));
            }
            return;
        }
        thread::scope(|scope| {
            for (number, first) in (0..).zip(&self.first) {
                let (actor, larder) = (Actor { process: self.process, number }, &larder);
                scope.spawn(move || self.act(larder, actor, *first));
            }
        });
    }

    fn act(&self, larder: &Larder, actor: Actor, first: u64) {
        let say = |what: &str| println!("{MARK}{} {what}", actor.number);
        let doing = Doing { larder, actor, broken: self.broken };
        for number in first.. {
            let step = actor.step(self.seed, number);
            say(&format!("begins {number}"));
            if self.broken == Broken::Early {
                say(&format!("did {number} 0"));
            }
            match doing.make(&step) {
                Ok(version) => say(&format!("did {number} {version}")),
                Err(error) => return say(&format!("failed {number} {step:?}: {error:?}")),
            }
        }
    }
}

struct Doing<'a> {
    larder: &'a Larder,
    actor: Actor,
    broken: Broken,
}

impl Doing<'_> {
    /// Makes a step; the version that it was given, or 0.
    fn make(&self, step: &Step) -> Result<u64, Error> {
        match step {
            Step::Set(place, value) => self.put(&self.session(place.workspace), place, *value)?,
            Step::Stream(place, value) => return self.stream(place, *value),
            Step::Delete(place) => block_on(self.session(place.workspace).store(store(place)).delete(&place.key))?,
            Step::Together(workspace, changes) if self.broken != Broken::Piecemeal => {
                return self.together(*workspace, changes);
            }
            Step::Together(workspace, changes) => self.each(&self.session(*workspace), changes)?,
            Step::WholeCall(workspace, changes) => self.whole_call(*workspace, changes)?,
            Step::Empty => drop(block_on(self.session(In::Own).private().delete_prefix(""))?),
            Step::DeleteWorkspace => drop(block_on(self.larder.delete_workspace(&self.own()))?),
            Step::CreateWorkspace => drop(block_on(self.larder.create_workspace(&self.own()))?),
            Step::Close => block_on(self.larder.close())?,
            Step::Rest => thread::sleep(REST),
        }
        Ok(0)
    }

    fn own(&self) -> WorkspaceId {
        self.actor.workspace(In::Own).parse().unwrap()
    }

    fn session(&self, workspace: In) -> Session {
        let limits = Limits { batch_bytes: 16 * 1024 * 1024, ..Limits::default() };
        limited(self.larder, &self.actor.workspace(workspace), &self.actor.plugin(), limits).with_grant(Grant::write())
    }

    fn put(&self, session: &Session, place: &Place, value: Value) -> Result<(), Error> {
        let store = session.store(store(place));
        match expiry(value) {
            Some(expires_in) => block_on(store.set_expiring(&place.key, value.content(), expires_in)),
            None => block_on(store.set(&place.key, value.content())),
        }
    }

    fn stream(&self, place: &Place, value: Value) -> Result<u64, Error> {
        let session = self.session(place.workspace);
        let mut writer = block_on(session.create(address(place), None, expiry(value)))?;
        for chunk in value.content().chunks(CHUNK) {
            block_on(writer.write(chunk))?;
        }
        Ok(block_on(writer.finish())?.expect("nothing was expected").into())
    }

    fn together(&self, workspace: In, changes: &Changes) -> Result<u64, Error> {
        let changes = changes.iter().map(|(place, value)| {
            let action = value.map_or(Action::Delete, |value| Action::Set(value.content()));
            Change { at: address(place), action }
        });
        match block_on(self.session(workspace).apply(&[], changes.collect()))? {
            Outcome::Committed(version) => Ok(version.into()),
            Outcome::Conflict(_) => unreachable!("nothing was checked"),
        }
    }

    fn whole_call(&self, workspace: In, changes: &Changes) -> Result<(), Error> {
        if self.broken == Broken::Piecemeal {
            return self.each(&self.session(workspace), changes);
        }
        loop {
            let session = self.session(workspace).with_commit(Commit::WholeCall);
            self.each(&session, changes)?;
            match block_on(session.commit()) {
                Err(Error::Conflict) => {}
                committed => return committed,
            }
        }
    }

    fn each(&self, session: &Session, changes: &Changes) -> Result<(), Error> {
        for (place, value) in changes {
            match value {
                Some(value) => self.put(session, place, *value)?,
                None => block_on(session.store(store(place)).delete(&place.key))?,
            }
        }
        Ok(())
    }
}

fn address(place: &Place) -> Address<'_> {
    Address { store: store(place), key: &place.key }
}

fn store(place: &Place) -> Store {
    if place.shared { Store::Shared } else { Store::Private }
}

fn expiry(value: Value) -> Option<Duration> {
    match value.lives {
        Lives::Forever => None,
        Lives::Long => Some(LONG),
        Lives::Shortly => Some(Duration::from_millis(SOON_MS)),
    }
}
