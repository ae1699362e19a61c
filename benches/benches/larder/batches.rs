//! A hundred values that become durable together, against one.

use std::time::Instant;

use larder_benches::{Comparison, FloorMap, Report, Samples, Shape};
use larder_store::Commit;
use pollster::block_on;
use wasmtime::Result;

use crate::{Bench, session};

const KEYS: u32 = 100;
const VALUE_BYTES: u32 = 100;
const BOUND: f64 = 2.5;
const ONCE: Shape = Shape { samples: 1, calls: 1 };

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("batches")?;
    let session = session(&larder, "bench")?;
    let mut host = bench.hosts.host(session.again(), FloorMap::new())?;
    let mut call = bench.hosts.host(session.again().with_commit(Commit::WholeCall), FloorMap::new())?;
    let (mut one, mut batch, mut whole_call) = (Samples::default(), Samples::default(), Samples::default());
    for round in 0..=bench.effort.rounds {
        let set = host.call(async |loops, store| loops.call_set_each(store, 1, VALUE_BYTES).await)?;
        let commit = host.call(async |loops, store| loops.call_commit(store, KEYS, VALUE_BYTES, ONCE).await)?;
        let begin = Instant::now();
        call.call(async |loops, store| loops.call_set_each(store, KEYS, VALUE_BYTES).await)?;
        block_on(call.session().commit())?;
        let took = begin.elapsed();
        // The first one creates and warms up.
        if round > 0 {
            one.add(&set, ONCE);
            batch.add(&commit, ONCE);
            whole_call.add_one(took);
        }
    }
    report.add(
        Comparison::with("P4", "set of 100 B", one).of("100 of them in one atomic.commit", batch, Some(BOUND)).of(
            "100 of them in one whole call, commit included",
            whole_call,
            Some(BOUND),
        ),
    );
    drop((host, call));
    Ok(block_on(larder.close())?)
}
