//! A writer, two readers and a second writer who tries, killed in any order: readers see committed states alone, in their
//! order, and never keep a writer from starting; there is one writer, and who comes second is told.
//!
//! `LARDER_SHARED_KILLS` says how many are killed, `LARDER_SEED` in which order.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, thread};

use larder_store::{Access, Action, Address, Change, Entry, Error, Fault, Store};
use pollster::block_on;
use support::{Random, open, session};

const KILLS: u64 = 40;
/// In so many a broken process must be found.
const TO_FIND: u64 = 200;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
const MARK: &str = "> ";
const LARDER: &str = "LARDER_THAT_IS_SHARED";
const ROLE: &str = "LARDER_ROLE";
const AT: [Address; 2] = [Address { store: Store::Private, key: "a" }, Address { store: Store::Private, key: "b" }];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Broken {
    Nothing,
    /// The writer commits one by one what belongs together.
    Torn,
    /// The readers hold what a writer needs.
    Clinging,
}

#[test]
fn one_of_the_processes() {
    let Some(larder) = env::var_os(LARDER) else { return };
    match env::var(ROLE).unwrap().as_str() {
        "writer" => write(Path::new(&larder), AT.len()),
        "torn" => write(Path::new(&larder), 1),
        "reader" => read(Path::new(&larder), Access::ReadOnly),
        _ => read(Path::new(&larder), Access::ReadWrite),
    }
}

/// Writes ever higher numbers to both keys, so many keys in a commit.
fn write(larder: &Path, together: usize) {
    let session = session(&open(larder, Access::ReadWrite), "w", "p");
    let told = |error| match error {
        Error::Unavailable(Fault::Held { holder, .. }) => println!("{MARK}held {holder}"),
        error => println!("{MARK}failed {error:?}"),
    };
    let first = match block_on(session.get_many(&AT)) {
        Ok(entries) => entries.iter().map(number).max().unwrap_or_default() + 1,
        Err(error) => return told(error),
    };
    for number in first.. {
        for keys in AT.chunks(together) {
            let change = |at: &Address<'static>| Change { at: *at, action: Action::Set(number.to_string().into()) };
            if let Err(error) = block_on(session.apply(&[], keys.iter().map(change).collect())) {
                return told(error);
            }
        }
        println!("{MARK}wrote {number}");
    }
}

/// What stands at a key; 0 for nothing.
fn number(entry: &Option<Entry>) -> u64 {
    entry.as_ref().map_or(0, |entry| String::from_utf8_lossy(&entry.value).parse().unwrap())
}

/// Reads both keys all the time, and says what it saw when it is asked.
fn read(larder: &Path, access: Access) {
    let (session, (ask, asked)) = (session(&open(larder, access), "w", "p"), mpsc::channel());
    thread::spawn(move || io::stdin().lines().map_while(Result::ok).for_each(|_| ask.send(()).unwrap()));
    loop {
        let answers = match asked.try_recv() {
            Err(TryRecvError::Disconnected) => return,
            told => told.is_ok(),
        };
        match block_on(session.get_many(&AT)) {
            Ok(entries) => {
                let [a, b] = [0, 1].map(|key| number(&entries[key]));
                if answers || a != b {
                    println!("{MARK}saw {a} {b}");
                }
            }
            Err(error) => return println!("{MARK}failed {error:?}"),
        }
    }
}

struct Process {
    child: Child,
    stdin: ChildStdin,
    said: Receiver<String>,
}

impl Process {
    fn start(larder: &Path, role: &str) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "one_of_the_processes", "--nocapture"])
            .env(LARDER, larder)
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (say, said) = mpsc::channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // What the test harness prints may stand before it in its line.
                if let Some((_, words)) = line.split_once(MARK) {
                    let _heard = say.send(words.to_owned());
                }
            }
        });
        Self { stdin: child.stdin.take().unwrap(), child, said }
    }

    fn hear(&self) -> String {
        self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| "nothing".to_owned())
    }

    /// Kills it; what it had said before and nobody had heard yet.
    fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.iter().collect()
    }
}

/// Who works in the workspace, and what is known of it.
struct Company<'a> {
    larder: &'a Path,
    broken: Broken,
    writer: Process,
    /// With what each saw last.
    readers: Vec<(Process, u64)>,
    /// The highest number that was acknowledged.
    written: u64,
}

impl<'a> Company<'a> {
    fn gather(larder: &'a Path, broken: Broken) -> Result<Self, String> {
        let writer = start_writer(larder, broken);
        let mut company = Self { larder, broken, writer, readers: Vec::new(), written: 0 };
        company.hear_writer()?;
        company.readers = (0..2).map(|_| (start_reader(larder, broken), 0)).collect();
        Ok(company)
    }

    /// Something happens; then everybody sees what was acknowledged before.
    fn go_on(&mut self, random: &mut Random) -> Result<(), String> {
        let pause = Duration::from_micros(random.below(40_000));
        match random.below(10) {
            0..=2 => {
                let number = random.below(2) as usize;
                self.start_another_reader(number);
            }
            3..=5 => {
                thread::sleep(pause);
                self.kill_writer()?;
                self.writer = start_writer(self.larder, self.broken);
                self.hear_writer()?;
            }
            6 => {
                let mut second = start_writer(self.larder, self.broken);
                thread::sleep(pause);
                self.kill_writer()?;
                std::mem::swap(&mut self.writer, &mut second);
                self.hear_writer()?;
            }
            7 => {
                let second = start_writer(self.larder, self.broken);
                thread::sleep(pause);
                let said = second.kill();
                check(said.is_empty(), format!("beside the writer another says {said:?}"))?;
            }
            8 => {
                let said = start_writer(self.larder, self.broken).hear();
                let told = format!("held process {} since ", self.writer.child.id());
                check(said.starts_with(&told), format!("beside the writer another says {said}"))?;
            }
            _ => {
                self.kill_writer()?;
                (0..2).for_each(|number| self.start_another_reader(number));
                self.writer = start_writer(self.larder, self.broken);
                self.hear_writer()?;
            }
        }
        self.look()
    }

    fn start_another_reader(&mut self, number: usize) {
        let another = (start_reader(self.larder, self.broken), 0);
        let (reader, _) = std::mem::replace(&mut self.readers[number], another);
        reader.kill();
    }

    /// Waits until the writer has written something, and all that was acknowledged before is there.
    fn hear_writer(&mut self) -> Result<(), String> {
        let said = self.writer.hear();
        self.note(&said)
    }

    fn note(&mut self, said: &str) -> Result<(), String> {
        let number = said.strip_prefix("wrote ").and_then(|number| number.parse().ok());
        let number: u64 = number.ok_or_else(|| format!("the writer says: {said}"))?;
        check(number > self.written, format!("{number} is written after {}", self.written))?;
        self.written = number;
        Ok(())
    }

    fn kill_writer(&mut self) -> Result<(), String> {
        self.writer.child.kill().unwrap();
        self.writer.child.wait().unwrap();
        while let Ok(said) = self.writer.said.recv() {
            self.note(&said)?;
        }
        Ok(())
    }

    fn look(&mut self) -> Result<(), String> {
        while let Ok(said) = self.writer.said.try_recv() {
            self.note(&said)?;
        }
        for (reader, before) in &mut self.readers {
            // Where it has ended, it has said why.
            let _ = writeln!(reader.stdin);
            let said = reader.hear();
            let numbers = said.strip_prefix("saw ").and_then(|numbers| numbers.split_once(' '));
            let (a, b) = numbers.ok_or_else(|| format!("a reader says: {said}"))?;
            check(a == b, format!("a reader saw a mixture: {a}, {b}"))?;
            let number: u64 = a.parse().map_err(|_| format!("a reader saw {a}"))?;
            let least = self.written.max(*before);
            check(number >= least, format!("a reader saw {number} after {least}"))?;
            *before = number;
        }
        Ok(())
    }
}

fn check(holds: bool, what: String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what) }
}

fn start_writer(larder: &Path, broken: Broken) -> Process {
    Process::start(larder, if broken == Broken::Torn { "torn" } else { "writer" })
}

fn start_reader(larder: &Path, broken: Broken) -> Process {
    Process::start(larder, if broken == Broken::Clinging { "clinging" } else { "reader" })
}

fn kill(kills: u64, broken: Broken, seed: u64) -> Result<(), String> {
    let (dir, mut random) = (tempfile::tempdir().unwrap(), Random(seed));
    let mut company = Company::gather(dir.path(), broken)?;
    for number in 0..kills {
        company.go_on(&mut random).map_err(|what| format!("seed {seed}, number {number}: {what}"))?;
    }
    Ok(())
}

fn number_from(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

#[test]
fn each_time() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let (kills, seed) =
        (number_from("LARDER_SHARED_KILLS").unwrap_or(KILLS), number_from("LARDER_SEED").unwrap_or(now));
    kill(kills, Broken::Nothing, seed).unwrap_or_else(|what| panic!("{what}"));
    println!("{kills} times somebody was killed, from seed {seed}: nobody saw a mixture or was kept out");
}

#[test]
fn a_commit_in_two_pieces_is_found() {
    kill(TO_FIND, Broken::Torn, 1).expect_err("its readers see the one piece");
}

#[test]
fn a_reader_that_keeps_a_writer_out_is_found() {
    kill(TO_FIND, Broken::Clinging, 1).expect_err("no writer starts while it reads");
}
