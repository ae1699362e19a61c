//! A call of a new instance that reads one value, against one that does nothing.

use std::time::{Duration, Instant};

use larder_benches::{Comparison, Report, Samples, instances};
use larder_host::{Allocation, Call, Plugin, Runtime, RuntimeOptions, State};
use larder_store::Session;
use pollster::block_on;
use wasmtime::component::Instance;
use wasmtime::error::ensure;
use wasmtime::{Result, Store};

use crate::{Bench, session};

const VALUE_BYTES: u64 = 100;
const BOUND: f64 = 1.3;
/// Calls in a row.
const CALLS: u32 = 20;

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("instances")?;
    let session = session(&larder, "bench")?;
    block_on(session.set("key", vec![7; VALUE_BYTES as usize]))?;
    for (allocation, how) in [(Allocation::OnDemand, "on demand"), (Allocation::Pooling, "pooled")] {
        report.add(compare(bench, &session, allocation, how)?);
    }
    Ok(block_on(larder.close())?)
}

fn compare(bench: &Bench<'_>, session: &Session, allocation: Allocation, how: &str) -> Result<Comparison> {
    let mut options = RuntimeOptions::default();
    options.allocation = allocation;
    // A pool of few, as one runs at a time.
    options.calls_at_once = 2;
    let runtime = Runtime::new(options)?;
    let [empty, reader] = instances()?;
    let (empty, reader) = (runtime.load(&empty)?, runtime.load(&reader)?);
    let calls = [(&empty, "key", "key".len() as u64), (&reader, "", 0), (&reader, "key", VALUE_BYTES)];
    let mut samples: [Samples; 3] = Default::default();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for round in 0..=bench.effort.rounds {
        for (samples, (plugin, key, answer)) in samples.iter_mut().zip(calls) {
            let took = tokio.block_on(run(&runtime, plugin, session, key, answer))?;
            // The first one warms everything up.
            if round > 0 {
                samples.add_one(took / CALLS);
            }
        }
    }
    let [nothing, could, get] = samples;
    Ok(Comparison::with("P5", format!("instantiate, call, drop, of an empty plugin, {how}"), nothing)
        .of(format!("the same with one get of {VALUE_BYTES} B, {how}"), get, Some(BOUND))
        .of(format!("of that plugin, without the get, {how}"), could, None))
}

async fn run(runtime: &Runtime, plugin: &Plugin, session: &Session, key: &str, answer: u64) -> Result<Duration> {
    let ask = async |store: &mut Store<State>, instance: &Instance| {
        let run = instance.get_typed_func::<(&str,), (u64,)>(&mut *store, "run")?;
        Ok(run.call_async(store, (key,)).await?.0)
    };
    let begin = Instant::now();
    for _ in 0..CALLS {
        let answered = runtime.call(plugin, Call::new(session.again()), ask, |_| true).await?;
        ensure!(answered == answer, "the plugin answered {answered} where {answer} should be");
    }
    Ok(begin.elapsed())
}
