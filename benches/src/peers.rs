//! What a host author would otherwise use, behind the same interface and as durable.

mod files;
mod fjall;
mod in_memory;
mod lmdb;
mod sqlite;
mod traps;

use std::path::Path;

use larder_host::bindings::types;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, StoreContextMut};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

pub use self::in_memory::InMemory;
use self::traps::trap_the_rest;
use crate::bindings::sync::Plugin;
use crate::{Run, Shape, plugin};

const STORAGE: &str = "larder:storage/storage@0.1.0";

/// Something that keeps values, durably once `set` returns.
trait Peer: Send + 'static {
    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>>;

    fn set(&mut self, key: &str, value: &[u8]) -> Result<()>;
}

/// A host without async support that offers a peer as `larder:storage/storage`.
pub struct PeerHost {
    store: Store<State>,
    plugin: Plugin,
}

struct State {
    peer: Box<dyn Peer>,
    wasi: WasiCtx,
    table: ResourceTable,
}

/// All of them, with what they are called, each in a directory of its own below `dir`.
///
/// # Errors
///
/// Where one cannot be opened.
pub fn all(dir: &Path) -> Result<Vec<(&'static str, PeerHost)>> {
    let make = |name: &str| -> Result<_> {
        let dir = dir.join(name);
        std::fs::create_dir_all(&dir)?;
        Ok(dir)
    };
    Ok(vec![
        ("SQLite", PeerHost::new(sqlite::Sqlite::open(&make("sqlite")?)?)?),
        ("fjall", PeerHost::new(fjall::Fjall::open(&make("fjall")?)?)?),
        ("LMDB", PeerHost::new(lmdb::Lmdb::open(&make("lmdb")?)?)?),
        ("a file per key", PeerHost::new(files::Files::open(&make("files")?)?)?),
    ])
}

impl PeerHost {
    fn new(peer: impl Peer) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, plugin()?)?;
        let mut linker: Linker<State> = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let mut storage = linker.instance(STORAGE)?;
        storage.func_wrap("get", |mut state: StoreContextMut<'_, State>, (key,): (String,)| {
            Ok((Ok::<_, types::Error>(state.data_mut().peer.get(&key)?),))
        })?;
        storage.func_wrap("set", |mut state: StoreContextMut<'_, State>, (key, value): (String, Vec<u8>)| {
            state.data_mut().peer.set(&key, &value)?;
            Ok((Ok::<_, types::Error>(()),))
        })?;
        trap_the_rest(&mut linker, &engine, &component, |interface, function| {
            interface == STORAGE && ["get", "set"].contains(&function)
        })?;
        let wasi = WasiCtx::builder().inherit_stderr().build();
        let mut store = Store::new(&engine, State { peer: Box::new(peer), wasi, table: ResourceTable::new() });
        let plugin = Plugin::instantiate(&mut store, &component, &linker)?;
        Ok(Self { store, plugin })
    }

    /// Stores a value without the plugin.
    ///
    /// # Errors
    ///
    /// The peer's.
    pub fn fill(&mut self, key: &str, value: &[u8]) -> Result<()> {
        self.store.data_mut().peer.set(key, value)
    }

    /// As [`Loops::get`](crate::Loops::get).
    ///
    /// # Errors
    ///
    /// Where the plugin traps, as it does when the peer fails.
    pub fn get(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_get(&mut self.store, key, shape)
    }

    /// As [`Loops::set`](crate::Loops::set).
    ///
    /// # Errors
    ///
    /// Where the plugin traps, as it does when the peer fails.
    pub fn set(&mut self, key: &str, value_bytes: u32, shape: Shape) -> Result<Run> {
        self.plugin.bench_loops_loops().call_set(&mut self.store, key, value_bytes, shape)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
