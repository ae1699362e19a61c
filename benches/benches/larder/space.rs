//! What values take on the disk, once nobody has written for a while.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use larder_benches::{Comparison, FloorMap, Random, Report, Samples, Shape, Unit};
use larder_store::{Action, Address, Change, Session};
use pollster::block_on;
use wasmtime::Result;
use wasmtime::error::{Context, ensure};

use crate::values::key;
use crate::{Bench, session};

const KEYS: u32 = 100;
const VALUE_BYTES: usize = 1024;
const OVERWRITTEN: f64 = 2.0;
const CHURNED: f64 = 2.5;
const LEFT: f64 = 1024.0 * 1024.0;
const PAUSE: Duration = Duration::from_millis(50);
/// How many are set or deleted at a time.
const TOGETHER: usize = 500;
/// For how long the files must stay as they are.
const REST: Duration = Duration::from_secs(1);

pub fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<()> {
    let larder = bench.larder("space")?;
    let mut longest = Duration::ZERO;

    let overwritten = session(&larder, "overwritten")?;
    let mut host = bench.hosts.host(overwritten.again(), FloorMap::new())?;
    let shape = Shape { samples: bench.effort.overwrites, calls: 1 };
    host.call(async |loops, store| loops.call_commit(store, KEYS, VALUE_BYTES as u32, shape).await)?;
    drop(host);
    let what = format!("{KEYS} keys, each overwritten {} times", bench.effort.overwrites);
    report.add(taken(bench, &overwritten, what, OVERWRITTEN, &mut longest)?);

    let churned = session(&larder, "churned")?;
    churn(&churned, bench.effort.churned)?;
    let what = format!("{} sets and deletes at random", bench.effort.churned);
    report.add(taken(bench, &churned, what, CHURNED, &mut longest)?);

    for (session, what) in [(overwritten, "overwritten"), (churned, "churned")] {
        block_on(session.private().delete_prefix(""))?;
        let left = rest(bench, &session, &mut longest)?;
        report.add(Comparison::with("P9", "1 MiB", Samples::amount(LEFT, Unit::Bytes)).of(
            format!("what is left after all that was {what} is deleted"),
            Samples::amount(left, Unit::Bytes),
            Some(1.0),
        ));
    }
    report.add(Comparison::with("P9", "50 ms", Samples::time(PAUSE)).of(
        "the longest that a read waited for it",
        Samples::time(longest),
        Some(1.0),
    ));
    Ok(block_on(larder.close())?)
}

/// What is on the disk for the values that there are.
fn taken(bench: &Bench<'_>, session: &Session, what: String, bound: f64, longest: &mut Duration) -> Result<Comparison> {
    let on_disk = rest(bench, session, longest)?;
    let usage = block_on(session.private().usage())?;
    let overhead = 64 * usage.keys;
    let live = Samples::amount((usage.bytes - overhead) as f64, Unit::Bytes);
    Ok(Comparison::with("P9", "keys and values", live).of(what, Samples::amount(on_disk, Unit::Bytes), Some(bound)))
}

/// Sets and deletes keys, about as many as stay.
fn churn(session: &Session, times: u32) -> Result<()> {
    let keys = u64::from(times) / 5;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut left = times as usize;
    while left > 0 {
        let some: Vec<_> =
            (0..left.min(TOGETHER)).map(|_| (key(random.number() % keys), random.number().is_multiple_of(2))).collect();
        left -= some.len();
        let changes = some.iter().map(|(key, sets)| Change {
            at: Address::private(key),
            action: if *sets { Action::Set(vec![7; VALUE_BYTES]) } else { Action::Delete },
        });
        block_on(session.apply(&[], changes.collect()))?;
    }
    Ok(())
}

/// Waits until the files have not changed for a while, reading all the time, and says how much they have allocated.
fn rest(bench: &Bench<'_>, session: &Session, longest: &mut Duration) -> Result<f64> {
    let dir = bench.dir.join("space/workspaces").join(session.workspace().to_string());
    let (mut since, mut bytes) = (Instant::now(), allocated(&dir)?);
    let mut reads = 0;
    while since.elapsed() < REST {
        let begin = Instant::now();
        // One that no cache knows.
        let got = block_on(session.get(&format!("unknown-{reads}")))?;
        *longest = (*longest).max(begin.elapsed());
        ensure!(got.is_none(), "nobody has set it");
        reads += 1;
        let now = allocated(&dir)?;
        if now != bytes {
            (since, bytes) = (Instant::now(), now);
        }
    }
    Ok(bytes)
}

fn allocated(dir: &Path) -> Result<f64> {
    let mut blocks = 0;
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        // One that is gone meanwhile has none.
        blocks += entry?.metadata().map_or(0, |metadata| metadata.blocks());
    }
    Ok((blocks * 512) as f64)
}
