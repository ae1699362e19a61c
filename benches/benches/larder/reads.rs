//! `get`, against a host function that reads a map: what is paid beyond crossing into the host.

use larder_benches::{Comparison, FloorMap, Loops, Report, Run, Samples, Shape, SyncHost};
use larder_store::Session;
use pollster::block_on;
use wasmtime::error::{Result, ensure};

use crate::{Bench, session};

const BOUND: f64 = 1.5;

struct Case {
    what: &'static str,
    key: &'static str,
    /// None for a key that is nowhere.
    value_bytes: Option<usize>,
    /// How many calls stand for one, so that a round takes as long with every value.
    part: u32,
}

// The missing key would stand after the small one, so that a search for it does not end at the large one.
const CASES: [Case; 5] = [
    Case { what: "100 B", key: "small", value_bytes: Some(100), part: 1 },
    Case { what: "1 KiB", key: "some", value_bytes: Some(1024), part: 1 },
    Case { what: "64 KiB", key: "large", value_bytes: Some(64 * 1024), part: 1 },
    Case { what: "1 MiB", key: "huge", value_bytes: Some(1024 * 1024), part: 10 },
    Case { what: "a missing key", key: "unknown", value_bytes: None, part: 1 },
];

/// What reads the same values beside us, by what it is called.
type Beside = Vec<(&'static str, Box<dyn FnMut(&str, Shape) -> Result<Run>>)>;

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("reads")?;
    let session = || session(&larder, "bench");
    let floor = fill(&session()?)?;
    let mut asynchronous = bench.hosts.host(session()?, floor.clone())?;
    let mut synchronous = SyncHost::new(session()?, floor.clone())?;
    #[allow(unused_mut, reason = "nobody is beside it where the peers are not built")]
    let mut beside: Beside = Vec::new();
    #[cfg(feature = "peers")]
    beside.extend(peers(bench, &session()?, &floor)?);
    for case in &CASES {
        report.add(case.compare("async", &mut asynchronous, &mut Vec::new(), bench)?);
        report.add(case.compare("sync", &mut synchronous, &mut beside, bench)?);
    }
    drop((asynchronous, synchronous, beside));
    Ok(block_on(larder.close())?)
}

/// Puts the same values into storage and into the map that is given back.
fn fill(session: &Session) -> Result<FloorMap> {
    let mut floor = FloorMap::new();
    for Case { key, value_bytes, .. } in CASES {
        if let Some(bytes) = value_bytes {
            let value = vec![b'v'; bytes];
            block_on(session.set(key, value.clone()))?;
            floor.insert(key.to_owned(), value);
        }
    }
    Ok(floor)
}

/// What else reads the same values.
#[cfg(feature = "peers")]
fn peers(bench: &Bench<'_>, session: &Session, values: &FloorMap) -> Result<Beside> {
    use larder_benches::peers::{self, InMemory};

    let mut ours = SyncHost::new(session.again(), FloorMap::new())?;
    let mut in_memory = InMemory::new(values.clone())?;
    let mut beside: Beside = vec![
        ("the same by wasi:keyvalue", Box::new(move |key, shape| ours.keyvalue_get(key, shape))),
        ("wasmtime's wasi:keyvalue in memory", Box::new(move |key, shape| in_memory.get(key, shape))),
    ];
    for (name, mut host) in peers::all(&bench.dir.join("reads of peers"))? {
        for (key, value) in values {
            host.fill(key, value)?;
        }
        beside.push((name, Box::new(move |key, shape| host.get(key, shape))));
    }
    Ok(beside)
}

impl Case {
    fn compare(&self, kind: &str, host: &mut dyn Loops, beside: &mut Beside, bench: &Bench<'_>) -> Result<Comparison> {
        let reads = Shape { calls: bench.effort.reads.calls.div_ceil(self.part), ..bench.effort.reads };
        let (mut floor, mut get) = (Samples::default(), Samples::default());
        let mut others: Vec<Samples> = beside.iter().map(|_| Samples::default()).collect();
        for round in 0..=bench.effort.rounds {
            let runs = [host.floor(self.key, reads)?, host.get(self.key, reads)?];
            let of_others: Vec<_> = beside.iter_mut().map(|(_, get)| get(self.key, reads)).collect::<Result<_>>()?;
            for run in runs.iter().chain(&of_others) {
                self.check(run, reads)?;
            }
            // The first one warms everything up.
            if round > 0 {
                let samples = [&mut floor, &mut get].into_iter().chain(&mut others);
                samples.zip(runs.iter().chain(&of_others)).for_each(|(samples, run)| samples.add(run, reads));
            }
        }
        let what = self.what;
        let comparison = Comparison::with("P1", format!("a map in the host, {what}, {kind}"), floor);
        let comparison = comparison.of(format!("get, {what}, {kind}"), get, Some(BOUND));
        Ok(beside.iter().zip(others).fold(comparison, |comparison, ((name, _), samples)| {
            comparison.of(format!("{name}, get, {what}"), samples, None)
        }))
    }

    fn check(&self, run: &Run, shape: Shape) -> Result<()> {
        let bytes = self.value_bytes.unwrap_or(0) as u64 * u64::from(shape.samples) * u64::from(shape.calls);
        ensure!(run.bytes == bytes, "{}: {} bytes were read where {bytes} should be", self.what, run.bytes);
        Ok(())
    }
}
