use std::sync::OnceLock;

use larder_host::{Call, CallError, Plugin, Runtime, RuntimeOptions, State};
use larder_store::Session;
use wasmtime::Store;
use wasmtime::component::Instance;

use crate::plugin_bytes;
use crate::types::{Error, KeyPage, StoreLimits, StoreUsage};

/// What `bindgen!` makes of the probe's own world, which includes Larder's.
pub mod bindings {
    #![allow(missing_docs, reason = "generated")]

    wasmtime::component::bindgen!({
        path: ["../wit", "plugins/probe/wit"],
        world: "tests:probe/plugin",
        imports: { default: async },
        exports: { default: async },
        with: { "larder:storage": larder_host::bindings },
    });
}

/// The plugin that does what a test asks of it, in a runtime.
///
/// Each call runs in a new instance. Those of the interface under test panic where the call itself fails, so that a test
/// reads what the plugin was answered.
#[derive(Clone)]
pub struct Probe {
    runtime: Runtime,
    plugin: Plugin,
}

impl Probe {
    /// The one that most tests share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Probe> = OnceLock::new();
        SHARED.get_or_init(|| Self::new(RuntimeOptions::default()))
    }

    /// One in a runtime of its own.
    pub fn new(options: RuntimeOptions) -> Self {
        let runtime = Runtime::new(options).expect("the runtime starts");
        let plugin = runtime.load(&plugin_bytes("probe")).expect("the probe is a plugin");
        Self { runtime, plugin }
    }

    /// Calls any of its exports, and keeps what was stored.
    ///
    /// # Errors
    ///
    /// As [`Runtime::call`] has them.
    pub async fn call<T>(
        &self,
        session: Session,
        f: impl AsyncFnOnce(&mut Store<State>, &bindings::Plugin) -> wasmtime::Result<T> + Clone,
    ) -> Result<T, CallError> {
        self.call_and_keep(Call::new(session), f, |_| true).await
    }

    /// Calls any of its exports, and keeps what was stored if `keep` says so of the answer.
    ///
    /// # Errors
    ///
    /// As [`Runtime::call`] has them.
    pub async fn call_and_keep<T>(
        &self,
        call: Call,
        f: impl AsyncFnOnce(&mut Store<State>, &bindings::Plugin) -> wasmtime::Result<T> + Clone,
        keep: impl Fn(&T) -> bool,
    ) -> Result<T, CallError> {
        let run = async |store: &mut Store<State>, instance: &Instance| {
            let plugin = bindings::Plugin::new(&mut *store, instance)?;
            f(store, &plugin).await
        };
        self.runtime.call(&self.plugin, call, run, keep).await
    }

    /// `storage.set` in the plugin.
    pub async fn set(&self, session: Session, key: &str, value: &[u8]) -> Result<(), Error> {
        self.answer(session, async |store, calls| calls.call_set(store, key, value).await).await
    }

    /// `storage.get` in the plugin.
    pub async fn get(&self, session: Session, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.answer(session, async |store, calls| calls.call_get(store, key).await).await
    }

    /// `storage.delete` in the plugin.
    pub async fn delete(&self, session: Session, key: &str) -> Result<(), Error> {
        self.answer(session, async |store, calls| calls.call_delete(store, key).await).await
    }

    /// `storage.exists` in the plugin.
    pub async fn exists(&self, session: Session, key: &str) -> Result<bool, Error> {
        self.answer(session, async |store, calls| calls.call_exists(store, key).await).await
    }

    /// `storage.keys` in the plugin.
    pub async fn keys(&self, session: Session, prefix: &str, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
        self.answer(session, async |store, calls| calls.call_keys(store, prefix, after, most).await).await
    }

    /// `storage.usage` in the plugin.
    pub async fn usage(&self, session: Session) -> Result<StoreUsage, Error> {
        self.answer(session, async |store, calls| calls.call_usage(store).await).await
    }

    /// `storage.limits` in the plugin.
    pub async fn limits(&self, session: Session) -> StoreLimits {
        self.answer(session, async |store, calls| calls.call_limits(store).await).await
    }

    /// `storage.set` in the plugin, of a value of so many equal bytes, which is made there.
    pub async fn set_repeated(&self, session: Session, key: &str, byte: u8, value_bytes: u64) -> Result<(), Error> {
        self.answer(session, async |store, calls| calls.call_set_repeated(store, key, byte, value_bytes).await).await
    }

    /// Sets `count` keys, the prefix and a number of eight digits each, until the quota refuses one; how many were stored.
    pub async fn fill(&self, session: Session, prefix: &str, count: u32, value_bytes: u32) -> Result<u32, Error> {
        self.answer(session, async |store, calls| calls.call_fill(store, prefix, count, value_bytes).await).await
    }

    async fn answer<T>(
        &self,
        session: Session,
        f: impl AsyncFnOnce(&mut Store<State>, &bindings::exports::tests::probe::calls::Guest) -> wasmtime::Result<T>
        + Clone,
    ) -> T {
        let ended = self.call(session, async |store, plugin| f(store, plugin.tests_probe_calls()).await).await;
        ended.expect("the plugin runs to its end")
    }
}
