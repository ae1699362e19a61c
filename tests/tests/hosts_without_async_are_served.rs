//! A host that calls its plugins synchronously offers the same storage.

use larder_host::bindings::types::{Error, Excess, Unit};
use larder_host::{StorageCtx, StorageView};
use larder_store::{Limits, Session};
use larder_tests::{Pantry, plugin_bytes};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

mod bindings {
    wasmtime::component::bindgen!({
        path: ["../wit", "plugins/probe/wit"],
        world: "tests:probe/plugin",
        with: {
            "larder:storage/types": larder_host::bindings::types,
            "larder:storage/storage": larder_host::bindings::sync::storage,
        },
    });
}

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

/// Calls the plugin in a new instance.
struct Plugin {
    linker: Linker<Host>,
    component: Component,
}

impl Plugin {
    fn new() -> Self {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        larder_host::sync::add_to_linker(&mut linker, |host: &mut Host| StorageView::new(&mut host.storage)).unwrap();
        let component = Component::from_binary(&engine, &plugin_bytes("probe")).unwrap();
        Self { linker, component }
    }

    fn call<T>(
        &self,
        session: Session,
        f: impl FnOnce(&mut Store<Host>, &bindings::Plugin) -> wasmtime::Result<T>,
    ) -> T {
        let wasi = WasiCtx::builder().build();
        let host = Host { storage: StorageCtx::new(session), wasi, table: ResourceTable::new() };
        let mut store = Store::new(self.linker.engine(), host);
        let plugin = bindings::Plugin::instantiate(&mut store, &self.component, &self.linker).unwrap();
        f(&mut store, &plugin).unwrap()
    }
}

#[test]
fn every_function_answers_on_the_calling_thread() {
    let (plugin, pantry) = (Plugin::new(), Pantry::new());
    let session = || pantry.limited("w", "p", Limits { value_bytes: 10, ..Limits::default() });
    plugin.call(session(), |store, plugin| {
        let calls = plugin.tests_probe_calls();
        assert_eq!(calls.call_get(&mut *store, "k")?.unwrap(), None);
        calls.call_set(&mut *store, "k", b"value")?.unwrap();
        calls.call_set(&mut *store, "l", b"")?.unwrap();
        let refused = calls.call_set(&mut *store, "k", &[0; 11])?;
        let excess = Excess { unit: Unit::Bytes, limit: 10, actual: 11 };
        assert!(matches!(refused, Err(Error::ValueTooLarge(told)) if format!("{told:?}") == format!("{excess:?}")));
        Ok(())
    });
    plugin.call(session(), |store, plugin| {
        let calls = plugin.tests_probe_calls();
        assert_eq!(calls.call_get(&mut *store, "k")?.unwrap().unwrap(), b"value");
        assert!(calls.call_exists(&mut *store, "l")?.unwrap());
        assert_eq!(calls.call_keys(&mut *store, "", None, 1)?.unwrap().next.unwrap(), "k");
        assert_eq!(calls.call_usage(&mut *store)?.unwrap().bytes, 65 + 5 + 65);
        assert_eq!(calls.call_limits(&mut *store)?.value_bytes, 10);
        calls.call_delete(&mut *store, "k")?.unwrap();
        assert!(!calls.call_exists(&mut *store, "k")?.unwrap());
        Ok(())
    });
}

#[test]
fn several_threads_call_at_once() {
    let (plugin, pantry) = (Plugin::new(), Pantry::new());
    std::thread::scope(|scope| {
        for thread in ["a", "b", "c", "d"] {
            let (plugin, session) = (&plugin, pantry.session("w", "p"));
            scope.spawn(move || {
                plugin.call(session, |store, plugin| {
                    assert_eq!(plugin.tests_probe_calls().call_fill(store, thread, 25, 10)?.unwrap(), 25);
                    Ok(())
                });
            });
        }
    });
    let usage = plugin.call(pantry.session("w", "p"), |store, plugin| plugin.tests_probe_calls().call_usage(store));
    assert_eq!(usage.unwrap().keys, 100);
}
