//! Stores of many keys.

use larder_benches::{AsyncHost, Comparison, FloorMap, Loops, Report, Samples, Shape};
use larder_store::Larder;
use pollster::block_on;
use wasmtime::Result;

use crate::values::{fill, key};
use crate::{Bench, session};

const VALUE_BYTES: usize = 100;
const GROWTH: f64 = 3.0;
const PAGE_KEYS: u32 = 100;
const PAGE: f64 = 1.5;
const ONCE: Shape = Shape { samples: 1, calls: 1 };

/// Random keys of a smaller and a larger store, each read or written once.
pub fn random(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("keys")?;
    let [few, many] = bench.effort.keys;
    let mut hosts = [filled(bench, &larder, few)?, filled(bench, &larder, many)?];
    let [mut got, mut set]: [[Samples; 2]; 2] = Default::default();
    for round in 0..=bench.effort.long_rounds {
        for (at, (host, keys)) in hosts.iter_mut().zip([few, many]).enumerate() {
            let (reads, writes) = (bench.effort.reads, bench.effort.writes);
            let get = host.call(async |loops, store| loops.call_get_any(store, keys, reads).await)?;
            let bytes = VALUE_BYTES as u32;
            let write = host.call(async |loops, store| loops.call_set_any(store, keys, bytes, writes).await)?;
            // The first one warms everything up.
            if round > 0 {
                got[at].add(&get, reads);
                set[at].add(&write, writes);
            }
        }
    }
    for (what, [few_samples, many_samples]) in [("get", got), ("set", set)] {
        report.add(Comparison::with("P8", format!("{what} of a random one of {few} keys"), few_samples).of(
            format!("{what} of a random one of {many} keys"),
            many_samples,
            Some(GROWTH),
        ));
    }
    drop(hosts);
    Ok(block_on(larder.close())?)
}

/// A page of a store's keys, at the front and far behind it.
pub fn listed(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("listed keys")?;
    let keys = bench.effort.listed_keys;
    let mut host = filled(bench, &larder, keys)?;
    // Those in the middle that differ in fewer digits.
    let middle = keys / 2;
    let alike = 10_u64.pow(middle.ilog10());
    let prefix = &key(middle)[..key(middle).len() - alike.ilog10() as usize];
    let deep = key(middle / alike * alike + alike * 9 / 10);
    let [mut gets, mut first, mut far]: [Samples; 3] = Default::default();
    for round in 0..=bench.effort.rounds {
        let runs = [
            host.get(&key(middle), Shape { samples: 10, calls: PAGE_KEYS })?,
            page(&mut host, prefix, None)?,
            page(&mut host, prefix, Some(&deep))?,
        ];
        // The first one warms everything up.
        if round > 0 {
            [&mut gets, &mut first, &mut far].into_iter().zip(&runs).for_each(|(samples, run)| samples.add(run, ONCE));
        }
    }
    report.add(
        Comparison::with("P10", format!("{PAGE_KEYS} warm gets of 100 B"), gets)
            .of(format!("the first page of {PAGE_KEYS} keys among {keys}"), first, Some(PAGE))
            .of("a page far behind it", far, Some(PAGE)),
    );
    drop(host);
    Ok(block_on(larder.close())?)
}

fn page(host: &mut AsyncHost, prefix: &str, after: Option<&str>) -> Result<larder_benches::Run> {
    let shape = Shape { samples: 10, calls: 1 };
    host.call(async |loops, store| loops.call_page(store, prefix, after, PAGE_KEYS, shape).await)
}

/// A plugin in a workspace with so many keys.
fn filled(bench: &Bench<'_>, larder: &Larder, keys: u64) -> Result<AsyncHost> {
    let session = session(larder, &format!("of-{keys}"))?;
    fill(&session, (0..keys).map(key), &[7; VALUE_BYTES])?;
    bench.hosts.host(session, FloorMap::new())
}
