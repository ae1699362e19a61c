use std::fmt;
use std::io::{self, Read};

use larder_host::{CompileCache, LoadError, Runtime, RuntimeOptions};

use crate::cli::Compile;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plugin_file::not_loaded;

/// Compiles the plugin on standard input into the cache, within limits that hold from here on.
pub fn compile(options: &Compile) -> Result<Exit, Failure> {
    options.limit().map_err(failed)?;
    let cache = CompileCache::in_directory(&options.cache).map_err(failed)?;
    let mut runtime_options = RuntimeOptions::default();
    runtime_options.compile_cache = Some(cache);
    let most_bytes = runtime_options.component_bytes as u64;
    let runtime = Runtime::new(runtime_options).map_err(failed)?;
    let mut component = Vec::new();
    // Whoever asks has refused what is larger.
    io::stdin().take(most_bytes + 1).read_to_end(&mut component).map_err(failed)?;
    match runtime.load(&component) {
        Ok(_) => Ok(Exit::Done),
        Err(LoadError::Invalid(error)) if is_out_of_memory(&error) => Err(Exit::Stopped.because("out of memory")),
        Err(error) => Err(not_loaded(&options.name, error)),
    }
}

fn failed(error: impl fmt::Display) -> Failure {
    Exit::Larder.because(format!("cannot compile plugins on this machine: {error:#}"))
}

impl Compile {
    #[cfg(unix)]
    fn limit(&self) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        // What is writable and not shared; address space alone costs nothing.
        #[cfg(target_os = "linux")]
        const MEMORY: Resource = Resource::Data;
        #[cfg(not(target_os = "linux"))]
        const MEMORY: Resource = Resource::As;

        // Beyond the first of the two a process is told what it ran out of.
        for (resource, limit, beyond) in
            [(Resource::Core, 0, 0), (Resource::Cpu, self.cpu_seconds, 1), (MEMORY, self.memory_bytes, 0)]
        {
            let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
            let (current, maximum) = (most.min(limit), most.min(limit.saturating_add(beyond)));
            setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })?;
        }
        Ok(())
    }

    /// Here only the time on the wall is bounded, by who waits.
    #[cfg(not(unix))]
    fn limit(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether it is not the component that is at fault.
fn is_out_of_memory(error: &wasmtime::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == io::ErrorKind::OutOfMemory))
}
