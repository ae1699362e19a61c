//! What a plugin costs in each language: its size, its start, and one `get`.
//!
//! Each is the project that `larder new` writes, with the loop of `benches/languages` in place of its main file.

use std::io::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

const LANGUAGES: [&str; 6] = ["rust", "c", "go", "javascript", "typescript", "python"];

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
    project: tempfile::TempDir,
}

impl Plugin {
    fn build(language: &str, larder: &Path) -> io::Result<Self> {
        let project = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut new = Command::new(larder);
        succeed(new.args(["new", "--lang", language]).arg(project.path()).stdout(Stdio::null()))?;
        copy(&repository().join("benches/languages").join(language), project.path())?;
        let readme = fs::read_to_string(project.path().join("README.md"))?;
        for section in ["Install", "Build"] {
            let mut shell = Command::new("sh");
            shell.args(["-e", "-c", &commands(&readme, section)?]).env("PATH", path()?).current_dir(project.path());
            // What cargo says of this build is not for the one in the project.
            shell.env_remove("CARGO_TARGET_DIR").stdout(io::stderr());
            succeed(&mut shell)?;
        }
        Ok(Self { larder: larder.to_owned(), project })
    }

    fn row(&self, language: &str) -> io::Result<String> {
        let bytes = fs::metadata(self.project.path().join("notes.wasm"))?.len();
        let cache = self.project.path().join("cache");
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
        run.args(["run", "notes.wasm", "--", &gets.to_string()]).current_dir(self.project.path());
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

/// The commands in a section of a README.
fn commands(readme: &str, section: &str) -> io::Result<String> {
    let section = readme.split("\n## ").find_map(|part| part.strip_prefix(section)?.strip_prefix('\n'));
    let block = section.and_then(|section| section.split_once("```sh\n")?.1.split_once("```"));
    block.map(|(commands, _)| commands.to_owned()).ok_or_else(|| Error::other("a README without its commands"))
}

/// Where tools are looked for: first among those that `cargo xtask tools` installs.
fn path() -> io::Result<std::ffi::OsString> {
    let tools = repository().join("target/tools/venv/bin");
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([tools].into_iter().chain(env::split_paths(&others))).map_err(Error::other)
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

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package stands in a folder of the repository")
}
