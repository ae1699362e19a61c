//! Batches of a workspace, committed together.

use super::{Opened, Workspace};
use crate::engine::{Absent, Batch, BatchOutcome, Change, Committed, judge_in_empty_workspace};
use crate::error::{Error, Fault};
use crate::moment::Moment;
use crate::queue::{Pending, Reply};
use crate::reads::{Reads, Seen, Touch};
use crate::sync::atomic::Ordering;
use crate::sync::{Arc, block_on};

impl Workspace {
    pub(super) fn commit_group(self: &Arc<Self>, group: Vec<Pending>) {
        let opened = self.open_for(group.iter().map(|pending| &pending.batch));
        self.commits.fetch_add(1, Ordering::Relaxed);
        match opened {
            Ok(Some(open)) => {
                let outcomes = self.commit_in(&open, group);
                if open.has_discarded() {
                    self.tidy_soon();
                }
                // Let go of before the answers, so that who gets the last one and closes the larder has closed it.
                drop(open);
                for (reply, outcome) in outcomes {
                    let _ = reply.send(outcome);
                }
            }
            Ok(None) => {
                for Pending { batch, reads, reply, .. } in group {
                    let _ = reply.send(self.outcome_without_workspace(&batch, reads));
                }
            }
            Err(error) => {
                for Pending { reply, .. } in group {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }

    fn outcome_without_workspace(&self, batch: &Batch, reads: Option<Reads>) -> Result<BatchOutcome, Error> {
        let nothing = Seen { epoch: 0, commit: 0 };
        if reads.is_some_and(|reads| reads.seen.is_some_and(|seen| seen != nothing)) {
            return Err(Error::Conflict);
        }
        Ok(match judge_in_empty_workspace(batch, self.now())? {
            // Nothing is written, so nothing will ever have this version.
            Ok((removed, sum)) => BatchOutcome::Committed(Committed { version: 0.into(), removed, sum }),
            Err(number) => BatchOutcome::Conflict(number),
        })
    }

    fn commit_in(&self, open: &Opened, group: Vec<Pending>) -> Vec<(Reply<BatchOutcome>, Result<BatchOutcome, Error>)> {
        let now = self.now();
        let (mut batches, mut replies, mut touches) = (Vec::new(), Vec::new(), Vec::new());
        let mut answers = Vec::with_capacity(group.len());
        let commits = open.commits();
        for Pending { mut batch, reads, reply, reservations } in group {
            if reads.is_some_and(|reads| !self.still_so(&reads, commits, &touches, now)) {
                answers.push((reply, Err(Error::Conflict)));
                continue;
            }
            touches.extend(touches_of(&batch));
            // A writer's own room is there for what it has written, not for what is made before it.
            reservations.iter().for_each(|reservation| reservation.set(0));
            batch.quota.reserved = self.reservations.now();
            batches.push(batch);
            replies.push(reply);
        }
        answers.extend(replies.into_iter().zip(self.commit_together(open, &batches, touches, now)));
        answers
    }

    /// Commits batches at once, and where damage refuses that, in halves, so that only who needs what is damaged is refused.
    fn commit_together(
        &self,
        open: &Opened,
        batches: &[Batch],
        touches: Vec<Touch>,
        now: Moment,
    ) -> Vec<Result<BatchOutcome, Error>> {
        open.hot().inspect(|hot| hot.begin_commit(&touches));
        self.recent().begin_commit(open.commits() + 1, touches);
        let outcomes = block_on(open.commit(batches, now));
        self.recent().end_commit(open.commits());
        open.hot().inspect(|hot| hot.end_commit());
        if batches.len() <= 1 || !outcomes.iter().all(has_met_damage) {
            return outcomes;
        }
        let (first, second) = batches.split_at(batches.len() / 2);
        let commit = |half: &[Batch]| self.commit_together(open, half, half.iter().flat_map(touches_of).collect(), now);
        [first, second].into_iter().flat_map(commit).collect()
    }

    /// Whether what a whole call has read is so after all commits, and after the changes that come before it in its own.
    fn still_so(&self, reads: &Reads, commits: u64, before: &[Touch], now: Moment) -> bool {
        let recent = self.recent();
        reads.seen.is_none_or(|seen| recent.unchanged(reads, seen, recent.seen(commits)))
            && !before.iter().any(|touch| reads.is_touched_by(touch))
            && !now.has_passed(reads.first_expiry)
    }

    /// Opens the workspace, and creates it only if a batch would leave something in it.
    fn open_for<'b>(self: &Arc<Self>, mut batches: impl Iterator<Item = &'b Batch>) -> Result<Option<Opened>, Error> {
        if let Some(open) = self.trusted() {
            return Ok(Some(open));
        }
        let now = self.now();
        let leaves_something =
            |batch: &Batch| batch.adds() && matches!(judge_in_empty_workspace(batch, now), Ok(Ok(_)));
        let absent = if batches.any(leaves_something) { Absent::Create } else { Absent::Leave };
        self.open_here(absent)
    }
}

fn touches_of(batch: &Batch) -> impl Iterator<Item = Touch> {
    batch.changes.iter().map(Change::touch)
}

fn has_met_damage(outcome: &Result<BatchOutcome, Error>) -> bool {
    matches!(outcome, Err(Error::Unavailable(Fault::Damaged { .. })))
}
