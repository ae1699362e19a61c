//! A host whose plugins have a world of their own offers storage beside its own functions, all of it or one interface.

use larder_host::{StorageCtx, StorageView};
use larder_store::Session;
use larder_tests::bindings::Plugin;
use larder_tests::{Pantry, plugin_bytes};
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

#[tokio::test]
async fn the_types_of_its_exports_are_those_of_the_host_crate() {
    let (engine, pantry) = (Engine::default(), Pantry::new());
    let component = Component::from_binary(&engine, &plugin_bytes("probe")).unwrap();
    let ways: [AddToLinker; 2] = [larder_host::add_to_linker, larder_host::storage::add_to_linker];
    for (number, add_to_linker) in ways.into_iter().enumerate() {
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        add_to_linker(&mut linker, Host::storage).unwrap();

        let mut store = Store::new(&engine, Host::new(pantry.session("w", "p")));
        let plugin = Plugin::instantiate_async(&mut store, &component, &linker).await.unwrap();
        let calls = plugin.tests_probe_calls();
        let key = number.to_string();
        calls.call_set(&mut store, &key, b"value").await.unwrap().unwrap();
        let usage: larder_host::bindings::types::StoreUsage = calls.call_usage(&mut store).await.unwrap().unwrap();
        assert_eq!(usage.keys, number as u64 + 1);
        assert_eq!(plugin.call_repeat(&mut store, "ab", 2).await.unwrap(), "abab");
    }
}

#[tokio::test]
async fn what_is_not_added_is_not_offered() {
    let (engine, pantry) = (Engine::default(), Pantry::new());
    let component = Component::from_binary(&engine, &plugin_bytes("probe")).unwrap();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    let mut store = Store::new(&engine, Host::new(pantry.session("w", "p")));
    let refused = Plugin::instantiate_async(&mut store, &component, &linker).await.err().unwrap();
    assert!(refused.to_string().contains("larder:storage/"), "{refused}");
}
