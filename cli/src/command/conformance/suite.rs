use std::sync::{Arc, Mutex};
use std::time::Duration;

use larder_host::{Call, Plugin, Runtime, RuntimeOptions};
use larder_store::{Larder, Limits, Options, Session};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use super::{PLUGIN, no_runtime};
use crate::cli::{Conformance, SharedAccess};
use crate::escape::OneLine;
use crate::exit::Exit;
use crate::failure::Failure;

/// The plugin that checks; `cargo xtask components` builds it.
pub const COMPONENT: &[u8] = include_bytes!("../../../components/conformance.wasm");

/// The time for one case; none needs more than some seconds.
const CASE_TIME: Duration = Duration::from_secs(120);

/// Room for what one case prints, or a list of all.
const OUTPUT_BYTES: usize = 256 * 1024;

/// The plugin that checks, and which cases it is to check.
pub struct Suite {
    runtime: Runtime,
    plugin: Plugin,
    begins: Vec<String>,
    granted: Vec<String>,
}

/// How a case ended.
pub enum Verdict {
    Passed,
    Failed,
    Skipped,
}

impl Suite {
    pub fn new(options: &Conformance) -> Result<Self, Failure> {
        let mut runtime_options = RuntimeOptions::default();
        runtime_options.call_timeout = Some(CASE_TIME);
        runtime_options.calls_at_once = 1;
        let runtime = Runtime::new(runtime_options).map_err(no_runtime)?;
        let plugin = runtime.load(COMPONENT).map_err(no_runtime)?;
        let mut granted = vec!["--shared".to_owned(), level(options.shared).to_owned()];
        if let Some(prefix) = &options.shared_prefix {
            granted.extend(["--within".to_owned(), prefix.clone()]);
        }
        Ok(Self { runtime, plugin, begins: options.begins.clone(), granted })
    }

    /// The names of the cases.
    pub async fn names(&self) -> Result<Vec<String>, Failure> {
        // Listing touches no store.
        let larder = Larder::in_memory(Options::default());
        let workspace = "list".parse().expect("it is a workspace name");
        let plugin = PLUGIN.parse().expect("it is a plugin name");
        let session = larder.session(&workspace, &plugin, Limits::default());
        let (ended, said) = self.run(session, [&["--list".to_owned()], &*self.begins].concat()).await;
        match ended {
            Ok(0) => Ok(said.stdout.lines().map(str::to_owned).collect()),
            Ok(_) => Err(Exit::BadInput.because("no case has a name that begins so; see --list")),
            Err(error) => Err(Failure::new(Exit::Stopped, error)),
        }
    }

    /// The verdict on one case, and the line that tells it.
    pub async fn check(&self, name: &str, session: Session) -> Result<(Verdict, String), Failure> {
        let (ended, said) =
            self.run(session, [&*self.granted, &["--exact".to_owned(), name.to_owned()]].concat()).await;
        let failed = |reason: &dyn std::fmt::Display| {
            (Verdict::Failed, format!("FAIL {name}: {}", OneLine(&reason.to_string())))
        };
        let line = said.stdout.lines().next().unwrap_or_default();
        Ok(match (ended, line.split_once(' ')) {
            // Whatever it says: a call that did not end well kept nothing.
            (Err(error), _) => failed(&error),
            (Ok(0), Some(("ok", _))) => (Verdict::Passed, line.to_owned()),
            (Ok(0), Some(("skip", _))) => (Verdict::Skipped, line.to_owned()),
            (Ok(_), Some(("FAIL", _))) => (Verdict::Failed, line.to_owned()),
            (Ok(status), _) => {
                failed(&format!("the plugin ended with status {status}: {}{}", said.stderr, said.stdout))
            }
        })
    }

    async fn run(&self, session: Session, args: Vec<String>) -> (Result<i32, larder_host::CallError>, Said) {
        let output = Output::default();
        let call = Call::new(session).wasi(output.wasi(args));
        let ended = self.runtime.run(&self.plugin, call).await;
        (ended, output.said())
    }
}

fn level(shared: SharedAccess) -> &'static str {
    match shared {
        SharedAccess::None => "none",
        SharedAccess::Read => "read",
        SharedAccess::Write => "write",
    }
}

/// Where the plugin writes to; what an earlier run of the same call wrote is forgotten.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Option<Pipes>>>);

struct Pipes {
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
}

#[derive(Default)]
struct Said {
    stdout: String,
    stderr: String,
}

impl Output {
    fn wasi(&self, args: Vec<String>) -> impl Fn() -> WasiCtx + Send + Sync + use<> {
        let output = self.clone();
        move || {
            let pipes =
                Pipes { stdout: MemoryOutputPipe::new(OUTPUT_BYTES), stderr: MemoryOutputPipe::new(OUTPUT_BYTES) };
            let mut wasi = WasiCtx::builder();
            wasi.arg(PLUGIN).args(&args).stdout(pipes.stdout.clone()).stderr(pipes.stderr.clone());
            *output.0.lock().expect("nothing panics while it is locked") = Some(pipes);
            wasi.build()
        }
    }

    fn said(&self) -> Said {
        let text = |pipe: &MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        match &*self.0.lock().expect("nothing panics while it is locked") {
            Some(Pipes { stdout, stderr }) => Said { stdout: text(stdout), stderr: text(stderr) },
            None => Said::default(),
        }
    }
}
