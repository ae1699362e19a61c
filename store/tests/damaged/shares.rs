//! Many mutants in processes of their own, so that one that aborts or hangs is noticed and named.

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::answers::{Tally, write};
use super::world::{Left, World};
use crate::support::{Random, reader, writer};

/// The name of the test in which a process does its share.
pub const SHARE: &str = "a_share_of_the_mutants";
const OF_WHICH: &str = "LARDER_SHARE";
/// What the process may take; what damage claims to need more is not to be allocated.
const MEMORY: u64 = 4 << 30;
/// No mutant takes longer.
const LONGEST: Duration = Duration::from_secs(1);
/// Another try tells a slow mutant from a busy machine.
const TRIES: u32 = 3;
/// After which a process is taken to hang, whatever else the machine does.
const HANGS: Duration = Duration::from_secs(60);

/// Has a process of its own try mutants `from` to `to`, and tells what is not as it should be.
pub fn try_apart(left: Left, from: u64, to: u64) -> String {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([SHARE, "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(OF_WHICH, format!("{left:?} {from} {to}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, receive) = mpsc::channel();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let listener = thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line)));
    let (mut last, mut wrong, mut tally) = (String::new(), Vec::new(), None);
    loop {
        match receive.recv_timeout(HANGS) {
            Ok(line) => match line.split_once(": ") {
                Some(("at", mutant)) => last = mutant.to_owned(),
                Some(("wrong", what)) => wrong.push(what.to_owned()),
                Some(("tally", what)) => tally = Some(what.to_owned()),
                _ => {}
            },
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                process.kill().unwrap();
                panic!("it hangs: {last}");
            }
        }
    }
    listener.join().unwrap().unwrap();
    let status = process.wait().unwrap();
    let tally = tally.unwrap_or_else(|| panic!("{status} at {last}"));
    println!("{left:?}, mutants {from} to {to}: {tally}");
    assert!(
        wrong.is_empty(),
        "{} wrong, of which the first are:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    tally
}

/// What the process does.
pub fn do_share() {
    let Ok(share) = std::env::var(OF_WHICH) else { return };
    let (left, range) = share.split_once(' ').unwrap();
    let (from, to) = range.split_once(' ').unwrap();
    let left = if left == "Closed" { Left::Closed } else { Left::Killed };
    let memory = Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) };
    setrlimit(Resource::As, memory).unwrap();
    // Panics of the engine are contained, and of no interest here.
    std::panic::set_hook(Box::new(|_| {}));
    let world = World::new(left);
    let (mut tally, mut slowest) = (Tally::default(), Duration::ZERO);
    for number in from.parse().unwrap()..to.parse::<u64>().unwrap() {
        let took = (0..TRIES).map(|_| try_one(&world, number, &mut tally)).find(|took| *took < LONGEST);
        for what in tally.wrong.drain(..) {
            println!("wrong: {what}");
        }
        match took {
            Some(took) => slowest = slowest.max(took),
            None => println!("wrong: mutant {number} takes more than a second"),
        }
    }
    println!("tally: {tally}; the slowest took {} ms", slowest.as_millis());
}

/// How long it takes to ask everything of one mutant.
fn try_one(world: &World, number: u64, tally: &mut Tally) -> Duration {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9));
    let (_, done) = world.damage(&mut random);
    let mutant = format!("mutant {number}, {done}");
    println!("at: {mutant}");
    let before = tally.wrong.len();
    let began = Instant::now();
    let told = catch_unwind(AssertUnwindSafe(|| ask(world, number, &mut random, tally)));
    let took = began.elapsed();
    for wrong in &mut tally.wrong[before..] {
        *wrong = format!("{mutant}: {wrong}");
    }
    if let Err(panic) = told {
        let text = panic.downcast_ref::<String>().map_or("a panic", String::as_str);
        tally.wrong.push(format!("{mutant}: {}", text.replace('\n', " ")));
    }
    took
}

fn ask(world: &World, number: u64, random: &mut Random, tally: &mut Tally) {
    use larder_store::{Access, Dir, Larder};
    let open = |access| Larder::open(Dir::open_ambient(world.path()).unwrap(), crate::support::options(access));
    if let Err(refused) = open(Access::ReadOnly) {
        // Where the larder itself is damaged, nothing in it is served.
        tally.judge(Err::<(), _>(refused), "the larder", |()| unreachable!());
        return;
    }
    if number.is_multiple_of(4) {
        tally.read_all(&reader(world.path()), &world.contents);
    }
    let larder = writer(world.path());
    tally.read_all(&larder, &world.contents);
    tally.ask_the_neighbour(&larder);
    if number.is_multiple_of(8) {
        let mut contents = world.contents.clone();
        write(&larder, &mut contents, random);
        drop(larder);
        let larder = writer(world.path());
        tally.read_all(&larder, &contents);
        tally.ask_the_neighbour(&larder);
    }
}
