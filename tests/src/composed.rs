//! Plugins that were composed with storage, in a runtime that offers WASI and nothing of ours.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};

use crate::{CommandLine, Ended};

/// Room for what a plugin prints.
const OUTPUT_BYTES: usize = 1024 * 1024;

/// A composed plugin.
pub struct Composed {
    component: Component,
}

struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Wasi {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

/// Composes the plugin in a file, as `larder compose` does with these options; the file of the result, and where that is.
pub fn compose(plugin: &Path, options: &[&str]) -> (PathBuf, TempDir) {
    let dir = TempDir::new().expect("there is a temporary directory");
    let output = dir.path().join("composed.wasm");
    let mut args = vec!["compose".into(), plugin.as_os_str().to_owned(), "-o".into(), output.clone().into()];
    args.extend(options.iter().map(Into::into));
    CommandLine::new(dir.path()).run(args).printed();
    (output, dir)
}

impl Composed {
    /// Composes a plugin, with these options of `larder compose`.
    pub fn new(plugin: &Path, options: &[&str]) -> Self {
        let (file, _dir) = compose(plugin, options);
        Self { component: Component::from_file(engine(), file).expect("what was composed compiles") }
    }

    /// Runs it with the directory, variables and arguments that it is given, the first of them its name.
    pub fn run(&self, dir: Option<&Path>, variables: &[(&str, &str)], args: &[&str]) -> Ended {
        let (stdout, stderr) = (MemoryOutputPipe::new(OUTPUT_BYTES), MemoryOutputPipe::new(OUTPUT_BYTES));
        let mut ctx = WasiCtx::builder();
        ctx.allow_blocking_current_thread(true)
            .stdout(stdout.clone())
            .stderr(stderr.clone())
            .envs(variables)
            .arg("composed.wasm")
            .args(args);
        if let Some(dir) = dir {
            ctx.preopened_dir(dir, "./larder-data", FsPerms::ReadWrite).expect("the directory opens");
        }
        let mut linker = Linker::new(engine());
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("nothing is there twice");
        let mut store = Store::new(engine(), Wasi { ctx: ctx.build(), table: ResourceTable::new() });
        let command = Command::instantiate(&mut store, &self.component, &linker).expect("WASI is all it needs");
        let status = match command.wasi_cli_run().call_run(&mut store) {
            Ok(ended) => Some(i32::from(ended.is_err())),
            Err(error) => error.downcast_ref().map(|I32Exit(status)| *status),
        };
        let stderr = String::from_utf8(stderr.contents().to_vec()).expect("errors are text");
        Ended { status, stdout: stdout.contents().to_vec(), stderr }
    }
}

/// Without async support, as its calls complete on the calling thread.
fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::default)
}
