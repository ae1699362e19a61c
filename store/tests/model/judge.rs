//! Holds each answer of the real thing against the rules, and goes on from there.

mod room;

use larder_store::{Error, Excess, Store, StoreId, Unit, Version};

use self::room::{Apart, Full, Kept};
use super::answer::Answer;
use super::answers::{Scene, expiry};
use super::book::{Book, Write};
use super::call::{At, Call, Expect};
use super::effect::Effect;
use super::expected::Expected;
use super::history::KEYS;
use super::refusals;
use super::session::{Session, Terms};
use super::stream::{OpenReader, OpenWriter};
use super::values::Values;
use super::whole_call::Stale;
use super::workspace::{Touch, Workspace};

/// The model of a larder with one workspace.
pub struct Model {
    pub workspace: Workspace,
    pub sessions: Vec<Option<Session>>,
    /// Readers and writers that all sessions may have open together.
    most_handles: u64,
    /// Whether large values count while they are gone and still being read.
    counts_lingering: bool,
    book: Book,
}

/// No version is this one.
const NO_VERSION: u64 = u64::MAX - 6;

impl Model {
    pub fn new(now_ms: u64, slots: usize, most_handles: u64, counts_lingering: bool) -> Self {
        let sessions = (0..slots).map(|_| None).collect();
        Self { workspace: Workspace::new(now_ms), sessions, most_handles, counts_lingering, book: Book::default() }
    }

    pub fn begin(&mut self, slot: usize, terms: Terms) {
        self.sessions[slot] = Some(Session::new(terms));
    }

    fn session(&self, slot: usize) -> &Session {
        self.sessions[slot].as_ref().unwrap()
    }

    fn session_mut(&mut self, slot: usize) -> &mut Session {
        self.sessions[slot].as_mut().unwrap()
    }

    fn view(&self, slot: usize) -> Values {
        match &self.session(slot).whole_call {
            Some(call) => call.view(&self.workspace),
            None => self.workspace.visible(),
        }
    }

    /// Whether others have moved beneath what a whole call added to counters, so that it can only end in a conflict.
    fn is_undermined(&self, slot: usize) -> bool {
        self.session(slot).whole_call.as_ref().is_some_and(|call| call.is_undermined(&self.workspace))
    }

    /// The version that an expectation means.
    fn version(&self, slot: usize, at: At, expect: Expect) -> Version {
        let place = self.session(slot).terms.place(at);
        let view = self.view(slot);
        let as_now = matches!(expect, Expect::AsNow);
        let meant = view.0.iter().find(|(other, _)| (**other == place) == as_now);
        meant.and_then(|(_, stored)| self.book.version(stored.write)).unwrap_or(Version::from(NO_VERSION))
    }

    /// # Errors
    ///
    /// What would have been right instead.
    pub fn judge(&mut self, slot: usize, call: &Call, told: &Answer<Version>) -> Result<(), String> {
        let refusals = refusals::of(call, self.session(slot));
        let stale = self.stale(slot);
        if is_conflict(told) {
            return self.meet_conflict(slot, call, stale);
        }
        if !refusals.is_empty() {
            return self.compare(told, &Expected::refused(refusals));
        }
        // This may be said before anything is looked at, also where there is nothing to open.
        let too_many = Expected::refused(self.handle_refusal(slot, call));
        if matches!(told, Answer::Refused(why) if too_many.refuses(why)) {
            return Ok(());
        }
        let (view, undermined) = (self.view(slot), self.is_undermined(slot));
        let write = self.book.next();
        let scene = Scene {
            session: self.session(slot),
            view: &view,
            now_ms: self.workspace.clock.now_ms(),
            book: &self.book,
            write,
        };
        let mut expected = scene.expected(call);
        // Where others have changed what it wrote over, a call may go on until its commit, which judges.
        let shifted = self.session(slot).whole_call.as_ref().is_some_and(|call| call.is_shifted(&self.workspace));
        let may_be_full = !shifted || matches!(told, Answer::Refused(_));
        let full = if may_be_full { self.quota_refusals(slot, call, &view, &expected.effect) } else { Full::default() };
        let is_full = full.surely || (!full.refusals.is_empty() && matches!(told, Answer::Refused(_)));
        let must_refuse = !expected.refusals.is_empty() || is_full;
        expected.refusals.extend(full.refusals);
        let nothing_to_open = expected.answer == Some(Answer::Reader(None));
        if must_refuse || (!too_many.refusals.is_empty() && !nothing_to_open) {
            expected.answer = None;
        }
        // A value that was opened stays as it is, and nothing at all can be asked for.
        let may_go_on = match call {
            Call::Read { .. } | Call::Close { .. } | Call::Abandon { .. } => true,
            Call::GetMany(many) => many.is_empty(),
            _ => false,
        };
        if let Some(call) = &self.session(slot).whole_call {
            if call.in_conflict && !may_go_on {
                return Err("it went on after a conflict".to_owned());
            }
            if stale == Stale::Yes && call.looks_outside(&expected.reads) {
                return Err("a conflict: what it had read before has changed".to_owned());
            }
        }
        let right = self.compare(told, &expected);
        if undermined && right.is_err() {
            // It must not get through in the end.
            return Ok(());
        }
        right?;
        self.go_on(slot, call, expected);
        Ok(())
    }

    fn stale(&self, slot: usize) -> Stale {
        self.session(slot).whole_call.as_ref().map_or(Stale::No, |call| call.stale(&self.workspace))
    }

    fn meet_conflict(&mut self, slot: usize, call: &Call, stale: Stale) -> Result<(), String> {
        let undermined = self.is_undermined(slot);
        if let Call::Finish { writer } = call {
            // However it ends, a writer is gone with it.
            self.session_mut(slot).writers.remove(*writer);
        }
        match &mut self.session_mut(slot).whole_call {
            Some(call) if call.in_conflict || stale > Stale::No || undermined => {
                call.in_conflict = true;
                Ok(())
            }
            _ => Err("no conflict: nothing that it has read was touched".to_owned()),
        }
    }

    fn compare(&mut self, told: &Answer<Version>, expected: &Expected) -> Result<(), String> {
        let right = match (told, &expected.answer) {
            (Answer::Refused(why), _) => expected.refuses(why),
            (told, Some(answer)) => told.agrees(answer, &mut self.book),
            (_, None) => false,
        };
        if right { Ok(()) } else { Err(format!("{:?} or a refusal of {:?}", expected.answer, expected.refusals)) }
    }

    fn handle_refusal(&self, slot: usize, call: &Call) -> Vec<Error> {
        if !matches!(call, Call::Open(_) | Call::Create { .. }) {
            return Vec::new();
        }
        let session = self.session(slot);
        let altogether = self.sessions.iter().flatten().map(Session::open_handles).sum();
        [(u64::from(session.terms.limits.open_handles), session.open_handles()), (self.most_handles, altogether)]
            .into_iter()
            .filter(|(limit, open)| open >= limit)
            .map(|(limit, open)| Error::TooManyOpen(Excess { unit: Unit::Handles, limit, actual: open + 1 }))
            .collect()
    }

    fn go_on(&mut self, slot: usize, call: &Call, expected: Expected) {
        self.note_what_was_left_out(slot, &expected);
        let kept = self.kept_for(slot, call, &expected.effect);
        let room = self.room_for_chunk(slot, call);
        let Self { workspace, sessions, .. } = self;
        let session = sessions[slot].as_mut().unwrap();
        if let Some(call) = &mut session.whole_call {
            for read in expected.reads {
                call.learn(read, expected.answer.is_some(), workspace);
            }
        }
        // What a call holds is looked at when it changes or is asked for.
        let weighs = !expected.effect.0.is_empty() || matches!(call, Call::Usage(_) | Call::DeletePrefix { .. });
        let opened = matches!(expected.answer, Some(Answer::Reader(Some(_))));
        match call {
            // However it ends, a writer is gone with it.
            Call::Finish { writer } => drop(session.writers.remove(*writer)),
            _ if expected.answer.is_none() => {}
            Call::Open(at) if opened => {
                let place = session.terms.place(*at);
                let value = self.view(slot).at(&place).unwrap().clone();
                let committed = self.workspace.visible().at(&place).is_some_and(|stored| stored.write == value.write);
                let committed_at = committed.then_some(place);
                self.session_mut(slot).readers.push(OpenReader { value, committed_at });
                return;
            }
            Call::Close { reader } => drop(session.readers.remove(*reader)),
            Call::Create { at, expect, ms } => {
                let place = session.terms.place(*at);
                let expires_at_ms = ms.and_then(|ms| expiry(workspace.clock.now_ms(), ms));
                session.writers.push(OpenWriter::new(place, *expect, expires_at_ms));
            }
            Call::Write { writer, value } => session.writers[*writer].append(*value, room),
            Call::Abandon { writer } => drop(session.writers.remove(*writer)),
            _ => {}
        }
        if expected.answer.is_none() {
            return;
        }
        let removed = match call {
            Call::DeletePrefix { store, prefix } => Some((session.terms.store(*store), (*prefix).to_owned())),
            _ => None,
        };
        match &mut session.whole_call {
            Some(call) => {
                let cleared = removed.filter(|(_, prefix)| prefix.is_empty());
                call.cleared.extend(cleared.map(|(store, _)| store));
                if weighs {
                    call.drop_expired(workspace.clock.now_ms());
                }
                call.write(expected.effect, kept, workspace);
            }
            None => {
                let after = expected.effect.apply(&workspace.visible(), workspace.clock.now_ms());
                let touched = removed.map(|(store, prefix)| Touch::Prefix(store, prefix));
                workspace.commit(&expected.effect, &after.unwrap_or_default(), touched);
            }
        }
    }

    fn note_what_was_left_out(&mut self, slot: usize, expected: &Expected) {
        let Self { workspace, sessions, .. } = self;
        let call = sessions[slot].as_ref().and_then(|session| session.whole_call.as_ref());
        for read in expected.reads.iter().chain(&expected.glances) {
            // Where a call has written itself it need not look what others have.
            workspace.left_out(|place| read.covers(place) && !call.is_some_and(|call| call.has_said(place)));
        }
    }

    /// What anybody can see where a session has written, of its own store and the shared one.
    pub fn left_by(&self, terms: &Terms) -> Vec<(At, Write)> {
        let visible = self.workspace.visible();
        let at = |store| move |key: &'static str| At { store, key };
        let all = KEYS.iter().flat_map(|key| [at(Store::Private)(key), at(Store::Shared)(key)]);
        all.filter_map(|at| Some((at, visible.at(&terms.place(at))?.write))).collect()
    }

    /// Ends a session, and gives its terms.
    ///
    /// # Errors
    ///
    /// What would have been right instead.
    pub fn end(&mut self, slot: usize, told: &Answer<Version>) -> Result<Terms, String> {
        let stale = self.stale(slot);
        let session = self.sessions[slot].take().unwrap();
        let terms = session.terms.clone();
        self.commit(session, stale, told).map(|()| terms)
    }

    fn commit(&mut self, session: Session, stale: Stale, told: &Answer<Version>) -> Result<(), String> {
        let Some(call) = session.whole_call else {
            return if *told == Answer::Done { Ok(()) } else { Err("nothing left to do".to_owned()) };
        };
        let base = self.workspace.visible();
        let after = call.writes().apply(&base, self.workspace.clock.now_ms());
        let full = self.over_quota(&session.terms.limits, call.writes(), &base, &Kept::new(), Apart::none());
        let must_fail = call.in_conflict || stale == Stale::Yes || after.is_err() || full.surely;
        if is_conflict(told) {
            let may_fail = must_fail || stale == Stale::Perhaps || !full.refusals.is_empty();
            return if may_fail { Ok(()) } else { Err("a commit".to_owned()) };
        }
        if must_fail || *told != Answer::Done {
            return Err(format!("a conflict ({stale:?}, {full:?})"));
        }
        let after = self.of_one_commit(call.writes(), after.unwrap());
        let cleared = call.cleared.iter().map(|store| Touch::Prefix(store.clone(), String::new()));
        self.workspace.commit(call.writes(), &after, cleared);
        Ok(())
    }

    /// What a whole call wrote and nobody has asked the version of may have the one that its commit has.
    fn of_one_commit(&mut self, writes: &Effect, mut after: Values) -> Values {
        let commit = self.book.next();
        for place in writes.places() {
            if let Some(stored) = after.0.get_mut(place)
                && self.book.version(stored.write).is_none()
            {
                stored.write = self.book.next_of(commit);
            }
        }
        after
    }

    /// Removes what a plugin holds; whether it held anything.
    pub fn delete_plugin(&mut self, store: &StoreId) -> bool {
        let held = self.workspace.visible().held(store).keys > 0;
        self.workspace.clear(store);
        held
    }

    /// The call with the reader or writer that its number means; none where there is none.
    pub fn aimed(&self, slot: usize, call: &Call) -> Option<Call> {
        let session = self.session(slot);
        let (readers, writers) = (session.readers.len(), session.writers.len());
        let mut aimed = call.clone();
        let (number, open) = match &mut aimed {
            Call::Read { reader, .. } | Call::Close { reader } => (reader, readers),
            Call::Write { writer, .. } | Call::Finish { writer } | Call::Abandon { writer } => (writer, writers),
            _ => return Some(aimed.with_versions(|at, expect| self.version(slot, at, expect))),
        };
        *number = number.checked_rem(open)?;
        Some(aimed)
    }

    /// Whether the store has shown nothing but `version` for what is at a place.
    pub fn has_version(&mut self, write: Write, version: Version) -> bool {
        self.book.agrees(write, version)
    }
}

fn is_conflict(told: &Answer<Version>) -> bool {
    matches!(told, Answer::Refused(why) if *why == format!("{:?}", Error::Conflict))
}
