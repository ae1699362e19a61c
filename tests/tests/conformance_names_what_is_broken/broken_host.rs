use std::collections::{BTreeMap, BTreeSet};

use larder_host::bindings::{atomic, shared, storage, streams, types};
use larder_host::{Error, StorageCtx, StorageView};
use larder_store::{Grant, Larder, Limits, Options, Session};
use larder_tests::{Captured, Verdicts, conformance_bytes};
use wasmtime::component::{Component, HasData, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

use crate::fault::Fault;

/// A host that keeps every promise but one.
pub struct BrokenHost {
    linker: Linker<State>,
    component: Component,
}

struct State {
    broken: Broken,
    wasi: WasiCtx,
    table: ResourceTable,
}

/// Storage as larder-host offers it, what is wrong with it, and what that needs to know.
pub struct Broken {
    pub fault: Fault,
    pub ctx: StorageCtx,
    larder: Larder,
    /// Values that were given a time to live.
    pub mortal: BTreeMap<String, Vec<u8>>,
    /// Keys that were missing when somebody asked.
    pub missing: BTreeSet<String>,
    /// The keys of open readers.
    pub opened: BTreeMap<u32, types::Address>,
    /// Writers whose expectation did not hold when they were made.
    pub doomed: BTreeSet<u32>,
}

/// [`Broken`] for the length of one host call.
pub struct BrokenView<'a>(pub &'a mut Broken);

struct HasBroken;

impl HasData for HasBroken {
    type Data<'a> = BrokenView<'a>;
}

impl BrokenHost {
    pub fn new() -> Self {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        storage::add_to_linker::<_, HasBroken>(&mut linker, State::broken).unwrap();
        shared::add_to_linker::<_, HasBroken>(&mut linker, State::broken).unwrap();
        atomic::add_to_linker::<_, HasBroken>(&mut linker, State::broken).unwrap();
        streams::add_to_linker::<_, HasBroken>(&mut linker, State::broken).unwrap();
        let component = Component::from_binary(&engine, &conformance_bytes()).unwrap();
        Self { linker, component }
    }

    /// What all cases say of it.
    pub async fn run(&self, fault: Fault) -> Verdicts {
        let captured = Captured::default();
        let granted = if fault == Fault::SharedNeedsNoGrant { "none" } else { "write" };
        let wasi = captured.wasi(&["--shared", granted])();
        let state = State { broken: Broken::new(fault), wasi, table: ResourceTable::new() };
        let mut store = Store::new(self.linker.engine(), state);
        let command = Command::instantiate_async(&mut store, &self.component, &self.linker).await.unwrap();
        match command.wasi_cli_run().call_run(&mut store).await {
            Ok(_) => {}
            Err(error) if error.is::<I32Exit>() => {}
            Err(error) => panic!("{fault:?}: {error:?} after {}", captured.text()),
        }
        Verdicts::parse(&captured.text())
    }
}

impl State {
    fn broken(&mut self) -> BrokenView<'_> {
        BrokenView(&mut self.broken)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl Broken {
    fn new(fault: Fault) -> Self {
        let larder = Larder::in_memory(Options::default());
        let granted = if fault == Fault::SharedNeedsNoGrant { Grant::none() } else { Grant::write() };
        let ctx = StorageCtx::new(session(&larder, limits()).with_grant(granted));
        let (mortal, missing) = (BTreeMap::new(), BTreeSet::new());
        Self { fault, ctx, larder, mortal, missing, opened: BTreeMap::new(), doomed: BTreeSet::new() }
    }

    /// What keeps the promises.
    pub fn whole(&mut self) -> StorageView<'_> {
        StorageView::new(&mut self.ctx)
    }

    pub fn session(&self) -> &Session {
        self.ctx.session()
    }

    /// One for the same stores that may do more.
    pub fn session_within(&self, limits: Limits) -> Session {
        session(&self.larder, limits).with_grant(Grant::write())
    }
}

impl types::Host for BrokenView<'_> {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<types::Error> {
        self.0.whole().convert_error(error)
    }
}

fn session(larder: &Larder, limits: Limits) -> Session {
    larder.session(&"w".parse().unwrap(), &"conformance".parse().unwrap(), limits)
}

/// So small that every case can reach them.
pub fn limits() -> Limits {
    Limits {
        key_bytes: 1024,
        value_bytes: 4 << 20,
        batch_items: 100,
        batch_bytes: 64 << 10,
        chunk_bytes: 64 << 10,
        open_handles: 4,
        store_bytes: 10 << 20,
        store_keys: 500,
        ..Limits::default()
    }
}
