//! A host that calls its plugins synchronously offers the same storage.

use larder_host::bindings::types::{Error, Excess, Expectation, Unit};
use larder_host::{StorageCtx, StorageView};
use larder_store::{Commit, Grant, Limits, Session};
use larder_tests::{Pantry, plugin_bytes, private, shared};
use pollster::block_on;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

mod bindings {
    wasmtime::component::bindgen!({
        path: ["../wit", "plugins/probe/wit"],
        world: "tests:probe/plugin",
        with: { "larder:storage": larder_host::bindings::sync },
    });
}

mod relay {
    wasmtime::component::bindgen!({
        path: ["../wit", "plugins/relay/wit"],
        world: "tests:relay/plugin",
        with: { "larder:storage": larder_host::bindings::sync },
    });
}

use relay::exports::larder::storage::atomic::{Action, Change, Check, Expiring, Outcome};

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

/// A plugin, each call of which is in a new instance.
struct Plugin {
    linker: Linker<Host>,
    component: Component,
}

impl Plugin {
    fn new(name: &str) -> Self {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
        larder_host::sync::add_to_linker(&mut linker, |host: &mut Host| StorageView::new(&mut host.storage)).unwrap();
        let component = Component::from_binary(&engine, &plugin_bytes(name)).unwrap();
        Self { linker, component }
    }

    fn call<T>(
        &self,
        session: Session,
        f: impl FnOnce(&mut Store<Host>, &bindings::Plugin) -> wasmtime::Result<T>,
    ) -> T {
        let mut store = self.store(session);
        let plugin = bindings::Plugin::instantiate(&mut store, &self.component, &self.linker).unwrap();
        f(&mut store, &plugin).unwrap()
    }

    /// The same for the relay; the session has what it did, and is not committed yet.
    fn relay(
        &self,
        session: Session,
        f: impl FnOnce(&mut Store<Host>, &relay::Plugin) -> wasmtime::Result<()>,
    ) -> Session {
        let mut store = self.store(session);
        let plugin = relay::Plugin::instantiate(&mut store, &self.component, &self.linker).unwrap();
        f(&mut store, &plugin).unwrap();
        store.into_data().storage.into_session()
    }

    fn store(&self, session: Session) -> Store<Host> {
        let fuel = larder_host::hostcall_fuel(session.limits());
        let wasi = WasiCtx::builder().build();
        let host = Host { storage: StorageCtx::new(session), wasi, table: ResourceTable::new() };
        let mut store = Store::new(self.linker.engine(), host);
        store.set_hostcall_fuel(fuel);
        store
    }
}

#[test]
fn every_function_answers_on_the_calling_thread() {
    let (plugin, pantry) = (Plugin::new("probe"), Pantry::new());
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
fn the_shared_store_and_several_keys_at_once() {
    let (plugin, pantry) = (Plugin::new("relay"), Pantry::new());
    let session = || pantry.session("w", "p").with_grant(Grant::write());
    plugin.relay(session(), |store, relay| {
        let change = |at, action| Change { at, action };
        let changes = [
            change(private("k"), Action::Set(b"own".into())),
            change(shared("k"), Action::SetExpiring(Expiring { value: b"for all".into(), expires_in_ms: 600_000 })),
            change(shared("count"), Action::Add(4)),
            change(private("none"), Action::Delete),
        ];
        let absent = [Check { at: shared("k"), expect: Expectation::Absent }];
        let committed = relay.larder_storage_atomic().call_commit(&mut *store, &absent, &changes)?.unwrap();
        assert!(matches!(committed, Outcome::Committed(_)), "{committed:?}");
        let again = relay.larder_storage_atomic().call_commit(&mut *store, &absent, &changes)?.unwrap();
        assert!(matches!(again, Outcome::Conflict(0)), "{again:?}");
        Ok(())
    });
    plugin.relay(session(), |store, relay| {
        let (by_key, atomic) = (relay.larder_storage_shared(), relay.larder_storage_atomic());
        assert_eq!(by_key.call_get(&mut *store, "k")?.unwrap().unwrap(), b"for all");
        assert_eq!(atomic.call_increment(&mut *store, &shared("count"), -1)?.unwrap(), 3);
        let entries = atomic.call_get_many(&mut *store, &[private("k"), shared("k"), private("none")])?.unwrap();
        let [Some(own), Some(all), None] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((&*own.value, own.expires_in_ms), (&b"own"[..], None));
        assert!(all.expires_in_ms.is_some_and(|left| (1..=600_000).contains(&left)) && all.version == own.version);
        let items = by_key.call_items(&mut *store, "", None, 10)?.unwrap().items;
        assert_eq!(items.iter().map(|item| &*item.key).collect::<Vec<_>>(), ["count", "k"]);
        assert_eq!(by_key.call_delete_prefix(&mut *store, "c")?.unwrap(), 1);
        Ok(())
    });
}

#[test]
fn streams() {
    let (plugin, pantry) = (Plugin::new("relay"), Pantry::new());
    let value: Vec<u8> = (0..3_000_000_u32).map(|place| (place % 251) as u8).collect();
    plugin.relay(pantry.session("w", "p"), |store, relay| {
        let streams = relay.larder_storage_streams();
        let writer = streams.call_create(&mut *store, &private("k"), Some(Expectation::Absent), None)?.unwrap();
        for chunk in value.chunks(1 << 20) {
            streams.writer().call_write(&mut *store, writer, chunk)?.unwrap();
        }
        let version = streams.writer().call_finish(&mut *store, writer)?.unwrap().expect("there was no value");
        let reader = streams.call_open(&mut *store, &private("k"))?.unwrap().unwrap();
        assert_eq!(streams.reader().call_size(&mut *store, reader)?, 3_000_000);
        assert_eq!(streams.reader().call_version(&mut *store, reader)?, version);
        assert!(streams.reader().call_read(&mut *store, reader, 2_999_000, 5_000)?.unwrap() == value[2_999_000..]);
        reader.resource_drop(store)
    });
    assert!(block_on(pantry.session("w", "p").get("k")).unwrap().unwrap() == value);
}

#[test]
fn a_whole_call_is_committed_by_the_host() {
    let (plugin, pantry) = (Plugin::new("relay"), Pantry::new());
    let session = || pantry.session("w", "p").with_commit(Commit::WholeCall);
    let seen = || block_on(pantry.session("w", "p").get("k")).unwrap();
    let set = |store: &mut Store<Host>, relay: &relay::Plugin| {
        relay.larder_storage_storage().call_set(store, "k", b"v")?.unwrap();
        Ok(())
    };
    drop(plugin.relay(session(), set));
    assert_eq!(seen(), None);
    let session = plugin.relay(session(), set);
    assert_eq!(seen(), None);
    block_on(session.commit()).unwrap();
    assert_eq!(seen().unwrap(), b"v");
}

#[test]
fn several_threads_call_at_once() {
    let (plugin, pantry) = (Plugin::new("probe"), Pantry::new());
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
