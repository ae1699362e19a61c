//! Many workspaces on the disk, of which some are open.

use std::time::Duration;

use larder_benches::{Comparison, FloorMap, Loops, Report, Samples, Shape, Unit, memory, settle};
use larder_store::{Larder, Options};
use pollster::block_on;
use wasmtime::Result;

use crate::{Bench, session};

const FIRST_TOUCH: Duration = Duration::from_millis(1);
const RESIDENT: f64 = 100.0 * 1024.0;
/// Open at once, at most.
const OPEN: u32 = 1_000;
/// Threads that make workspaces.
const MAKERS: u32 = 16;
/// What leads from one workspace to the next; it has no divisor in common with a power of ten.
const STRIDE: u32 = 611_953;
const VALUE_BYTES: usize = 100;
const ONCE: Shape = Shape { samples: 1, calls: 1 };

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    make(bench)?;
    settle(bench.dir)?;
    let mut options = Options::default();
    options.open_workspaces = OPEN as usize;
    let larder = bench.larder_with("workspaces", options)?;
    let mut touched = (0..bench.effort.workspaces).map(|n| name(n.wrapping_mul(STRIDE) % bench.effort.workspaces));

    let mut first = Samples::default();
    for workspace in touched.by_ref().take(bench.effort.workspaces as usize / 2).take(2 * OPEN as usize) {
        let mut host = bench.hosts.host(session(&larder, &workspace)?, FloorMap::new())?;
        first.add(&host.get("key", ONCE)?, ONCE);
    }
    block_on(larder.close())?;
    report.add(
        Comparison::with("P6", "1 ms", Samples::time(FIRST_TOUCH))
            .of(format!("99 of 100 first touches among {}", bench.effort.workspaces), first.only_p99(), Some(1.0))
            .of("half of them", first, None),
    );

    let mut options = Options::default();
    // So that none of them is closed early.
    options.open_workspaces = 2 * OPEN as usize;
    let larder = bench.larder_with("workspaces", options)?;
    let (resident, descriptors) = (memory::resident()?, memory::descriptors()?);
    let open = bench.effort.workspaces.min(OPEN);
    for workspace in (0..open).map(name) {
        block_on(session(&larder, &workspace)?.get("key"))?;
    }
    let each = (memory::resident()? - resident) / f64::from(open);
    let descriptors = (memory::descriptors()? - descriptors) as f64;
    block_on(larder.close())?;
    report.add(Comparison::with("P6", "100 KiB of memory", Samples::amount(RESIDENT, Unit::Bytes)).of(
        format!("each of {open} open workspaces"),
        Samples::amount(each, Unit::Bytes),
        Some(1.0),
    ));
    report.add(Comparison::with("P6", "open workspaces", Samples::amount(f64::from(open), Unit::Things)).of(
        "descriptors for them",
        Samples::amount(descriptors, Unit::Things),
        Some(1.1),
    ));
    Ok(())
}

fn name(number: u32) -> String {
    format!("w{number}")
}

fn make(bench: &Bench<'_>) -> Result<()> {
    let larder = bench.larder("workspaces")?;
    std::thread::scope(|scope| {
        let make = |maker: u32| {
            let larder = &larder;
            scope.spawn(move || make_some(larder, (maker..bench.effort.workspaces).step_by(MAKERS as usize)))
        };
        let makers: Vec<_> = (0..MAKERS).map(make).collect();
        makers.into_iter().try_for_each(|maker| maker.join().expect("a maker does not panic"))
    })?;
    Ok(block_on(larder.close())?)
}

fn make_some(larder: &Larder, numbers: impl Iterator<Item = u32>) -> Result<()> {
    for number in numbers {
        block_on(session(larder, &name(number))?.set("key", vec![7; VALUE_BYTES]))?;
    }
    Ok(())
}
