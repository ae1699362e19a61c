//! Durable `set`, against appending the same number of bytes to a file and waiting for the disk.

use larder_benches::{Comparison, FloorMap, Loops, RawLog, Report, Run, Samples, Shape};
use larder_store::Larder;
use pollster::block_on;
use wasmtime::Result;

use crate::{Bench, session};

struct Case {
    what: &'static str,
    value_bytes: u32,
    beside_bound: Option<f64>,
    exclusive_bound: Option<f64>,
}

const CASES: [Case; 2] = [
    Case { what: "100 B", value_bytes: 100, beside_bound: Some(2.3), exclusive_bound: Some(1.5) },
    Case { what: "64 KiB", value_bytes: 64 * 1024, beside_bound: None, exclusive_bound: None },
];

/// What sets so many bytes at a key, by what it is called, and within what bound.
type Setters = Vec<(&'static str, Box<dyn FnMut(u32, Shape) -> Result<Run>>, Option<f64>)>;

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    for case in CASES {
        report.add(case.compare(bench)?);
    }
    Ok(())
}

impl Case {
    fn compare(&self, bench: &Bench<'_>) -> Result<Comparison> {
        let what = self.what;
        let beside = bench.larder(&format!("writes of {what} with readers beside them"))?;
        let alone = bench.exclusive_larder(&format!("writes of {what} alone"))?;
        let mut log = RawLog::create(&bench.dir.join(format!("log of {what}")))?;
        let host = |larder: &Larder| bench.hosts.host(session(larder, "bench")?, FloorMap::new());
        let (mut host_beside, mut host_alone) = (host(&beside)?, host(&alone)?);
        #[allow(unused_mut, reason = "nobody is added where the peers are not built")]
        let mut setters: Setters = vec![
            (
                "set, readers beside it",
                Box::new(move |bytes, shape| host_beside.set("key", bytes, shape)),
                self.beside_bound,
            ),
            ("set, exclusive", Box::new(move |bytes, shape| host_alone.set("key", bytes, shape)), self.exclusive_bound),
        ];
        #[cfg(feature = "peers")]
        for (name, mut host) in larder_benches::peers::all(&bench.dir.join(format!("peers' writes of {what}")))? {
            setters.push((name, Box::new(move |bytes, shape| host.set("key", bytes, shape)), None));
        }

        let writes = bench.effort.writes;
        let mut baseline = Samples::default();
        let mut samples: Vec<Samples> = setters.iter().map(|_| Samples::default()).collect();
        for round in 0..=bench.effort.rounds {
            let logged = log.append(self.value_bytes, writes)?;
            let set = setters.iter_mut().map(|(_, set, _)| set(self.value_bytes, writes));
            let runs: Vec<Run> = set.collect::<Result<_>>()?;
            // The first one creates and warms up.
            if round > 0 {
                baseline.add(&logged, writes);
                samples.iter_mut().zip(&runs).for_each(|(samples, run)| samples.add(run, writes));
            }
        }

        let comparison = Comparison::with("P2", format!("append and fdatasync, {what}"), baseline);
        let comparison = setters.iter().zip(samples).fold(comparison, |comparison, ((name, _, bound), samples)| {
            comparison.of(format!("{name}, {what}"), samples, *bound)
        });
        drop(setters);
        block_on(beside.close())?;
        block_on(alone.close())?;
        Ok(comparison)
    }
}
