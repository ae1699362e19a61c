//! Durable `set`, against appending the same number of bytes to a file and waiting for the disk.

use std::path::Path;

use larder_benches::{AsyncHost, Comparison, FloorMap, Loops, RawLog, Samples};
use larder_store::{Dir, Larder, Limits, Options, Sharing};
use pollster::block_on;
use wasmtime::Result;

use crate::effort::Effort;

struct Case {
    what: &'static str,
    value_bytes: u32,
    readers_beside_bound: Option<f64>,
    exclusive_bound: Option<f64>,
}

const CASES: [Case; 2] = [
    Case { what: "100 B", value_bytes: 100, readers_beside_bound: Some(3.0), exclusive_bound: Some(1.8) },
    Case { what: "64 KiB", value_bytes: 64 * 1024, readers_beside_bound: None, exclusive_bound: None },
];

pub fn measure(dir: &Path, effort: Effort, show: &mut impl FnMut(Comparison)) -> Result<()> {
    for case in CASES {
        let dir = dir.join(format!("write {}", case.what));
        show(compare(&dir, &case, effort)?);
    }
    Ok(())
}

fn compare(dir: &Path, case: &Case, effort: Effort) -> Result<Comparison> {
    let beside = open(&dir.join("beside"), Sharing::ReadersBeside)?;
    let alone = open(&dir.join("alone"), Sharing::Exclusive)?;
    let mut log = RawLog::create(&dir.join("log"))?;
    let (mut host_beside, mut host_alone) = (host(&beside)?, host(&alone)?);

    let Effort { rounds, writes, .. } = effort;
    let mut samples: [Samples; 3] = Default::default();
    for round in 0..=rounds {
        let runs = [
            log.append(case.value_bytes, writes)?,
            host_beside.set("key", case.value_bytes, writes)?,
            host_alone.set("key", case.value_bytes, writes)?,
        ];
        // The first one creates and warms up.
        if round > 0 {
            samples.iter_mut().zip(&runs).for_each(|(samples, run)| samples.add(run, writes));
        }
    }

    drop((host_beside, host_alone));
    block_on(beside.close())?;
    block_on(alone.close())?;
    let what = case.what;
    let [log, beside, alone] = samples;
    Ok(Comparison::with(format!("append and fdatasync, {what}"), log)
        .of(format!("set, {what}, readers beside it"), beside, case.readers_beside_bound)
        .of(format!("set, {what}, exclusive"), alone, case.exclusive_bound))
}

fn open(dir: &Path, sharing: Sharing) -> Result<Larder> {
    let mut options = Options::default();
    options.sharing = sharing;
    Ok(Larder::open(Dir::create_ambient(dir)?, options)?)
}

fn host(larder: &Larder) -> Result<AsyncHost> {
    let session = larder.session(&"bench".parse()?, &"loops".parse()?, Limits::default());
    AsyncHost::new(session, FloorMap::new())
}
