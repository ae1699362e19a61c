//! What storage costs a plugin, as ratios to what bounds it: crossing into the host, and the disk.

mod batches;
mod crowds;
mod effort;
mod instances;
mod many_keys;
mod many_workspaces;
mod reads;
mod space;
mod streams;
mod values;
mod writes;

use std::path::Path;
use std::process::ExitCode;

use larder_benches::{AsyncHosts, CommandLine, Report, scratch};
use larder_store::{Dir, Larder, Limits, Options, Session, Sharing};
use wasmtime::Result;

use crate::effort::Effort;

/// How often a figure is measured where it is far off: what happens once may be the machine's doing.
const TRIES: usize = 3;

/// What every figure is measured with.
struct Bench<'a> {
    dir: &'a Path,
    effort: Effort,
    hosts: &'a AsyncHosts,
}

fn main() -> Result<ExitCode> {
    let CommandLine { short, check, only, dir } = CommandLine::parse(env!("CARGO_TARGET_TMPDIR"))?;
    let effort = if short { Effort::SHORT } else { Effort::FULL };
    let hosts = AsyncHosts::new()?;

    println!(
        "A sample is one write, or the mean of {} reads in a row; loops and clock are in the plugin.\n",
        effort.reads.calls
    );
    type Measure = fn(&Bench<'_>, &mut Report) -> Result<()>;
    let figures: [(&str, Measure); 11] = [
        ("P1", reads::measure),
        ("P2", writes::measure),
        ("P3", crowds::in_one_workspace),
        ("P4", batches::measure),
        ("P5", instances::measure),
        ("P6", many_workspaces::measure),
        ("P7", streams::measure),
        ("P8", many_keys::random),
        ("P9", space::measure),
        ("P10", many_keys::listed),
        ("P11", crowds::in_many_workspaces),
    ];
    let mut report = Report::begin();
    for (id, measure) in figures.into_iter().filter(|(id, _)| only.as_deref().is_none_or(|only| only == *id)) {
        for last in (0..TRIES).map(|tries| tries + 1 == TRIES) {
            let scratch = scratch(&dir)?;
            let mut figure = Report::default();
            measure(&Bench { dir: scratch.path(), effort, hosts: &hosts }, &mut figure)?;
            if last || !check || !figure.is_far_off() {
                report.take(figure);
                break;
            }
            println!("{id}: far off, and measured again");
        }
    }
    report.write(&xtask::target_dir().join("larder-bench.json"))?;
    if check && report.is_far_off() {
        eprintln!("a bound is missed by more than a factor of 2");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

impl Bench<'_> {
    /// A larder in a directory of its own.
    fn larder(&self, name: &str) -> Result<Larder> {
        self.larder_with(name, Options::default())
    }

    fn exclusive_larder(&self, name: &str) -> Result<Larder> {
        let mut options = Options::default();
        options.sharing = Sharing::Exclusive;
        self.larder_with(name, options)
    }

    fn larder_with(&self, name: &str, options: Options) -> Result<Larder> {
        Ok(Larder::open(Dir::create_ambient(self.dir.join(name))?, options)?)
    }
}

/// The session of a plugin in the workspace `workspace`.
fn session(larder: &Larder, workspace: &str) -> Result<Session> {
    Ok(larder.session(&workspace.parse()?, &"loops".parse()?, limits()))
}

/// Nothing that is measured is in the way of a quota.
fn limits() -> Limits {
    const MUCH: u64 = 1 << 40;
    Limits { store_bytes: MUCH, store_keys: MUCH, workspace_bytes: MUCH, ..Limits::default() }
}
