//! `get`, against a host function that reads a map: what is paid beyond crossing into the host.

use std::path::Path;

use larder_benches::{AsyncHost, Comparison, FloorMap, Loops, Run, Samples, Shape, SyncHost};
use larder_store::{Dir, Larder, Limits, Options, Session};
use pollster::block_on;
use wasmtime::error::{Result, ensure};

use crate::effort::Effort;

/// Without a hot cache.
const GET_100_B_BOUND: f64 = 30.0;

struct Case {
    what: &'static str,
    key: &'static str,
    /// None for a key that is nowhere.
    value_bytes: Option<usize>,
    bound: Option<f64>,
}

// The missing key would stand after the small one, so that a search for it does not end at the large one.
const CASES: [Case; 3] = [
    Case { what: "100 B", key: "small", value_bytes: Some(100), bound: Some(GET_100_B_BOUND) },
    Case { what: "64 KiB", key: "large", value_bytes: Some(64 * 1024), bound: None },
    Case { what: "a missing key", key: "unknown", value_bytes: None, bound: None },
];

pub fn measure(dir: &Path, effort: Effort, show: &mut impl FnMut(Comparison)) -> Result<()> {
    let larder = Larder::open(Dir::create_ambient(dir.join("read"))?, Options::default())?;
    let session = || -> Result<Session> { Ok(larder.session(&"bench".parse()?, &"loops".parse()?, Limits::default())) };
    let floor = fill(&session()?)?;

    let mut hosts: [(&str, Box<dyn Loops>); 2] = [
        ("async", Box::new(AsyncHost::new(session()?, floor.clone())?)),
        ("sync", Box::new(SyncHost::new(session()?, floor)?)),
    ];
    for (kind, host) in &mut hosts {
        for case in &CASES {
            show(compare(kind, host.as_mut(), case, effort)?);
        }
    }
    drop(hosts);
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

fn compare(kind: &str, host: &mut dyn Loops, case: &Case, effort: Effort) -> Result<Comparison> {
    let Effort { rounds, reads, .. } = effort;
    let (mut floor, mut get) = (Samples::default(), Samples::default());
    for round in 0..=rounds {
        let (floor_run, get_run) = (host.floor(case.key, reads)?, host.get(case.key, reads)?);
        case.check(&floor_run, reads)?;
        case.check(&get_run, reads)?;
        // The first one warms everything up.
        if round > 0 {
            floor.add(&floor_run, reads);
            get.add(&get_run, reads);
        }
    }
    let what = case.what;
    Ok(Comparison::with(format!("a map in the host, {what}, {kind}"), floor).of(
        format!("get, {what}"),
        get,
        case.bound,
    ))
}

impl Case {
    fn check(&self, run: &Run, shape: Shape) -> Result<()> {
        let bytes = self.value_bytes.unwrap_or(0) as u64 * u64::from(shape.samples) * u64::from(shape.calls);
        ensure!(run.bytes == bytes, "{}: {} bytes were read where {bytes} should be", self.what, run.bytes);
        Ok(())
    }
}
