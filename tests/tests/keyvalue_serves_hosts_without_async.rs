//! A host that calls its plugins synchronously offers the same drafts on the same data.

use larder_host::{StorageCtx, StorageView};
use larder_store::Session;
use larder_tests::{Pantry, plugin_bytes};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

mod draft {
    wasmtime::component::bindgen!({
        inline: "
            package tests:keyvalue-draft;
            world plugin {
                export wasi:keyvalue/store@0.2.0-draft;
                export wasi:keyvalue/atomics@0.2.0-draft;
                export wasi:keyvalue/batch@0.2.0-draft;
            }
        ",
        path: "../wit/wasi-keyvalue/0.2.0-draft",
        world: "tests:keyvalue-draft/plugin",
        additional_derives: [PartialEq],
    });
}

mod draft2 {
    wasmtime::component::bindgen!({
        path: ["../wit/wasi-keyvalue/0.2.0-draft2", "plugins/keyvalue-draft2/wit"],
        world: "tests:keyvalue-draft2/plugin",
        additional_derives: [PartialEq],
    });
}

struct Host {
    storage: StorageCtx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl Host {
    fn storage(&mut self) -> StorageView<'_> {
        StorageView::new(&mut self.storage)
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

fn store(engine: &Engine, session: Session) -> Store<Host> {
    let wasi = WasiCtx::builder().build();
    Store::new(engine, Host { storage: StorageCtx::new(session), wasi, table: ResourceTable::new() })
}

#[test]
fn both_drafts_answer_on_the_calling_thread() {
    let (engine, pantry) = (Engine::default(), Pantry::new());
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    larder_host::sync::keyvalue::add_to_linker(&mut linker, Host::storage).unwrap();
    let session = || pantry.session("w", "p");

    let component = Component::from_binary(&engine, &plugin_bytes("keyvalue_draft")).unwrap();
    let mut at = store(&engine, session());
    let plugin = draft::Plugin::instantiate(&mut at, &component, &linker).unwrap();
    let bucket = plugin.wasi_keyvalue_store().call_open(&mut at, "").unwrap().unwrap();
    let calls = plugin.wasi_keyvalue_store().bucket();
    calls.call_set(&mut at, bucket, "k", b"v").unwrap().unwrap();
    assert_eq!(plugin.wasi_keyvalue_atomics().call_increment(&mut at, bucket, "n", 5).unwrap(), Ok(5));
    let keys = ["k".to_owned(), "none".to_owned()];
    let many = plugin.wasi_keyvalue_batch().call_get_many(&mut at, bucket, &keys).unwrap().unwrap();
    assert_eq!(many, [Some(("k".to_owned(), b"v".to_vec())), None]);
    let denied = plugin.wasi_keyvalue_store().call_open(&mut at, "other").unwrap();
    assert_eq!(denied.unwrap_err(), draft::exports::wasi::keyvalue::store::Error::NoSuchStore);

    let component = Component::from_binary(&engine, &plugin_bytes("keyvalue_draft2")).unwrap();
    let mut at = store(&engine, session());
    let plugin = draft2::Plugin::instantiate(&mut at, &component, &linker).unwrap();
    let bucket = plugin.wasi_keyvalue_store().call_open(&mut at, "default").unwrap().unwrap();
    let calls = plugin.wasi_keyvalue_store().bucket();
    assert_eq!(calls.call_get(&mut at, bucket, "k").unwrap().unwrap().unwrap(), b"v");
    assert_eq!(calls.call_list_keys(&mut at, bucket, Some("k")).unwrap().unwrap().keys, ["n"]);
    let atomics = plugin.wasi_keyvalue_atomics();
    assert_eq!(atomics.call_increment(&mut at, bucket, "n", -6).unwrap(), Ok(-1));
    let cas = atomics.cas().call_new(&mut at, bucket, "k").unwrap().unwrap();
    pollster::block_on(session().set("k", "theirs")).unwrap();
    let changed = atomics.call_swap(&mut at, cas, b"ours").unwrap();
    assert!(matches!(changed, Err(draft2::exports::wasi::keyvalue::atomics::CasError::CasFailed(_))), "{changed:?}");
    assert_eq!(calls.call_get(&mut at, bucket, "k").unwrap().unwrap().unwrap(), b"theirs");
}

#[test]
fn a_host_may_offer_one_interface_of_one_draft() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    larder_host::sync::keyvalue::draft::store::add_to_linker(&mut linker, Host::storage).unwrap();
    let component = Component::from_binary(&engine, &plugin_bytes("keyvalue_draft")).unwrap();
    let Err(refused) = linker.instantiate_pre(&component) else { panic!("the plugin imports more") };
    assert!(format!("{refused:#}").contains("wasi:keyvalue/atomics@0.2.0-draft"), "{refused:#}");
}
