//! A host whose plugins have a world of their own offers storage beside its own functions, all of it or one interface.

use larder_host::{StorageCtx, StorageView};
use larder_store::{Grant, Session};
use larder_tests::bindings::Plugin;
use larder_tests::{Pantry, plugin_bytes, private, relay_bindings, shared};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

struct Host {
    storage: StorageCtx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl Host {
    fn new(session: Session) -> Self {
        Self { storage: StorageCtx::new(session), wasi: WasiCtx::builder().build(), table: ResourceTable::new() }
    }

    fn storage(&mut self) -> StorageView<'_> {
        StorageView::new(&mut self.storage)
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

type AddToLinker = fn(&mut Linker<Host>, fn(&mut Host) -> StorageView<'_>) -> wasmtime::Result<()>;

const INTERFACES: [(&str, AddToLinker); 4] = [
    ("storage", larder_host::storage::add_to_linker),
    ("shared", larder_host::shared::add_to_linker),
    ("atomic", larder_host::atomic::add_to_linker),
    ("streams", larder_host::streams::add_to_linker),
];

fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    linker
}

#[tokio::test]
async fn the_types_of_its_exports_are_those_of_the_host_crate() {
    let (engine, pantry) = (Engine::default(), Pantry::new());
    let component = Component::from_binary(&engine, &plugin_bytes("probe")).unwrap();
    let mut linker = linker(&engine);
    larder_host::add_to_linker(&mut linker, Host::storage).unwrap();

    let mut store = Store::new(&engine, Host::new(pantry.session("w", "p")));
    let plugin = Plugin::instantiate_async(&mut store, &component, &linker).await.unwrap();
    let calls = plugin.tests_probe_calls();
    calls.call_set(&mut store, "k", b"value").await.unwrap().unwrap();
    let usage: larder_host::bindings::types::StoreUsage = calls.call_usage(&mut store).await.unwrap().unwrap();
    assert_eq!(usage.keys, 1);
    assert_eq!(plugin.call_repeat(&mut store, "ab", 2).await.unwrap(), "abab");
}

#[tokio::test]
async fn all_interfaces_one_by_one_are_all() {
    let (engine, pantry) = (Engine::default(), Pantry::new());
    let component = Component::from_binary(&engine, &plugin_bytes("relay")).unwrap();
    let mut linker = linker(&engine);
    for (_, add_to_linker) in INTERFACES {
        add_to_linker(&mut linker, Host::storage).unwrap();
    }
    let mut store = Store::new(&engine, Host::new(pantry.session("w", "p").with_grant(Grant::write())));
    let plugin = relay_bindings::Plugin::instantiate_async(&mut store, &component, &linker).await.unwrap();
    plugin.larder_storage_storage().call_set(&mut store, "k", b"own").await.unwrap().unwrap();
    plugin.larder_storage_shared().call_set(&mut store, "k", b"all").await.unwrap().unwrap();
    let at = [private("k"), shared("k")];
    let entries = plugin.larder_storage_atomic().call_get_many(&mut store, &at).await.unwrap().unwrap();
    let values: Vec<_> = entries.into_iter().map(|entry| entry.unwrap().value).collect();
    assert_eq!(values, [b"own", b"all"]);
}

#[tokio::test]
async fn what_is_not_added_is_not_offered() {
    let (engine, pantry) = (Engine::default(), Pantry::new());
    let component = Component::from_binary(&engine, &plugin_bytes("relay")).unwrap();
    for (missing, _) in INTERFACES {
        let mut linker = linker(&engine);
        for (_, add_to_linker) in INTERFACES.iter().filter(|(offered, _)| *offered != missing) {
            add_to_linker(&mut linker, Host::storage).unwrap();
        }
        let mut store = Store::new(&engine, Host::new(pantry.session("w", "p")));
        let refused = relay_bindings::Plugin::instantiate_async(&mut store, &component, &linker).await.err().unwrap();
        assert!(refused.to_string().contains(&format!("larder:storage/{missing}@")), "{missing}: {refused}");
    }
}
