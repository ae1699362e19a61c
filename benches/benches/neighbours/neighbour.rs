use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use larder_benches::{RawLog, Samples, Shape};
use tokio::task::{JoinHandle, spawn_blocking};
use wasmtime::Result;

use crate::attack::WORKSPACE;
use crate::hostile::{Deed, Hostile};

const PLUGIN: &str = "neighbour";
const VALUE_BYTES: u32 = 100;

const ONE: Shape = Shape { samples: 1, calls: 1 };

/// How many times its bound a ratio may be before it counts as a regression rather than as noise.
const TOLERANCE: f64 = 2.0;

pub const HEAD: &str = "| attack | the neighbour's call | p99 in quiet | p99 meanwhile | calls meanwhile | ratio | bound |\n|---|---|---|---|---|---|---|";

/// Where the neighbour is, and what it may notice.
const PLACES: [(&str, &str, f64); 2] =
    [("elsewhere", "in another workspace", 2.0), (WORKSPACE, "in the same workspace", 10.0)];
const CALLS: [(Deed, &str); 2] = [(Deed::Get, "get"), (Deed::Set, "set")];

/// A plugin that means well, in another workspace than the attacker and in the same; and one who needs nothing but a processor
/// and the disk, whom no larder can serve better than the machine does.
pub struct Neighbour {
    hostile: Hostile,
    log: Arc<Mutex<RawLog>>,
    quiet: Taken,
    attacked: Taken,
}

/// What each kind of call took, in each place, and a thread that appends to a file and syncs it.
#[derive(Default)]
struct Taken {
    calls: [[Samples; 2]; 2],
    raw: Samples,
}

impl Neighbour {
    pub async fn new(hostile: Hostile, dir: &Path) -> Result<Self> {
        for (workspace, ..) in PLACES {
            hostile.session(workspace, PLUGIN)?.set("0", vec![7; VALUE_BYTES as usize]).await?;
        }
        let log = Arc::new(Mutex::new(RawLog::create(&dir.join("raw"))?));
        Ok(Self { hostile, log, quiet: Taken::default(), attacked: Taken::default() })
    }

    pub async fn in_quiet(&mut self, calls: u32) -> Result<()> {
        let samples = std::mem::take(&mut self.quiet);
        self.quiet = self.timed(calls, samples).await?;
        Ok(())
    }

    pub async fn under_attack(&mut self, calls: u32) -> Result<()> {
        let samples = std::mem::take(&mut self.attacked);
        self.attacked = self.timed(calls, samples).await?;
        Ok(())
    }

    async fn timed(&self, calls: u32, mut samples: Taken) -> Result<Taken> {
        for _ in 0..calls {
            self.each(&mut samples).await?;
        }
        Ok(samples)
    }

    async fn each(&self, samples: &mut Taken) -> Result<()> {
        for ((workspace, ..), samples) in PLACES.iter().zip(&mut samples.calls) {
            for ((deed, _), samples) in CALLS.iter().zip(samples) {
                let (session, hostile) = (self.hostile.session(workspace, PLUGIN)?, self.hostile.clone());
                let deed = *deed;
                // In a task as any other, rather than on the thread that the runtime was started from.
                let timed: JoinHandle<Result<Duration>> = tokio::spawn(async move {
                    let start = Instant::now();
                    hostile.once(session, deed, VALUE_BYTES).await?;
                    Ok(start.elapsed())
                });
                samples.add_one(timed.await??);
            }
        }
        let log = self.log.clone();
        let appended =
            spawn_blocking(move || log.lock().expect("nothing panics while this is locked").append(VALUE_BYTES, ONE));
        samples.raw.add(&appended.await??, ONE);
        Ok(())
    }

    /// What was measured since the last time.
    pub fn take(&mut self, attack: &'static str) -> Rows {
        Rows { attack, quiet: std::mem::take(&mut self.quiet), attacked: std::mem::take(&mut self.attacked) }
    }
}

pub struct Rows {
    attack: &'static str,
    quiet: Taken,
    attacked: Taken,
}

/// A kind of call.
struct Row<'a> {
    call: &'a str,
    place: &'a str,
    quiet: &'a Samples,
    attacked: &'a Samples,
    bound: f64,
}

impl Row<'_> {
    fn ratio(&self) -> f64 {
        self.attacked.p99() / self.quiet.p99()
    }
}

impl Rows {
    /// Whether a bound is missed by so much that noise does not explain it.
    pub fn is_far_off(&self) -> bool {
        self.all().any(|row| row.ratio() > TOLERANCE * row.bound)
    }

    fn all(&self) -> impl Iterator<Item = Row<'_>> {
        let places = PLACES.iter().zip(self.quiet.calls.iter().zip(&self.attacked.calls));
        places.flat_map(|((_, place, bound), (quiet, attacked))| {
            let calls = CALLS.iter().zip(quiet.iter().zip(attacked));
            calls.map(|((_, call), (quiet, attacked))| Row { call, place, quiet, attacked, bound: *bound })
        })
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |samples: &Samples| format!("{:.2} ms", samples.p99() / 1e6);
        for row in self.all() {
            let (attack, ratio, calls) = (self.attack, row.ratio(), row.attacked.count());
            let Row { call, place, quiet, attacked, bound } = row;
            let missed = if ratio > bound { ", MISSED" } else { "" };
            let (quiet, attacked) = (ms(quiet), ms(attacked));
            writeln!(
                f,
                "| {attack} | {call} {place} | {quiet} | {attacked} | {calls} | {ratio:.1} | {bound}{missed} |"
            )?;
        }
        let (attack, quiet, attacked) = (self.attack, &self.quiet.raw, &self.attacked.raw);
        let (ratio, calls) = (attacked.p99() / quiet.p99(), attacked.count());
        writeln!(
            f,
            "| {attack} | a thread's append and fdatasync | {} | {} | {calls} | {ratio:.1} | |",
            ms(quiet),
            ms(attacked)
        )
    }
}
