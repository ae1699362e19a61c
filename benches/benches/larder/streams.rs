//! A large value in and out piece by piece, against copying a file of that size.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use larder_benches::{AsyncHost, Comparison, FloorMap, Report, Run, Samples, Shape, Unit, memory};
use pollster::block_on;
use wasmtime::error::{Result, ensure};

use crate::{Bench, session};

const BYTES: u64 = 64 * 1024 * 1024;
/// 80 % of the speed.
const BOUND: f64 = 1.25;
const MEMORY: f64 = 1024.0 * 1024.0;
const ONCE: Shape = Shape { samples: 1, calls: 1 };

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("streams")?;
    let mut host = bench.hosts.host(session(&larder, "bench")?, FloorMap::new())?;
    let (from, to) = (bench.dir.join("from"), bench.dir.join("to"));
    fs::write(&from, vec![7; BYTES as usize])?;
    // The first ones create, and have the plugin take its own memory.
    write(&mut host)?;
    read(&mut host)?;
    let [mut synced, mut written, mut copied, mut streamed]: [Samples; 4] = Default::default();
    let [mut while_written, mut while_read] = [Samples::of(Unit::Bytes), Samples::of(Unit::Bytes)];
    for _ in 0..bench.effort.long_rounds {
        synced.add_one(copy(&from, &to, true)?);
        // A file that goes takes its time, too.
        block_on(host.session().delete("value"))?;
        let before = memory::reset_peak()?;
        written.add(&write(&mut host)?, ONCE);
        while_written.add_amount(memory::peak()? - before);
        copied.add_one(copy(&from, &to, false)?);
        let before = memory::reset_peak()?;
        streamed.add(&read(&mut host)?, ONCE);
        while_read.add_amount(memory::peak()? - before);
    }
    report.add(Comparison::with("P7", "cp of 64 MiB, synced", synced).of(
        "a stream of 64 MiB in",
        written,
        Some(BOUND),
    ));
    report.add(Comparison::with("P7", "cp of 64 MiB", copied).of("a stream of 64 MiB out", streamed, Some(BOUND)));
    report.add(
        Comparison::with("P7", "1 MiB of the host's memory", Samples::amount(MEMORY, Unit::Bytes))
            .of("what a stream in takes at its peak", while_written, Some(1.0))
            .of("what a stream out takes at its peak", while_read, Some(1.0)),
    );
    drop(host);
    Ok(block_on(larder.close())?)
}

fn copy(from: &Path, to: &Path, sync: bool) -> Result<Duration> {
    let _ = fs::remove_file(to);
    let begin = Instant::now();
    fs::copy(from, to)?;
    if sync {
        File::open(to)?.sync_all()?;
    }
    Ok(begin.elapsed())
}

fn write(host: &mut AsyncHost) -> Result<Run> {
    whole(host.call(async |loops, store| loops.call_write_stream(store, "value", BYTES).await)?)
}

fn read(host: &mut AsyncHost) -> Result<Run> {
    whole(host.call(async |loops, store| loops.call_read_stream(store, "value").await)?)
}

fn whole(run: Run) -> Result<Run> {
    ensure!(run.bytes == BYTES, "{} bytes were moved where {BYTES} should be", run.bytes);
    Ok(run)
}
