//! The conformance plugin, and what it says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use larder_host::{Call, Plugin, Runtime, RuntimeOptions};
use larder_store::Session;
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

/// Room for what all cases print.
const OUTPUT_BYTES: usize = 1024 * 1024;

/// What the plugin is composed with, so that every case can reach the limits.
pub const COMPOSED_FOR_CONFORMANCE: [&str; 14] = [
    "--limit=value-bytes=4MiB",
    "--limit=batch-items=100",
    "--limit=batch-bytes=64KiB",
    "--limit=chunk-bytes=64KiB",
    "--limit=open-handles=4",
    "--limit=store-bytes=10MiB",
    "--limit=store-keys=500",
    "--limit=key-bytes=1024",
    "--limit=workspace-bytes=1GiB",
    "--limit=delete-prefix-keys=100000",
    "--workspace=w",
    "--plugin=conformance",
    "--shared",
    "write",
];

/// How each case ended, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdicts(BTreeMap<String, Verdict>);

/// What is skipped where all of the shared store is granted: cases that need a grant for a prefix, or to be denied.
pub const NOT_DENIED: [&str; 2] = ["grants/", "shared-store/counts-its-own-usage"];

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The promise holds.
    Kept,
    /// It does not, for this reason.
    Broken(String),
    /// There was nothing to check, for this reason.
    Skipped(String),
}

/// Standard output of the last run of a command.
#[derive(Clone)]
pub struct Captured(Arc<Mutex<MemoryOutputPipe>>);

/// The plugin, in a runtime with async support.
pub struct Conformance {
    runtime: Runtime,
    plugin: Plugin,
}

/// The file of the plugin, as its sources are now.
pub fn conformance_file() -> PathBuf {
    xtask::wasm::build("tests/conformance").expect("the plugin compiles").join("conformance.wasm")
}

/// What is in it.
pub fn conformance_bytes() -> Vec<u8> {
    std::fs::read(conformance_file()).expect("the plugin was built")
}

impl Conformance {
    /// The one that the tests of a process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Conformance> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut options = RuntimeOptions::default();
            options.call_timeout = None;
            let runtime = Runtime::new(options).expect("the runtime starts");
            let plugin = runtime.load(&conformance_bytes()).expect("it is a plugin");
            Self { runtime, plugin }
        })
    }

    /// All cases in one call, with these arguments.
    pub async fn run(&self, session: Session, args: &[&str]) -> Verdicts {
        let (status, output) = self.command(session, args).await;
        let verdicts = Verdicts::parse(&output);
        assert_eq!(status == 0, verdicts.broken().is_empty(), "status {status}, {verdicts:#?}");
        verdicts
    }

    /// Each case in a call of its own, in a session like this one, with these arguments.
    pub async fn run_one_by_one(&self, session: &Session, args: &[&str]) -> Verdicts {
        let (_, names) = self.command(session.again(), &["--list"]).await;
        let mut all = Verdicts::default();
        for name in names.lines() {
            let verdicts = self.run(session.again(), &[args, &["--exact", name]].concat()).await;
            assert_eq!(verdicts.names(), [name]);
            all.add(verdicts);
        }
        all
    }

    async fn command(&self, session: Session, args: &[&str]) -> (i32, String) {
        let captured = Captured::default();
        let call = Call::new(session).wasi(captured.wasi(args));
        let status = self.runtime.run(&self.plugin, call).await;
        let output = captured.text();
        (status.unwrap_or_else(|error| panic!("{error:?} after {output}")), output)
    }
}

impl Captured {
    /// Makes what a command with these arguments is given, a new one for each run of it.
    pub fn wasi(&self, args: &[&str]) -> impl Fn() -> WasiCtx + Send + Sync + use<> {
        let args: Vec<String> = ["conformance"].iter().chain(args).map(|&arg| arg.to_owned()).collect();
        let captured = self.clone();
        move || {
            let pipe = MemoryOutputPipe::new(OUTPUT_BYTES);
            *captured.0.lock().expect("nothing panics while it is locked") = pipe.clone();
            WasiCtx::builder().args(&args).stdout(pipe).inherit_stderr().build()
        }
    }

    /// What was printed.
    pub fn text(&self) -> String {
        let pipe = self.0.lock().expect("nothing panics while it is locked");
        String::from_utf8(pipe.contents().to_vec()).expect("the output is text")
    }
}

impl Default for Captured {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(MemoryOutputPipe::new(0))))
    }
}

impl Verdicts {
    /// Reads the lines of a run to its end.
    ///
    /// # Panics
    ///
    /// Where a line is not as documented, a case ended twice, or the last line does not count them all.
    pub fn parse(output: &str) -> Self {
        let mut lines: Vec<&str> = output.lines().collect();
        let last = lines.pop().expect("the run says something");
        let mut verdicts = BTreeMap::new();
        for line in lines {
            let (word, rest) = line.split_once(' ').unwrap_or_else(|| panic!("no verdict: {line:?}"));
            let (name, reason) = rest.split_once(": ").unwrap_or((rest, ""));
            let verdict = match word {
                "ok" => Verdict::Kept,
                "FAIL" => Verdict::Broken(reason.to_owned()),
                "skip" => Verdict::Skipped(reason.to_owned()),
                _ => panic!("no verdict: {line:?}"),
            };
            let before = verdicts.insert(name.to_owned(), verdict);
            assert_eq!(before, None, "{name} ended twice");
        }
        let verdicts = Self(verdicts);
        let count = |is: fn(&Verdict) -> bool| verdicts.0.values().filter(|verdict| is(verdict)).count();
        let kept = count(|verdict| *verdict == Verdict::Kept);
        let broken = verdicts.broken().len();
        let skipped = verdicts.0.len() - kept - broken;
        assert_eq!(last, format!("{kept} passed, {broken} failed, {skipped} skipped"));
        verdicts
    }

    /// Nothing failed, and nothing was left out but cases that begin so.
    ///
    /// # Panics
    ///
    /// Where that is not so, or hardly anything was checked.
    #[track_caller]
    pub fn assert_kept(&self, skipped: &[&str]) {
        assert!(self.broken().is_empty(), "{:#?}", self.broken());
        let left_out = self.skipped();
        let expected = |name: &&&str| skipped.iter().any(|begin| name.starts_with(begin));
        let unexpected: Vec<_> = left_out.iter().filter(|name| !expected(name)).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
        assert!(self.kept() >= 200, "{} of {} cases", self.kept(), self.names().len());
    }

    /// Takes up those of another run.
    pub fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The names of all cases.
    pub fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The cases that failed, with reasons.
    pub fn broken(&self) -> Vec<(&str, &str)> {
        let broken = self.0.iter().filter_map(|(name, verdict)| match verdict {
            Verdict::Broken(reason) => Some((name.as_str(), reason.as_str())),
            _ => None,
        });
        broken.collect()
    }

    /// The cases that had nothing to check.
    pub fn skipped(&self) -> Vec<&str> {
        let skipped = self.0.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Skipped(_)));
        skipped.map(|(name, _)| name.as_str()).collect()
    }

    /// How many cases were checked and hold.
    pub fn kept(&self) -> usize {
        self.0.values().filter(|verdict| **verdict == Verdict::Kept).count()
    }
}
