//! What the plugin `notes` is asked in every language, and what it says.

use std::thread;
use std::time::Duration;

use crate::runner::Runner;

/// How many notes with names as `many` has them are there before the first step.
pub const MANY: usize = 1_203;

const LARGEST_VALUE_BYTES: usize = 64 << 20;

const USAGE: &str = "\
usage: notes put NAME [TEXT]           keep TEXT, or standard input
       notes put-for SECONDS NAME TEXT keep TEXT for so long
       notes get NAME                  print a note
       notes list [PREFIX]             print the names of all notes, or of those that start so
       notes rm NAME                   remove a note
       notes clear PREFIX              remove all notes that start so
       notes usage                     print how much is kept";

/// A command, and how it ends.
pub struct Step {
    words: Vec<String>,
    stdin: Vec<u8>,
    quota: Option<&'static str>,
    wait: Duration,
    /// What it prints, or the line on standard error with status 1.
    ends: Result<Vec<u8>, String>,
}

/// The name of one of many notes.
pub fn many(number: usize) -> String {
    format!("many/{number:04}")
}

/// The notes that are there after the last step, in the order of a listing.
pub fn kept() -> Vec<(&'static str, Vec<u8>)> {
    let every_byte = (0..=255).chain([0, 0x0d, 0x0a, 0xff]).collect();
    let large = (0..(5 << 20) + 7).map(|place: usize| (place % 251) as u8).collect();
    vec![
        ("Zebra", b"black and white\n".to_vec()),
        ("bytes", every_byte),
        ("empty", vec![]),
        ("large", large),
        ("ß/🫐", "µ".into()),
    ]
}

/// What is asked, one after the other.
pub fn steps() -> Vec<Step> {
    let mut steps = vec![
        step(&["usage"]).prints(format!("{MANY} notes, {} of 104857600 bytes\n", MANY * (64 + many(0).len()))),
        step(&["list", "many/"]).prints((0..MANY).map(|number| many(number) + "\n").collect::<String>()),
        step(&["clear", "many/"]).prints(format!("{MANY} removed\n")),
        step(&["list"]).prints(""),
        step(&["usage"]).prints("0 notes, 0 of 104857600 bytes\n"),
        step(&["get", "todo"]).refuses("there is no note \"todo\""),
        step(&["put", "todo", "buy figs"]).prints(""),
        step(&["get", "todo"]).prints("buy figs"),
        step(&["put", "todo", ""]).prints(""),
        step(&["get", "todo"]).prints(""),
        step(&["usage"]).prints("1 notes, 68 of 104857600 bytes\n"),
        step(&["rm", "todo"]).prints(""),
        step(&["get", "todo"]).refuses("there is no note \"todo\""),
        step(&["rm", "todo"]).prints(""),
        step(&["put-for", "3600", "code", "1234"]).prints(""),
        step(&["get", "code"]).prints("1234"),
        step(&["put-for", "1", "code", "5678"]).prints(""),
        step(&["get", "code"]).after(Duration::from_millis(1_100)).refuses("there is no note \"code\""),
        step(&["put", "shop/b", "milk"]).prints(""),
        step(&["put", "shop/a", "bread"]).prints(""),
        step(&["put", "shoe", "black"]).prints(""),
        step(&["list"]).prints("shoe\nshop/a\nshop/b\n"),
        step(&["list", "shop/"]).prints("shop/a\nshop/b\n"),
        step(&["put", "shop/c", "figs"])
            .quota("223")
            .refuses("the store would be too full: 296 bytes where 223 are allowed"),
        step(&["list", "shop/"]).prints("shop/a\nshop/b\n"),
        step(&["clear", "shop/"]).prints("2 removed\n"),
        step(&["clear", "shop/"]).prints("0 removed\n"),
        step(&["clear", "sh"]).prints("1 removed\n"),
        step(&["put", &"k".repeat(1024), "v"]).prints(""),
        step(&["rm", &"k".repeat(1024)]).prints(""),
        step(&["put", &"k".repeat(1025), "v"]).refuses("the key is too long: 1025 bytes where 1024 are allowed"),
        step(&["put", "zeros"])
            .given(vec![0; LARGEST_VALUE_BYTES + 1])
            .refuses("the value is too large: 67108865 bytes where 67108864 are allowed"),
        step(&["get", "zeros"]).refuses("there is no note \"zeros\""),
        step(&["usage"]).prints("0 notes, 0 of 104857600 bytes\n"),
    ];
    for words in
        [&[][..], &["dance"], &["put"], &["get"], &["get", "a", "b"], &["put-for", "1", "a"], &["usage", "now"]]
    {
        steps.push(step(words).refuses(USAGE));
    }
    for (name, value) in kept() {
        steps.push(step(&["put", name]).given(value.clone()).prints(""));
        steps.push(step(&["get", name]).prints(value));
    }
    steps
}

fn step(words: &[&str]) -> Step {
    let words = words.iter().map(|&word| word.to_owned()).collect();
    Step { words, stdin: Vec::new(), quota: None, wait: Duration::ZERO, ends: Ok(Vec::new()) }
}

impl Step {
    fn given(mut self, stdin: Vec<u8>) -> Self {
        self.stdin = stdin;
        self
    }

    fn quota(mut self, quota: &'static str) -> Self {
        self.quota = Some(quota);
        self
    }

    fn after(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    fn prints(mut self, stdout: impl Into<Vec<u8>>) -> Self {
        self.ends = Ok(stdout.into());
        self
    }

    fn refuses(mut self, stderr: &str) -> Self {
        self.ends = Err(stderr.to_owned());
        self
    }

    /// Takes it, and looks how it ends.
    pub fn check(&self, runner: &Runner) {
        thread::sleep(self.wait);
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let ended = runner.run(&words, &self.stdin, self.quota);
        let (status, stdout, stderr) = match &self.ends {
            Ok(stdout) => (0, &**stdout, String::new()),
            Err(line) => (1, &b""[..], format!("{line}\n")),
        };
        assert_eq!((ended.status, ended.stderr), (Some(status), stderr), "{words:?} under {runner}");
        assert!(ended.stdout == stdout, "{words:?} under {runner} printed {} bytes", ended.stdout.len());
    }
}
