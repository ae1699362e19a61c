//! A host without async support keeps every promise of the interface.

use larder_host::{StorageCtx, StorageView};
use larder_store::{Commit, Grant, Larder, Limits, Options, Session};
use larder_tests::{Captured, Pantry, Verdicts, conformance_bytes};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};

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

struct Conformance {
    linker: Linker<Host>,
    component: Component,
}

impl Conformance {
    fn new() -> Self {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        larder_host::sync::add_to_linker(&mut linker, |host: &mut Host| StorageView::new(&mut host.storage)).unwrap();
        let component = Component::from_binary(&engine, &conformance_bytes()).unwrap();
        Self { linker, component }
    }

    /// All cases in one call, which is committed in the end where the session is for a whole call.
    fn run(&self, session: Session, args: &[&str]) -> Verdicts {
        let captured = Captured::default();
        let storage = StorageCtx::new(session);
        let host = Host { storage, wasi: captured.wasi(args)(), table: ResourceTable::new() };
        let mut store = Store::new(self.linker.engine(), host);
        let command = Command::instantiate(&mut store, &self.component, &self.linker).unwrap();
        match command.wasi_cli_run().call_run(&mut store) {
            Ok(_) => {}
            Err(error) if error.is::<I32Exit>() => {}
            Err(error) => panic!("{error:?} after {}", captured.text()),
        }
        pollster::block_on(store.into_data().storage.into_session().commit()).unwrap();
        Verdicts::parse(&captured.text())
    }
}

fn limits() -> Limits {
    Limits { value_bytes: 2 << 20, store_bytes: 8 << 20, store_keys: 1100, ..Limits::default() }
}

#[track_caller]
fn keeps_all(verdicts: &Verdicts) {
    assert!(verdicts.broken().is_empty(), "{:#?}", verdicts.broken());
    assert!(verdicts.kept() >= 200, "{} of {} cases", verdicts.kept(), verdicts.names().len());
}

#[test]
fn in_a_directory() {
    let pantry = Pantry::new();
    let session = pantry.limited("w", "conformance", limits()).with_grant(Grant::write());
    keeps_all(&Conformance::new().run(session, &["--shared", "write"]));
}

#[test]
fn in_memory_alone() {
    let larder = Larder::in_memory(Options::default());
    let session = larder.session(&"w".parse().unwrap(), &"conformance".parse().unwrap(), limits());
    keeps_all(&Conformance::new().run(session, &["--shared", "none"]));
}

#[test]
fn in_one_whole_call() {
    let pantry = Pantry::new();
    let session = pantry.limited("w", "conformance", limits()).with_commit(Commit::WholeCall);
    let verdicts = Conformance::new().run(session, &["--shared", "none", "missing-key", "listing/", "counters"]);
    assert!(verdicts.broken().is_empty(), "{:#?}", verdicts.broken());
    assert!(verdicts.kept() >= 60, "{verdicts:#?}");
}
