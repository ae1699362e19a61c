//! What an actor's keys hold.

use std::collections::BTreeMap;
use std::fmt;

use larder_store::{Error, Grant, Larder, Store};
use pollster::block_on;

use super::script::{Actor, Changes, In, LARGE_BYTES, Lives, Place, Step, Value};
use crate::support::session;

/// What should be there.
#[derive(Clone, Default)]
pub struct State(BTreeMap<Place, Value>);

/// What is there.
#[derive(PartialEq, Eq)]
pub struct Found(BTreeMap<Place, Vec<u8>>);

impl State {
    /// The state after a step that was made.
    pub fn after(&self, step: &Step) -> Self {
        let mut after = self.clone();
        match step {
            Step::Set(place, value) | Step::Stream(place, value) => after.change(place, Some(*value)),
            Step::Delete(place) => after.change(place, None),
            Step::Together(_, changes) | Step::WholeCall(_, changes) => after.change_all(changes),
            Step::Empty => after.0.retain(|place, _| place.workspace != In::Own || place.shared),
            Step::DeleteWorkspace => after.0.retain(|place, _| place.workspace != In::Own),
            Step::CreateWorkspace | Step::Close | Step::Rest => {}
        }
        after
    }

    /// What is left when whatever does not live long is gone.
    pub fn later(mut self) -> Self {
        self.0.retain(|_, value| value.lives != Lives::Shortly);
        self
    }

    /// How many values in a workspace are files of their own.
    pub fn large(&self, workspace: In) -> usize {
        self.0.iter().filter(|(place, value)| place.workspace == workspace && value.bytes >= LARGE_BYTES).count()
    }

    fn change_all(&mut self, changes: &Changes) {
        changes.iter().for_each(|(place, value)| self.change(place, *value));
    }

    fn change(&mut self, place: &Place, value: Option<Value>) {
        match value {
            Some(value) => self.0.insert(place.clone(), value),
            None => self.0.remove(place),
        };
    }
}

impl Found {
    /// Reads all that an actor has; the counters must say the same.
    pub fn read(larder: &Larder, actor: Actor) -> Result<Self, String> {
        let mut found = BTreeMap::new();
        for workspace in [In::Common, In::Own] {
            let session = session(larder, &actor.workspace(workspace), &actor.plugin()).with_grant(Grant::read());
            for (shared, prefix) in [(false, String::new()), (true, actor.prefix())] {
                let store = session.store(if shared { Store::Shared } else { Store::Private });
                let keys = block_on(store.keys(&prefix, None, 1000)).map_err(told)?.keys;
                let mut counted = 0;
                for key in &keys {
                    let value = block_on(store.get(key)).map_err(told)?.ok_or_else(|| format!("{key} is not there"))?;
                    counted += 64 + (key.len() + value.len()) as u64;
                    found.insert(Place { workspace, shared, key: key.clone() }, value);
                }
                let usage = block_on(store.usage()).map_err(told)?;
                if !shared && (usage.keys, usage.bytes) != (keys.len() as u64, counted) {
                    return Err(format!(
                        "{workspace:?} counts {usage:?}, and has {} keys, {counted} bytes",
                        keys.len()
                    ));
                }
            }
        }
        Ok(Self(found))
    }

    pub fn is(&self, state: &State) -> bool {
        self.0.len() == state.0.len()
            && state.0.iter().all(|(place, value)| self.0.get(place).is_some_and(|found| *found == value.content()))
    }
}

fn told(error: Error) -> String {
    format!("{error:?}")
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.0.iter().map(|(place, value)| (name(place), (value.number, value.bytes)));
        f.debug_map().entries(values).finish()
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: &[u8]| value.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        f.debug_map().entries(self.0.iter().map(|(place, value)| (name(place), (number(value), value.len())))).finish()
    }
}

fn name(Place { workspace, shared, key }: &Place) -> String {
    format!("{workspace:?} {} {key}", if *shared { "shared" } else { "private" })
}
