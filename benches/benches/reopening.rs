//! How long a workspace takes to open after its process was killed: one that holds 100 MB, and one whose file is so small that
//! only idle work prepares it for that, not each commit.
//!
//! After a kill it waits for a sync more than after a close, so a busy disk shows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use larder_benches::{CommandLine, Comparison, Run, Samples, Shape, scratch};
use larder_store::{Action, Address, Change, Dir, Larder, Limits, Options, Session};
use pollster::block_on;
use wasmtime::Result;
use wasmtime::error::{Context, ensure};

/// The larder, for the process that is killed; what that does, its argument says.
const LARDER: &str = "LARDER_TO_BE_KILLED";
const VALUE_BYTES: usize = 4096;
/// The workspaces, with how many values they hold.
const WORKSPACES: [(&str, u64); 2] = [("large", 24_400), ("small", 2_400)];
const TOGETHER: u64 = 500;
const REST: Duration = Duration::from_secs(1);
/// What the medians may be.
const WARM: Duration = Duration::from_millis(5);
const COLD: Duration = Duration::from_millis(500);

/// What its process does before it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Closes,
    KilledAtRest,
    KilledAtWork,
}

fn main() -> Result<ExitCode> {
    if let Some(larder) = env::var_os(LARDER) {
        let [_, end, workspace, values] = env::args().collect::<Vec<_>>().try_into().expect("the parent says so");
        let place = Place { dir: Path::new(&larder), workspace: &workspace, values: values.parse()? };
        place.be_killed(end == "rest")?;
        return Ok(ExitCode::SUCCESS);
    }
    let CommandLine { short, check, dir, .. } = CommandLine::parse(env!("CARGO_TARGET_TMPDIR"))?;
    let rounds = if short { 3 } else { 30 };
    let scratch = scratch(&dir)?;
    let dir = scratch.path();
    let mut missed = false;
    for (workspace, values) in WORKSPACES {
        let place = Place { dir, workspace, values };
        place.fill()?;
        println!(
            "Until a workspace of {} MB, in a file of {} MB, is open and a value of it read; {rounds} times each.\n",
            values * VALUE_BYTES as u64 / 1_000_000,
            place.database()?.metadata()?.len() / 1_000_000
        );
        print!("{}", Comparison::head());
        for (cached, name, bound) in [(true, "in memory", WARM), (false, "on the disk", COLD)] {
            let measure = |end| place.measure(end, cached, rounds);
            let (at_rest, at_work) = (measure(End::KilledAtRest)?, measure(End::KilledAtWork)?);
            missed |= at_rest.median() > 2.0 * bound.as_nanos() as f64;
            missed |= at_work.median() > 2.0 * COLD.as_nanos() as f64;
            let closed = Comparison::with("", format!("closed, its file {name}"), measure(End::Closes)?);
            print!("{}", closed.of("killed after a second of rest", at_rest, None).of("killed at work", at_work, None));
        }
        println!();
    }
    println!("Bounds of the medians: {WARM:?} after a rest and in memory, otherwise {COLD:?}.");
    if check && missed {
        eprintln!("a bound is missed by more than a factor of 2");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// A workspace to be opened.
#[derive(Clone, Copy)]
struct Place<'a> {
    dir: &'a Path,
    workspace: &'a str,
    values: u64,
}

impl Place<'_> {
    fn fill(self) -> Result<()> {
        let larder = self.open()?;
        let session = self.session(&larder)?;
        for first in (0..self.values).step_by(TOGETHER as usize) {
            let keys: Vec<String> = (first..self.values.min(first + TOGETHER)).map(key).collect();
            let set = |key| Change { at: Address::private(key), action: Action::Set(vec![7; VALUE_BYTES]) };
            block_on(session.apply(&[], keys.iter().map(|key| set(key)).collect()))?;
        }
        Ok(block_on(larder.close())?)
    }

    fn measure(self, end: End, cached: bool, rounds: u64) -> Result<Samples> {
        let mut samples = Samples::default();
        for round in 0..rounds {
            if end != End::Closes {
                self.kill(end, round)?;
            }
            if !cached {
                self.forget()?;
            }
            let run = Run { bytes: 0, nanoseconds: vec![self.reopen(round)?.as_nanos() as u64] };
            samples.add(&run, Shape { samples: 1, calls: 1 });
        }
        Ok(samples)
    }

    fn reopen(self, round: u64) -> Result<Duration> {
        let start = Instant::now();
        let larder = self.open()?;
        let found = block_on(self.session(&larder)?.get(&key(round)))?;
        let took = start.elapsed();
        ensure!(found.is_some_and(|value| value.len() == VALUE_BYTES), "value {round} is lost");
        block_on(larder.close())?;
        Ok(took)
    }

    fn kill(self, end: End, round: u64) -> Result<()> {
        let rests = end == End::KilledAtRest;
        let mut child = Command::new(env::current_exe()?)
            .args([if rests { "rest" } else { "work" }, self.workspace, &self.values.to_string()])
            .env(LARDER, self.dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start this program anew")?;
        let begun = wait_for_a_line(&mut child);
        thread::sleep(if rests { REST } else { Duration::from_millis(round * 37 % 101) });
        child.kill()?;
        child.wait()?;
        begun
    }

    /// Writes, once or for ever.
    fn be_killed(self, rests: bool) -> Result<()> {
        let larder = self.open()?;
        let session = self.session(&larder)?;
        for number in 0.. {
            block_on(session.set(&key(number % self.values), vec![8; VALUE_BYTES]))?;
            if number == 0 {
                println!("writing");
            }
            if rests {
                // Until it is killed, or nobody is there to do so.
                io::stdin().read_to_end(&mut Vec::new())?;
                break;
            }
        }
        Ok(())
    }

    /// Has the next who reads the workspace's file read from the disk.
    fn forget(self) -> Result<()> {
        let file = self.database()?;
        file.sync_all()?;
        #[cfg(target_os = "linux")]
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).context("cannot forget the file")?;
        Ok(())
    }

    fn database(self) -> Result<File> {
        Ok(File::open(self.dir.join("workspaces").join(self.workspace).join("data.redb"))?)
    }

    fn open(self) -> Result<Larder> {
        Ok(Larder::open(Dir::open_ambient(self.dir)?, Options::default())?)
    }

    fn session(self, larder: &Larder) -> Result<Session> {
        let limits = Limits { store_bytes: 200_000_000, ..Limits::default() };
        Ok(larder.session(&self.workspace.parse()?, &"p".parse()?, limits))
    }
}

fn wait_for_a_line(child: &mut Child) -> Result<()> {
    let mut said = BufReader::new(child.stdout.take().context("standard output is a pipe")?);
    ensure!(said.read_line(&mut String::new())? > 0, "it ended by itself");
    Ok(())
}

fn key(number: u64) -> String {
    format!("key {number}")
}
