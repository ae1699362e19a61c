//! Runs a command component, and gives it a place to keep data: `embed DIRECTORY PLUGIN.wasm [ARGS…]`.

use larder_host::{StorageCtx, StorageView};
use larder_store::{Dir, Larder, Limits, Options};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// What this host keeps for each plugin that it runs.
struct Host {
    storage: StorageCtx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [directory, plugin, ..] = &args[..] else {
        wasmtime::bail!("usage: embed DIRECTORY PLUGIN.wasm [ARGS…]");
    };

    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    larder_host::add_to_linker(&mut linker, |host: &mut Host| StorageView::new(&mut host.storage))?;
    let component = Component::from_file(&engine, plugin)?;

    // Whose data it is, and how much it may be, is the host's decision.
    let larder = Larder::open(Dir::create_ambient(directory)?, Options::default())?;
    let limits = Limits { store_bytes: 1024 * 1024, ..Limits::default() };
    let session = larder.session(&"example".parse()?, &"plugin".parse()?, limits);

    let fuel = larder_host::hostcall_fuel(session.limits());
    let storage = StorageCtx::new(session).on_error(|error| eprintln!("storage: {error}"));
    let wasi = WasiCtx::builder().args(&args[1..]).inherit_stdout().inherit_stderr().build();
    let mut store = Store::new(&engine, Host { storage, wasi, table: ResourceTable::new() });
    store.set_hostcall_fuel(fuel);

    let command = Command::instantiate_async(&mut store, &component, &linker).await?;
    let succeeded = command.wasi_cli_run().call_run(&mut store).await?.is_ok();
    larder.close().await?;
    wasmtime::ensure!(succeeded, "the plugin failed");
    Ok(())
}
