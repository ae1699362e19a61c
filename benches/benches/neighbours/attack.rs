use std::time::Duration;

use larder_store::{Action, Address, Change, Limits};
use tokio::task::JoinSet;
use tokio::time::sleep;
use wasmtime::Result;

use crate::Effort;
use crate::hostile::{Deed, Hostile};

/// Where it is done, by whom.
pub const WORKSPACE: &str = "attacked";
const PLUGIN: &str = "attacker";

/// How long it is quiet before the first call is timed in quiet, as what was emptied before is still being freed.
const REST: Duration = Duration::from_secs(3);
/// How long an attack goes on before the first call is timed.
const AHEAD: Duration = Duration::from_millis(200);

/// The worst that a plugin can do, of one kind.
pub struct Attack {
    pub what: &'static str,
    deed: Deed,
    value_bytes: u32,
    /// Calls that do it at once.
    calls: u32,
    store: Begins,
}

/// What the attacker's store holds at first.
#[derive(PartialEq)]
enum Begins {
    Empty,
    Full,
    /// Each time anew, as the attack empties it.
    FullEachTime,
}

const MIB: u32 = 1 << 20;

pub const ATTACKS: [Attack; 9] = [
    Attack { what: "a loop", deed: Deed::Compute, value_bytes: 1 << 16, calls: 1, store: Begins::Empty },
    Attack {
        what: "a loop on each of 2 processors",
        deed: Deed::Compute,
        value_bytes: 1 << 16,
        calls: 2,
        store: Begins::Empty,
    },
    Attack { what: "writes of 100 B, 8 calls", deed: Deed::Set, value_bytes: 100, calls: 8, store: Begins::Empty },
    Attack {
        what: "commits of 16 x 64 KiB, 8 calls",
        deed: Deed::Commit,
        value_bytes: 1 << 16,
        calls: 8,
        store: Begins::Empty,
    },
    Attack {
        what: "values of 64 MiB, 4 calls",
        deed: Deed::Set,
        value_bytes: 64 * MIB,
        calls: 4,
        store: Begins::Empty,
    },
    Attack { what: "streams of 1 MiB, 4 calls", deed: Deed::Write, value_bytes: MIB, calls: 4, store: Begins::Empty },
    Attack { what: "list everything", deed: Deed::Items, value_bytes: 0, calls: 1, store: Begins::Full },
    Attack {
        what: "empty a full store",
        deed: Deed::DeletePrefix,
        value_bytes: 0,
        calls: 1,
        store: Begins::FullEachTime,
    },
    Attack {
        what: "delete 100,000 keys by prefix",
        deed: Deed::DeleteByPrefix,
        value_bytes: 0,
        calls: 1,
        store: Begins::FullEachTime,
    },
];

/// An attack that goes on.
pub struct Running(JoinSet<()>);

impl Attack {
    pub async fn prepare(&self, hostile: &Hostile, effort: Effort) -> Result<()> {
        hostile.session(WORKSPACE, PLUGIN)?.private().delete_prefix("").await?;
        if self.store == Begins::Full {
            fill(hostile, effort.keys).await?;
        }
        sleep(REST).await;
        Ok(())
    }

    /// Calls of the neighbour's, of each kind, in a turn.
    pub fn calls(&self, effort: Effort) -> u32 {
        match self.deed {
            // It is let do so about once a second.
            Deed::DeleteByPrefix => 60 * effort.calls,
            _ => effort.calls,
        }
    }

    pub async fn begin(&self, hostile: &Hostile, effort: Effort) -> Result<Running> {
        if self.store == Begins::FullEachTime {
            fill(hostile, effort.keys).await?;
        }
        let mut calls = JoinSet::new();
        for _ in 0..self.calls {
            let (hostile, session) = (hostile.clone(), hostile.session(WORKSPACE, PLUGIN)?);
            let (deed, value_bytes) = (self.deed, self.value_bytes);
            calls.spawn(async move {
                if let Err(error) = hostile.for_ever(session, deed, value_bytes).await {
                    eprintln!("the attack ended: {error:#}");
                }
            });
        }
        if self.store != Begins::FullEachTime {
            sleep(AHEAD).await;
        }
        Ok(Running(calls))
    }
}

impl Running {
    pub async fn end(mut self) {
        self.0.shutdown().await;
        sleep(REST).await;
    }
}

/// Has the attacker's store hold so many keys.
async fn fill(hostile: &Hostile, keys: u32) -> Result<()> {
    // Few commits, as they are not what is measured.
    let limits = Limits { batch_items: 100_000, batch_bytes: 64 << 20, ..Limits::default() };
    let session = hostile.limited(WORKSPACE, PLUGIN, limits)?;
    let names: Vec<String> = (0..keys).map(|number| format!("{number:08}")).collect();
    for batch in names.chunks(session.limits().batch_items as usize) {
        let set = |key| Change { at: Address::private(key), action: Action::Set(vec![7; 10]) };
        session.apply(&[], batch.iter().map(|key| set(key)).collect()).await?;
    }
    Ok(())
}
