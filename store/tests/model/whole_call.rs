use std::collections::{BTreeMap, BTreeSet};

use larder_store::StoreId;

use super::book::Write;
use super::effect::{Effect, Step, added};
use super::expected::Read;
use super::values::{Place, Stored, Values};
use super::workspace::Workspace;

/// What a whole call has written and read.
#[derive(Debug, Default)]
pub struct WholeCall {
    writes: Effect,
    /// What is kept free for the large values that it has written.
    pub kept: BTreeMap<Place, u64>,
    /// Stores that it has emptied: what is there now it has said itself.
    pub cleared: BTreeSet<StoreId>,
    reads: Vec<Learnt>,
    pub in_conflict: bool,
    /// What others had at the places it has written, when it wrote there.
    over: BTreeMap<Place, Option<Write>>,
}

/// An answer that the plugin has had.
#[derive(Debug)]
struct Learnt {
    read: Read,
    /// What it showed of the workspace.
    seen: Vec<(Place, Stored)>,
    /// Where the call saw its own writes instead.
    own: Own,
    /// Whether more came after a page, that others had.
    more_of_others: bool,
    /// When the first of all expires that it may have looked at: what the call has written over, and what came after a page.
    first_expiry_ms: Option<u64>,
    moment: usize,
    /// Whether it must still be so at the end: an answer must, a refusal need not.
    sure: bool,
}

/// Where a call has itself said what is there.
#[derive(Debug)]
struct Own {
    places: BTreeSet<Place>,
    stores: BTreeSet<StoreId>,
}

impl Own {
    fn contains(&self, place: &Place) -> bool {
        self.places.contains(place) || self.stores.contains(&place.0)
    }
}

/// Whether what a whole call has read is still so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stale {
    No,
    /// It was touched, and came to the same.
    Perhaps,
    Yes,
}

impl WholeCall {
    pub fn writes(&self) -> &Effect {
        &self.writes
    }

    /// Writes, and keeps room free for the large values among it.
    pub fn write(&mut self, effect: Effect, kept: BTreeMap<Place, u64>, workspace: &Workspace) {
        self.kept.retain(|place, _| !effect.places().any(|written| written == place));
        self.kept.extend(kept);
        let visible = workspace.visible();
        let over = effect.places().map(|place| (place.clone(), visible.at(place).map(|stored| stored.write)));
        self.over.extend(over);
        for (place, step) in effect.0 {
            let step = self.summed(&place, step, workspace);
            if !matches!(step, Step::Add { .. }) {
                // It does not matter any more what was added to.
                self.writes.0.retain(|(earlier, _)| *earlier != place);
            }
            self.writes.0.push((place, step));
        }
    }

    /// Whether others have changed since what it has written over.
    pub fn is_shifted(&self, workspace: &Workspace) -> bool {
        let visible = workspace.visible();
        self.over.iter().any(|(place, over)| visible.at(place).map(|stored| stored.write) != *over)
    }

    /// What is added to a value that the call has put itself makes another such value.
    fn summed(&self, place: &Place, step: Step, workspace: &Workspace) -> Step {
        let Step::Add { by, write } = step else { return step };
        if !self.own().contains(place) {
            return step;
        }
        let view = self.view(workspace);
        added(view.at(place), by, write).map_or(step, Step::Put)
    }

    /// Gives back what was kept free for values that have expired since.
    pub fn drop_expired(&mut self, now_ms: u64) {
        let expired =
            |step: &Step| matches!(step, Step::Put(stored) if stored.expires_at_ms.is_some_and(|at| at <= now_ms));
        let gone = self.writes.0.iter().filter(|(_, step)| expired(step)).map(|(place, _)| place);
        gone.for_each(|place| _ = self.kept.remove(place));
    }

    /// What it sees; of what it has added to something that is no counter any more, what others have there.
    pub fn view(&self, workspace: &Workspace) -> Values {
        self.writes.apply_what_can_be(&self.beneath(workspace), workspace.clock.now_ms())
    }

    /// Whether others have put something that is no counter beneath what it has added.
    pub fn is_undermined(&self, workspace: &Workspace) -> bool {
        self.writes.apply(&self.beneath(workspace), workspace.clock.now_ms()).is_err()
    }

    fn beneath(&self, workspace: &Workspace) -> Values {
        let mut beneath = workspace.visible();
        beneath.0.retain(|(store, _), _| !self.cleared.contains(store));
        beneath
    }

    /// Whether the call has itself said what is at a place.
    pub fn has_said(&self, place: &Place) -> bool {
        self.own().contains(place)
    }

    fn own(&self) -> Own {
        let said = self.writes.0.iter().filter(|(_, step)| !matches!(step, Step::Add { .. }));
        Own { places: said.map(|(place, _)| place.clone()).collect(), stores: self.cleared.clone() }
    }

    pub fn learn(&mut self, read: Read, sure: bool, workspace: &Workspace) {
        self.add_up(&read, workspace);
        let (own, visible) = (self.own(), workspace.visible());
        let seen = read.of(&visible, |place| own.contains(place));
        let view = self.view(workspace);
        let mut more = view.0.keys().filter(|place| read.stopped_before(place)).peekable();
        let more_of_others = more.peek().is_some() && more.all(|place| !own.contains(place));
        let looked_at = visible.0.iter().filter(|((store, key), _)| read.may_cover(store, key));
        let first_expiry_ms = looked_at.filter_map(|(_, stored)| stored.expires_at_ms).min();
        self.note(Learnt { read, seen, own, more_of_others, first_expiry_ms, moment: workspace.moment(), sure });
    }

    fn note(&mut self, learnt: Learnt) {
        if !matches!(&learnt.read, Read::Key(place) if learnt.own.contains(place)) {
            self.reads.push(learnt);
        }
    }

    /// Once it is read what was added to, the call knows the sum.
    fn add_up(&mut self, read: &Read, workspace: &Workspace) {
        let view = self.view(workspace);
        let added = self.writes.0.iter().filter(|(place, step)| matches!(step, Step::Add { .. }) && read.begins(place));
        let added: BTreeSet<Place> = added.map(|(place, _)| place.clone()).collect();
        for place in added {
            let read = Read::Key(place.clone());
            let seen = read.of(&workspace.visible(), |_| false);
            let own = Own { places: BTreeSet::new(), stores: BTreeSet::new() };
            let moment = workspace.moment();
            self.note(Learnt { read, seen, own, more_of_others: false, first_expiry_ms: None, moment, sure: true });
            let Some(sum) = view.at(&place) else { continue };
            self.writes.0.retain(|(written, _)| *written != place);
            self.writes.0.push((place, Step::Put(sum.clone())));
        }
    }

    /// Whether a read looks beyond what the call itself wrote.
    pub fn looks_outside(&self, reads: &[Read]) -> bool {
        let own = self.own();
        reads.iter().any(|read| !matches!(read, Read::Key(place) if own.contains(place)))
    }

    pub fn stale(&self, workspace: &Workspace) -> Stale {
        self.reads.iter().map(|learnt| learnt.stale(workspace)).max().unwrap_or(Stale::No)
    }
}

impl Learnt {
    fn stale(&self, workspace: &Workspace) -> Stale {
        let visible = workspace.visible();
        let now = self.read.of(&visible, |place| self.own.contains(place));
        let changed = match self.read {
            Read::Range { values: false, .. } => !now.iter().map(|(at, _)| at).eq(self.seen.iter().map(|(at, _)| at)),
            _ => now != self.seen,
        };
        let no_more = self.more_of_others && !visible.0.keys().any(|place| self.read.stopped_before(place));
        let changed = changed || no_more;
        let first_is_gone = self.first_expiry_ms.is_some_and(|at_ms| at_ms <= workspace.clock.now_ms());
        match (changed, first_is_gone || workspace.touched_since(self.moment, &self.read)) {
            (true, _) if self.sure => Stale::Yes,
            (false, false) => Stale::No,
            _ => Stale::Perhaps,
        }
    }
}
