//! The process that is killed, as its parent sees it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{env, fmt};

use larder_store::Sharing;

use super::child::{Broken, MARK, Task};

const LARDER: &str = "LARDER_OF_THE_KILLED";
const TASK: &str = "LARDER_TASK_OF_THE_KILLED";
/// How long a process may take to say the first word.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process at work.
pub struct Process {
    child: Child,
    first_word: mpsc::Receiver<()>,
    reading: JoinHandle<Vec<String>>,
}

/// What an actor said before it was killed.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The step that it began last.
    pub begun: Option<u64>,
    /// The steps that it said were done, with the versions that they were given.
    pub done: Vec<(u64, u64)>,
    pub failed: Option<String>,
}

impl Process {
    /// Starts this program anew, for the test that is named.
    pub fn start(test: &str, larder: &Path, task: &Task) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(LARDER, larder)
            .env(TASK, task.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (speaks, first_word) = mpsc::channel();
        let reading = thread::spawn(move || {
            let mut said = Vec::new();
            // A line that was cut short was not said.
            for line in lines.map_while(Result::ok) {
                // What the test harness prints may stand before it in its line.
                if let Some((_, words)) = line.split_once(MARK) {
                    said.push(words.to_owned());
                    let _heard = speaks.send(());
                }
            }
            said
        });
        Self { child, first_word, reading }
    }

    pub fn wait_for_the_first_word(&self) {
        self.first_word.recv_timeout(PATIENCE).expect("the process says something");
    }

    pub fn kill(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
    }

    /// What it has said by its end, each of its actors for itself.
    pub fn end(mut self, actors: usize) -> Vec<Said> {
        self.child.wait().unwrap();
        let mut all = vec![Said::default(); actors];
        for line in self.reading.join().unwrap() {
            let mut words = line.splitn(4, ' ');
            let mut word = || words.next().unwrap_or_default();
            let Some(said) = word().parse().ok().and_then(|actor: usize| all.get_mut(actor)) else { continue };
            match (word(), word().parse(), word()) {
                ("begins", Ok(number), _) => said.begun = Some(number),
                ("did", Ok(number), version) => said.done.extend(version.parse().ok().map(|version| (number, version))),
                ("failed", ..) => said.failed = Some(line),
                _ => {}
            }
        }
        all
    }
}

/// In a process that was started so: does what it was told.
pub fn work_if_told_to() {
    if let (Some(larder), Ok(task)) = (env::var_os(LARDER), env::var(TASK)) {
        Task::parse(&task).expect("the parent wrote it").run(Path::new(&larder));
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sharing, broken, seed, process, first, only_opens } = self;
        write!(f, "{} {} {seed} {process} {only_opens}", *sharing == Sharing::Exclusive, *broken as u8)?;
        first.iter().try_for_each(|first| write!(f, " {first}"))
    }
}

impl Task {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        Some(Self {
            sharing: if words.next()? == "true" { Sharing::Exclusive } else { Sharing::ReadersBeside },
            broken: *[Broken::Nothing, Broken::Early, Broken::Piecemeal].get(words.next()?.parse::<usize>().ok()?)?,
            seed: words.next()?.parse().ok()?,
            process: words.next()?.parse().ok()?,
            only_opens: words.next()? == "true",
            first: words.map(|word| word.parse().ok()).collect::<Option<_>>()?,
        })
    }
}
