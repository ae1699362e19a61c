use std::io;

use rustix::io::Errno;

use super::node::Unsynced;

/// What a disk is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Read,
    Write,
    SetLen,
    Sync,
    Open,
    Create,
    MakeDir,
    Rename,
    Unlink,
    RemoveDir,
    SyncDir,
    List,
    Look,
    Lock,
}

impl Operation {
    pub const ALL: [Self; 14] = [
        Self::Read,
        Self::Write,
        Self::SetLen,
        Self::Sync,
        Self::Open,
        Self::Create,
        Self::MakeDir,
        Self::Rename,
        Self::Unlink,
        Self::RemoveDir,
        Self::SyncDir,
        Self::List,
        Self::Look,
        Self::Lock,
    ];
}

/// Which operations fail, and how.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub operations: &'static [Operation],
    /// So many of them succeed first.
    pub after: usize,
    /// So many fail then.
    pub times: usize,
    pub error: Errno,
    pub unsynced: Unsynced,
}

impl Plan {
    /// Has the first so many of these operations fail, as on a disk that is damaged.
    pub fn failing(operations: &'static [Operation], times: usize) -> Self {
        Self { operations, after: 0, times, error: Errno::IO, unsynced: Unsynced::Kept }
    }
}

pub const FOR_EVER: usize = usize::MAX;

/// How far a plan is.
#[derive(Default)]
pub struct Faults {
    plan: Option<Plan>,
    met: usize,
}

impl Faults {
    pub fn begin(&mut self, plan: Plan) {
        *self = Self { plan: Some(plan), met: 0 };
    }

    /// Ends the plan; how many of its operations were asked for.
    pub fn end(&mut self) -> usize {
        std::mem::take(self).met
    }

    pub fn unsynced(&self) -> Unsynced {
        self.plan.map_or(Unsynced::Kept, |plan| plan.unsynced)
    }

    pub fn attempt(&mut self, operation: Operation) -> io::Result<()> {
        let Some(plan) = self.plan.filter(|plan| plan.operations.contains(&operation)) else { return Ok(()) };
        let number = self.met;
        self.met += 1;
        if number >= plan.after && number - plan.after < plan.times {
            return Err(plan.error.into());
        }
        Ok(())
    }
}
