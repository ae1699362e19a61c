mod held_output;
mod stdio;
mod task;
mod watched_input;

use std::fmt;
use std::path::Path;
use std::sync::Mutex;

use larder_host::{Call, CallError, CompileCache, Plugin, Runtime, RuntimeOptions};
use larder_store::{Error, Grant, Limits, PluginId};
use wasmtime_wasi::WasiCtx;

use self::stdio::Stdio;
use self::task::{Ended, Task};

use crate::cli::Run;
use crate::compiler::Compiler;
use crate::exit::Exit;
use crate::failure::{Failure, is_fault, tell};
use crate::invoke::Exports;
use crate::open::{Purpose, in_larder};
use crate::output::print;
use crate::plugin_file;

/// Any version of it that a plugin of this generation can export is found by this name.
const COMMAND: &str = "wasi:cli/run@0.2.0";

/// Runs a plugin.
///
/// Whatever is wrong with the plugin or how it is asked for shows before the larder is touched.
pub fn run(dir: &Path, options: Run) -> Result<Exit, Failure> {
    let compiler = Compiler::new(options.compile_time, options.compile_memory, !options.no_cache)?;
    let runtime_options = options.runtime_options(compiler.cache());
    let bytes = plugin_file::read(&options.file, runtime_options.component_bytes)?;
    let id = options.plugin_id()?;
    let runtime = Runtime::new(runtime_options).map_err(no_runtime)?;
    let plugin = compiler.load(&runtime, &bytes, &options.file)?;
    let task = options.task(&plugin)?;

    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    let ran = executor.block_on(in_larder(dir, Purpose::Store, async |larder| {
        larder.open_workspace(&options.workspace).await?;
        let session = larder.session(&options.workspace, &id, options.limits());
        let session = session.with_grant(options.grant()).with_commit(options.commit.into());
        let stdio = Stdio::of(options.commit.into());
        let rerun_if = stdio.clone();
        let call = Call::new(session)
            .wasi(options.wasi(stdio.clone()))
            .rerun_if(move || rerun_if.may_rerun())
            .on_error(tell_faults(dir));
        end(task.run(&runtime, &plugin, call).await, &stdio)
    }));
    // A thread may still wait for standard input, which is nobody's concern now.
    executor.shutdown_background();
    let exit = ran?;
    // What the plugin wrote without a line end is still to be written.
    unless_failed(exit, print(|out| out.flush()))
}

/// How the program ends where it was written, or not, what the plugin said: one that failed has failed whoever reads that.
fn unless_failed(exit: Exit, written: Result<(), Failure>) -> Result<Exit, Failure> {
    if exit == Exit::Done { written.map(|()| exit) } else { Ok(exit) }
}

/// Releases what the plugin wrote, unless it tells of a success that there was not.
fn end(ended: Result<Ended, CallError>, stdio: &Stdio) -> Result<Exit, Failure> {
    match ended {
        Ok(ended) => {
            let written = stdio.release();
            unless_failed(ended.exit()?, written)
        }
        Err(CallError::NotCommitted(error)) => Err(Failure::from(error).context("the call was not committed")),
        Err(error @ CallError::Conflict) => Err(Failure::new(Exit::Larder, error)),
        Err(error) => {
            let _ = stdio.release();
            Err(Failure::new(Exit::Stopped, error))
        }
    }
}

impl Run {
    fn plugin_id(&self) -> Result<PluginId, Failure> {
        if let Some(plugin) = &self.plugin {
            return Ok(plugin.clone());
        }
        plugin_file::named_by(&self.file)
    }

    fn runtime_options(&self, cache: &CompileCache) -> RuntimeOptions {
        let mut options = RuntimeOptions::default();
        options.call_timeout = self.timeout;
        options.calls_at_once = 1;
        options.compile_cache = Some(cache.clone());
        options
    }

    fn limits(&self) -> Limits {
        let defaults = Limits::default();
        Limits { store_bytes: self.quota.unwrap_or(defaults.store_bytes), ..defaults }
    }

    fn grant(&self) -> Grant {
        Grant::from(self.shared).within(self.shared_prefix.clone().unwrap_or_default())
    }

    fn task(&self, plugin: &Plugin) -> Result<Task, Failure> {
        let exports = Exports::of(plugin.component());
        match &self.invoke {
            Some(text) => Ok(Task::Invoke(exports.invocation(text)?)),
            None if plugin.component().get_export_index(None, COMMAND).is_some() => Ok(Task::Command),
            None => Err(Exit::BadInput.because(format!(
                "{} is not a command, as it does not export wasi:cli/run@0.2; {exports}",
                self.file.display()
            ))),
        }
    }

    /// What each run of the plugin is granted.
    fn wasi(&self, stdio: Stdio) -> impl Fn() -> WasiCtx + use<> {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let args = self.args.clone();
        move || {
            let mut wasi = WasiCtx::builder();
            stdio.grant(&mut wasi);
            wasi.arg(&name).args(&args).build()
        }
    }
}

/// Tells the operator what the plugin is not told: what is wrong with the larder, once for each thing in a row.
fn tell_faults(dir: &Path) -> impl Fn(&Error) + Send + Sync + 'static {
    let dir = dir.display().to_string();
    let last = Mutex::new(String::new());
    move |error| {
        if !is_fault(error) {
            return;
        }
        let text = format!("{dir}: {error}");
        let mut last = last.lock().expect("nothing panics while it is locked");
        if *last != text {
            tell(&text);
            *last = text;
        }
    }
}

fn no_runtime(error: impl fmt::Display) -> Failure {
    Exit::Larder.because(format!("cannot run plugins on this machine: {error:#}"))
}
