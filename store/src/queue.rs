//! What waits to be done in one workspace, one thing after the other.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use futures_channel::oneshot;

use crate::engine::{Absent, Batch, BatchOutcome};
use crate::error::Error;
use crate::plugin_id::PluginId;
use crate::reads::Reads;
use crate::reservation::{Request, Reservation};
use crate::version::Version;
use crate::workspace::Opened;

/// Bytes of batches that share a commit, unless one alone has more.
const GROUP_BYTES: u64 = 4 * 1024 * 1024;

pub(crate) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// A batch, and who waits for its outcome.
pub(crate) struct Pending {
    pub batch: Batch,
    /// What a whole call has read, which must still be so.
    pub reads: Option<Reads>,
    /// What was kept free for the batch, and is free for it now.
    pub reservations: Vec<Arc<Reservation>>,
    pub reply: Reply<BatchOutcome>,
}

/// What is done to a workspace beside commits.
pub(crate) enum Chore {
    Open { absent: Absent, reply: Reply<Option<Opened>> },
    Delete { reply: Reply<bool> },
    Close { reply: Reply<()> },
    CloseUnlessInUse,
    Reserve { request: Request, reply: Reply<()> },
    DrawVersion { reply: Reply<Version> },
    Tidy,
}

pub(crate) enum Work {
    Chore(Chore),
    Commit(Vec<Pending>),
}

#[derive(Default)]
pub(crate) struct Queue {
    chores: VecDeque<Chore>,
    batches: HashMap<PluginId, VecDeque<Pending>>,
    /// The plugins that have batches waiting, in the order in which they are served.
    turn: VecDeque<PluginId>,
    chore_was_last: bool,
    running: bool,
}

impl Queue {
    /// Adds a chore; whether somebody must begin to work.
    #[must_use]
    pub fn add_chore(&mut self, chore: Chore) -> bool {
        let is_tidying = |chore: &Chore| matches!(chore, Chore::Tidy);
        // Once is enough.
        if !is_tidying(&chore) || !self.chores.iter().any(is_tidying) {
            self.chores.push_back(chore);
        }
        self.begin()
    }

    /// Adds a batch; whether somebody must begin to work.
    #[must_use]
    pub fn add_batch(&mut self, pending: Pending) -> bool {
        let plugin = pending.batch.plugin.clone();
        let waiting = self.batches.entry(plugin.clone()).or_default();
        if waiting.is_empty() {
            self.turn.push_back(plugin);
        }
        waiting.push_back(pending);
        self.begin()
    }

    /// Takes out who else waits for the workspace to be opened like that.
    pub fn take_opens(&mut self, like: Absent) -> Vec<Reply<Option<Opened>>> {
        let mut replies = Vec::new();
        for chore in std::mem::take(&mut self.chores) {
            match chore {
                Chore::Open { absent, reply } if absent == like => replies.push(reply),
                other => self.chores.push_back(other),
            }
        }
        replies
    }

    /// What to do now, chores and batches in turn; with none, whoever worked has stopped.
    pub fn next(&mut self) -> Option<Work> {
        let batches_turn = std::mem::take(&mut self.chore_was_last) && !self.turn.is_empty();
        if !batches_turn && let Some(chore) = self.chores.pop_front() {
            self.chore_was_last = true;
            return Some(Work::Chore(chore));
        }
        let group = self.next_group();
        if group.is_empty() {
            self.running = false;
            return None;
        }
        Some(Work::Commit(group))
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.running, true)
    }

    /// One batch of each plugin in turn, until there are no more or they are enough.
    fn next_group(&mut self) -> Vec<Pending> {
        let mut group = Vec::new();
        let mut bytes = 0;
        while let Some(plugin) = self.turn.pop_front() {
            let waiting = self.batches.get_mut(&plugin).expect("a plugin in turn has batches waiting");
            let pending = waiting.pop_front().expect("a plugin in turn has batches waiting");
            bytes += pending.batch.bytes();
            if bytes > GROUP_BYTES && !group.is_empty() {
                waiting.push_front(pending);
                self.turn.push_front(plugin);
                break;
            }
            if waiting.is_empty() {
                self.batches.remove(&plugin);
            } else {
                self.turn.push_back(plugin);
            }
            group.push(pending);
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Body, Change, Place, Put, Quota};
    use crate::expiry::Expiry;
    use crate::key::Key;
    use crate::limits::Limits;
    use crate::store_id::StoreId;

    fn pending(plugin: &str, bytes: usize) -> Pending {
        let key = Key::parse("", &Limits::default()).unwrap().into_owned();
        let put = Put { body: Body::Small(vec![0; bytes]), expiry: Expiry::NEVER, version: None };
        let at = Place { store: StoreId::Shared, key };
        let batch = Batch {
            plugin: plugin.parse().unwrap(),
            checks: Vec::new(),
            changes: vec![Change::Put { at, put }],
            quota: Quota::unlimited(),
        };
        Pending { batch, reads: None, reservations: Vec::new(), reply: oneshot::channel().0 }
    }

    fn groups(queue: &mut Queue) -> Vec<Vec<(String, u64)>> {
        let mut groups = Vec::new();
        while let Some(Work::Commit(group)) = queue.next() {
            groups.push(group.iter().map(|p| (p.batch.plugin.to_string(), p.batch.bytes())).collect());
        }
        groups
    }

    #[test]
    fn plugins_are_served_in_turn_and_each_in_its_own_order() {
        let mut queue = Queue::default();
        for (plugin, bytes) in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5), ("b", 6)] {
            let _ = queue.add_batch(pending(plugin, bytes));
        }
        let order = [("a", 1), ("b", 4), ("c", 5), ("a", 2), ("b", 6), ("a", 3)];
        assert_eq!(groups(&mut queue), [order.map(|(plugin, bytes)| (plugin.to_owned(), bytes))]);
    }

    #[test]
    fn a_group_is_at_most_4_mib_or_one_batch() {
        let mut queue = Queue::default();
        let mib = 1024 * 1024;
        for (plugin, bytes) in [("a", 3 * mib), ("b", mib), ("c", 1), ("d", 9 * mib), ("e", 1)] {
            let _ = queue.add_batch(pending(plugin, bytes));
        }
        let sizes: Vec<usize> = groups(&mut queue).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 1, 1]);
    }

    #[test]
    fn chores_do_not_keep_batches_waiting() {
        let mut queue = Queue::default();
        for _ in 0..2 {
            let _ = queue.add_chore(Chore::CloseUnlessInUse);
            let _ = queue.add_chore(Chore::Tidy);
            let _ = queue.add_batch(pending("a", 1));
            assert!(matches!(queue.next(), Some(Work::Chore(_))));
            assert!(matches!(queue.next(), Some(Work::Commit(_))));
            assert!(matches!(queue.next(), Some(Work::Chore(_))));
            assert!(queue.next().is_none());
        }
    }

    #[test]
    fn tidying_waits_once_however_often_it_is_asked_for() {
        let mut queue = Queue::default();
        assert!(queue.add_chore(Chore::Tidy));
        assert!(!queue.add_chore(Chore::Tidy));
        assert!(matches!(queue.next(), Some(Work::Chore(Chore::Tidy))));
        assert!(!queue.add_chore(Chore::Tidy), "somebody works");
        assert!(matches!(queue.next(), Some(Work::Chore(Chore::Tidy))), "asked for while it was done");
        assert!(queue.next().is_none());
    }

    #[test]
    fn one_at_a_time_is_told_to_work() {
        let mut queue = Queue::default();
        assert!(queue.add_batch(pending("a", 1)));
        assert!(!queue.add_chore(Chore::Tidy));
        assert!(matches!(queue.next(), Some(Work::Chore(Chore::Tidy))));
        assert!(matches!(queue.next(), Some(Work::Commit(_))));
        assert!(!queue.add_chore(Chore::Tidy), "it still works on what it was given");
        assert!(queue.next().is_some());
        assert!(queue.next().is_none());
        assert!(queue.add_batch(pending("a", 1)));
    }
}
