//! Many sessions that write at once.

use larder_benches::{AsyncHost, Comparison, FloorMap, Loops, Report, Samples, Shape};
use larder_store::Larder;
use pollster::block_on;
use wasmtime::Result;

use crate::{Bench, session};

const SESSIONS: u32 = 64;
const VALUE_BYTES: u32 = 100;
/// Of each session, in its turn.
const WRITES: Shape = Shape { samples: 10, calls: 1 };

pub fn in_one_workspace(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("a crowd in one workspace")?;
    let crowd = |_| "crowd".to_owned();
    report.add(compare(bench, "P3", &larder, crowd, "64 at once, of one workspace", 1.0 / 20.0)?);
    Ok(block_on(larder.close())?)
}

pub fn in_many_workspaces(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("a crowd in many workspaces")?;
    let alone = |number| format!("crowd-{number}");
    report.add(compare(bench, "P11", &larder, alone, "64 at once, each of its own workspace", 1.0 / 3.0)?);
    Ok(block_on(larder.close())?)
}

/// The time for each of the writes of many, where one session alone writes as many in turn.
fn compare(
    bench: &Bench<'_>,
    id: &'static str,
    larder: &Larder,
    workspace: impl Fn(u32) -> String,
    what: &str,
    bound: f64,
) -> Result<Comparison> {
    let host = |workspace: &str| bench.hosts.host(session(larder, workspace)?, FloorMap::new());
    let mut one = host("one")?;
    let mut many: Vec<AsyncHost> = (0..SESSIONS).map(|number| host(&workspace(number))).collect::<Result<_>>()?;
    let (mut alone, mut at_once) = (Samples::default(), Samples::default());
    for round in 0..=bench.effort.long_rounds {
        let run = one.set("key", VALUE_BYTES, Shape { samples: WRITES.samples * 4, ..WRITES })?;
        let took = bench.hosts.set_at_once(&mut many, VALUE_BYTES, WRITES)?;
        // The first one creates and warms up.
        if round > 0 {
            alone.add(&run, WRITES);
            at_once.add_one(took / (SESSIONS * WRITES.samples));
        }
    }
    Ok(Comparison::with(id, "set of 100 B, one session", alone).of(format!("a set, {what}"), at_once, Some(bound)))
}
