use std::collections::VecDeque;

use crate::reads::{Reads, Seen, Touch};

/// How many commits are remembered.
const MOST_COMMITS: usize = 4_096;
/// How much of their keys is remembered, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What the latest commits of a workspace have changed, so that a whole call learns whether that touches what it read.
///
/// It is remembered only while there are whole calls.
#[derive(Default)]
pub(crate) struct Recent {
    /// Which opening of the workspace this is about; 0 while it was never open.
    epoch: u64,
    /// All commits after this one are remembered.
    start: u64,
    commits: VecDeque<Commit>,
    bytes: usize,
    whole_calls: usize,
}

struct Commit {
    number: u64,
    touches: Vec<Touch>,
    bytes: usize,
}

impl Recent {
    /// A whole call begins.
    pub fn begin_call(&mut self) {
        self.whole_calls += 1;
    }

    /// A whole call is over.
    pub fn end_call(&mut self) {
        self.whole_calls -= 1;
        if self.whole_calls == 0
            && let Some(last) = self.commits.back()
        {
            self.forget_until(last.number);
        }
    }

    /// The workspace was opened, having so many commits behind it.
    pub fn opened(&mut self, commits: u64) {
        self.epoch += 1;
        self.start = commits;
        self.commits.clear();
        self.bytes = 0;
    }

    /// A state of the workspace as it is open now.
    pub fn seen(&self, commit: u64) -> Seen {
        Seen { epoch: self.epoch, commit }
    }

    /// A commit of this number is about to be made: nobody has seen it yet.
    pub fn begin_commit(&mut self, number: u64, touches: Vec<Touch>) {
        if self.whole_calls == 0 {
            // A call that begins while the commit is made must not take it for one that changed nothing.
            self.start = self.start.max(number);
            return;
        }
        let bytes = touches.iter().map(Touch::bytes).sum();
        self.bytes += bytes;
        self.commits.push_back(Commit { number, touches, bytes });
    }

    /// It was made, or it came to nothing: so many commits there are now.
    pub fn end_commit(&mut self, commits: u64) {
        self.start = self.start.min(commits);
        while self.commits.back().is_some_and(|last| last.number > commits) {
            self.bytes -= self.commits.pop_back().map_or(0, |last| last.bytes);
        }
        if self.commits.back().is_none_or(|last| last.number < commits) {
            // It was not remembered, as there was no whole call when it began.
            self.forget_until(commits);
        }
        while self.commits.len() > MOST_COMMITS || self.bytes > MOST_BYTES {
            let Some(first) = self.commits.front() else { break };
            self.forget_until(first.number);
        }
    }

    /// Whether what was read in one state is known to be so in a later one.
    pub fn unchanged(&self, reads: &Reads, from: Seen, to: Seen) -> bool {
        if from == to {
            return true;
        }
        let known = match from.epoch {
            // There was no workspace; it is known what became of one that was created since.
            0 => self.start == 0,
            epoch => epoch == to.epoch && self.start <= from.commit && from.commit <= to.commit,
        };
        let between = |commit: &&Commit| from.commit < commit.number && commit.number <= to.commit;
        known
            && to.epoch == self.epoch
            && !self.commits.iter().filter(between).flat_map(|commit| &commit.touches).any(|t| reads.is_touched_by(t))
    }

    fn forget_until(&mut self, number: u64) {
        self.start = self.start.max(number);
        while self.commits.front().is_some_and(|first| first.number <= number) {
            self.bytes -= self.commits.pop_front().map_or(0, |first| first.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Place;
    use crate::key::Key;
    use crate::store_id::StoreId;

    fn place(key: &str) -> Place {
        Place { store: StoreId::Shared, key: Key::trusted(key).into_owned() }
    }

    fn reads(key: &str) -> Reads {
        let mut reads = Reads::default();
        reads.add_key(place(key));
        reads
    }

    fn commit(recent: &mut Recent, number: u64, key: &str) {
        recent.begin_commit(number, vec![Touch::Key(place(key))]);
        recent.end_commit(number);
    }

    fn open_with_a_call(commits: u64) -> Recent {
        let mut recent = Recent::default();
        recent.begin_call();
        recent.opened(commits);
        recent
    }

    #[test]
    fn what_was_read_has_changed_if_a_commit_since_touches_it() {
        let mut recent = open_with_a_call(7);
        let before = recent.seen(7);
        commit(&mut recent, 8, "a");
        commit(&mut recent, 9, "b");
        let (between, now) = (recent.seen(8), recent.seen(9));
        assert!(!recent.unchanged(&reads("a"), before, now));
        assert!(recent.unchanged(&reads("a"), between, now));
        assert!(recent.unchanged(&reads("b"), before, between));
        assert!(recent.unchanged(&reads("c"), before, now));
    }

    #[test]
    fn a_call_that_is_too_old_does_not_know() {
        let mut recent = open_with_a_call(0);
        let most = MOST_COMMITS as u64;
        for number in 1..=most {
            commit(&mut recent, number, "a");
        }
        assert!(recent.unchanged(&reads("b"), recent.seen(0), recent.seen(most)));
        commit(&mut recent, most + 1, "a");
        assert!(!recent.unchanged(&reads("b"), recent.seen(0), recent.seen(most + 1)));
        assert!(recent.unchanged(&reads("b"), recent.seen(1), recent.seen(most + 1)));
    }

    #[test]
    fn a_commit_that_nobody_remembers_may_have_changed_anything() {
        let mut recent = Recent::default();
        recent.opened(3);
        recent.begin_commit(4, vec![Touch::Key(place("a"))]);
        recent.begin_call();
        let before = recent.seen(3);
        assert!(!recent.unchanged(&reads("b"), before, recent.seen(4)), "it began before the call");
        recent.end_commit(4);
        assert!(!recent.unchanged(&reads("b"), before, recent.seen(4)), "and is over now");
        recent.opened(4);
        assert!(!recent.unchanged(&reads("b"), Seen { epoch: 1, commit: 4 }, recent.seen(4)), "another opening");
    }

    #[test]
    fn a_commit_that_came_to_nothing_is_forgotten() {
        let mut recent = open_with_a_call(3);
        recent.begin_commit(4, vec![Touch::Key(place("a"))]);
        recent.end_commit(3);
        assert_eq!(recent.bytes, 0);
        commit(&mut recent, 4, "b");
        assert!(recent.unchanged(&reads("a"), recent.seen(3), recent.seen(4)));

        let mut recent = Recent::default();
        recent.opened(3);
        recent.begin_commit(4, vec![Touch::Key(place("a"))]);
        recent.end_commit(3);
        recent.begin_call();
        commit(&mut recent, 4, "b");
        assert!(recent.unchanged(&reads("a"), recent.seen(3), recent.seen(4)), "also without a call");
    }

    #[test]
    fn a_workspace_that_was_created_since_is_known_from_its_start() {
        let mut recent = Recent::default();
        recent.begin_call();
        let nothing = Seen { epoch: 0, commit: 0 };
        recent.opened(0);
        commit(&mut recent, 1, "a");
        assert!(recent.unchanged(&reads("b"), nothing, recent.seen(1)));
        assert!(!recent.unchanged(&reads("a"), nothing, recent.seen(1)));
        recent.opened(1);
        assert!(!recent.unchanged(&reads("b"), nothing, recent.seen(1)), "it had commits when it was opened");
    }

    #[test]
    fn nothing_is_remembered_without_whole_calls() {
        let mut recent = Recent::default();
        recent.opened(0);
        commit(&mut recent, 1, "a");
        assert_eq!((recent.commits.len(), recent.start), (0, 1));
        recent.begin_call();
        commit(&mut recent, 2, "a");
        assert_eq!((recent.commits.len(), recent.start), (1, 1));
        recent.end_call();
        assert_eq!((recent.commits.len(), recent.start, recent.bytes), (0, 2, 0));
    }
}
