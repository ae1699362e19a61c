use larder_store::StoreId;

use super::book::Write;
use super::effect::Effect;
use super::expected::Read;
use super::values::{Place, Stored, Values};

/// What is committed in a workspace, and what its clock is known to have said.
#[derive(Debug)]
pub struct Workspace {
    stored: Values,
    /// What every commit changed or may have, the oldest first.
    touched: Vec<Vec<Touch>>,
    pub clock: Clock,
}

/// What a commit may have changed.
#[derive(Clone, Debug)]
pub enum Touch {
    Key(Place),
    /// All keys of a store that start with this.
    Prefix(StoreId, String),
}

/// The time of a workspace: the host's, and never before what it once called expired.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub host_ms: u64,
    /// The latest that the host's clock has been.
    pub latest_host_ms: u64,
    /// What the workspace's time is if the host's is earlier, as it has shown.
    pub floor_ms: u64,
    /// The latest expiry of what an answer has left out as expired.
    pub called_expired_ms: u64,
}

impl Clock {
    pub fn at(now_ms: u64) -> Self {
        Self { host_ms: now_ms, latest_host_ms: now_ms, floor_ms: 0, called_expired_ms: 0 }
    }

    pub fn now_ms(&self) -> u64 {
        self.host_ms.max(self.floor_ms)
    }

    pub fn set_host(&mut self, host_ms: u64) {
        self.host_ms = host_ms;
        self.latest_host_ms = self.latest_host_ms.max(host_ms);
    }

    /// Takes what the workspace showed its time to be, if that is one it may have.
    pub fn show(&mut self, now_ms: u64) -> Result<(), String> {
        let (least, most) = (self.host_ms.max(self.called_expired_ms), self.host_ms.max(self.latest_host_ms));
        if !(least..=most).contains(&now_ms) {
            return Err(format!("the workspace's time is {now_ms}, not within {least} and {most}: {self:?}"));
        }
        self.floor_ms = now_ms;
        Ok(())
    }
}

impl Workspace {
    pub fn new(now_ms: u64) -> Self {
        Self { stored: Values::default(), touched: Vec::new(), clock: Clock::at(now_ms) }
    }

    /// What anybody can see.
    pub fn visible(&self) -> Values {
        let now_ms = self.clock.now_ms();
        let live = self.stored.0.iter().filter(|(_, stored)| stored.is_live(now_ms));
        Values(live.map(|(place, stored)| (place.clone(), stored.clone())).collect())
    }

    /// Puts what an effect made of [`Workspace::visible`]; what has expired there remains where it is not replaced.
    pub fn commit(&mut self, effect: &Effect, after: &Values, removed: impl IntoIterator<Item = Touch>) {
        let now_ms = self.clock.now_ms();
        for place in effect.places() {
            match after.at(place) {
                Some(stored) => drop(self.stored.0.insert(place.clone(), stored.clone())),
                None => self.stored.0.retain(|at, stored| at != place || !stored.is_live(now_ms)),
            }
        }
        let keys = effect.places().cloned().map(Touch::Key);
        self.touched.push(keys.chain(removed).collect());
    }

    /// Removes all of a store; what has expired there may remain.
    pub fn clear(&mut self, store: &StoreId) {
        self.touched.push(vec![Touch::Prefix(store.clone(), String::new())]);
        let now_ms = self.clock.now_ms();
        self.stored.0.retain(|(of, _), stored| of != store || !stored.is_live(now_ms));
    }

    /// Where in the history of commits it stands.
    pub fn moment(&self) -> usize {
        self.touched.len()
    }

    pub fn touched_since<'a>(&'a self, moment: usize, read: &'a Read) -> bool {
        self.touched[moment..].iter().flatten().any(|touch| read.is_touched_by(touch))
    }

    /// Notes that an answer left out what has expired of all that it looked at.
    pub fn left_out(&mut self, looked_at: impl Fn(&Place) -> bool) {
        let now_ms = self.clock.now_ms();
        let expired = self.stored.0.iter().filter(|(place, _)| looked_at(place));
        let latest = expired.filter_map(|(_, stored)| stored.expires_at_ms).filter(|at| *at <= now_ms).max();
        self.clock.called_expired_ms = self.clock.called_expired_ms.max(latest.unwrap_or(0));
    }

    /// Whether a value that was committed is no longer there; none where it has expired, as that may have gone or not.
    pub fn is_gone(&self, place: &Place, write: Write) -> Option<bool> {
        match self.stored.at(place).filter(|stored| stored.write == write) {
            Some(stored) if stored.is_live(self.clock.now_ms()) => Some(false),
            Some(_) => None,
            None => Some(true),
        }
    }

    /// How many large values there are at least, and at most: what has expired may have gone or not.
    pub fn count_large(&self) -> (usize, usize) {
        let large = |values: &Values| values.0.values().filter(|stored| stored.is_large()).count();
        (large(&self.visible()), large(&self.stored))
    }
}

impl Read {
    pub fn covers(&self, (store, key): &Place) -> bool {
        match self {
            Self::Key(place) => (&place.0, &place.1) == (store, key),
            Self::Range { to, .. } => self.may_cover(store, key) && to.as_ref().is_none_or(|to| key <= to),
        }
    }

    /// Whether a page ended before this key, which it would have shown otherwise.
    pub fn stopped_before(&self, (store, key): &Place) -> bool {
        match self {
            Self::Key(_) => false,
            Self::Range { to, .. } => self.may_cover(store, key) && to.as_ref().is_some_and(|to| key > to),
        }
    }

    /// Whether a key is the one that was asked for, or begins as those do that were.
    pub fn begins(&self, (store, key): &Place) -> bool {
        match self {
            Self::Key(place) => (&place.0, &place.1) == (store, key),
            Self::Range { store: of, prefix, .. } => of == store && key.starts_with(prefix),
        }
    }

    pub fn may_cover(&self, store: &StoreId, key: &str) -> bool {
        match self {
            Self::Key(place) => (&place.0, place.1.as_str()) == (store, key),
            Self::Range { store: of, prefix, after, .. } => {
                of == store && key.starts_with(prefix) && after.as_ref().is_none_or(|after| key > after.as_str())
            }
        }
    }

    /// What begins alike may count as touched, too, and what comes after a page.
    fn is_touched_by(&self, touch: &Touch) -> bool {
        match (touch, self) {
            (Touch::Key((store, key)), _) => self.may_cover(store, key),
            (Touch::Prefix(store, prefix), Self::Key((of, key))) => of == store && key.starts_with(prefix.as_str()),
            (Touch::Prefix(store, prefix), Self::Range { store: of, prefix: own, .. }) => {
                of == store && (own.starts_with(prefix.as_str()) || prefix.starts_with(own.as_str()))
            }
        }
    }

    /// What this shows of `values`, what is `hidden` apart.
    pub fn of(&self, values: &Values, hidden: impl Fn(&Place) -> bool) -> Vec<(Place, Stored)> {
        let covered = values.0.iter().filter(|(place, _)| self.covers(place) && !hidden(place));
        covered.map(|(place, stored)| (place.clone(), stored.clone())).collect()
    }
}
