//! What a plugin costs in each language: its size, its start, and one `get`.
//!
//! Each is the project that `larder new` writes, with the loop of `benches/languages` in place of its main file.

use std::io::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use tempfile::TempDir;
use xtask::{LANGUAGES, Project};

/// How often each is timed; a cold start takes seconds.
const COLD_ROUNDS: usize = 3;
const ROUNDS: usize = 9;
/// How many reads are timed together.
const GETS: u32 = 100_000;

fn main() -> io::Result<()> {
    let wanted: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let larder = xtask::larder_binary()?;
    println!("| language | size | cold start | warm start | `get` of 100 B |");
    println!("|---|---|---|---|---|");
    for language in LANGUAGES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == language) {
            let plugin = Plugin::build(language, &larder)?;
            println!("{}", plugin.row(language)?);
        }
    }
    Ok(())
}

/// A compiled loop, in the directory of its project.
struct Plugin {
    larder: PathBuf,
    component: PathBuf,
    dir: TempDir,
}

impl Plugin {
    fn build(language: &str, larder: &Path) -> io::Result<Self> {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let project = Project::new(language, dir.path())?;
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("languages").join(language), dir.path())?;
        project.follow("Install")?;
        project.follow("Build")?;
        Ok(Self { larder: larder.to_owned(), component: project.component(), dir })
    }

    fn row(&self, language: &str) -> io::Result<String> {
        let bytes = fs::metadata(&self.component)?.len();
        let cache = self.dir.path().join("cache");
        let cold = median(COLD_ROUNDS, || {
            if cache.exists() {
                fs::remove_dir_all(&cache)?;
            }
            self.run(0, &cache)
        })?;
        let warm = median(ROUNDS, || self.run(0, &cache))?;
        let get = median(ROUNDS, || self.run(GETS, &cache))?.saturating_sub(warm) / GETS;
        Ok(format!(
            "| {language} | {} KiB | {} ms | {} ms | {:.1} µs |",
            bytes.div_ceil(1024),
            cold.as_millis(),
            warm.as_millis(),
            get.as_nanos() as f64 / 1000.0
        ))
    }

    /// How long it takes from nothing to the end of the process, with so many reads.
    fn run(&self, gets: u32, cache: &Path) -> io::Result<Duration> {
        let mut run = Command::new(&self.larder);
        run.args(["run", "notes.wasm", "--", &gets.to_string()]).current_dir(self.dir.path());
        run.env_remove("LARDER_DIR").env("XDG_CACHE_HOME", cache);
        let begin = Instant::now();
        succeed(&mut run)?;
        Ok(begin.elapsed())
    }
}

fn median(rounds: usize, mut time: impl FnMut() -> io::Result<Duration>) -> io::Result<Duration> {
    let mut times = (0..rounds).map(|_| time()).collect::<io::Result<Vec<_>>>()?;
    times.sort();
    Ok(times[rounds / 2])
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to)?,
            false => drop(fs::copy(entry.path(), to)?),
        }
    }
    Ok(())
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{command:?}: {status}"))) }
}
