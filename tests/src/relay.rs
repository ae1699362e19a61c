use std::sync::OnceLock;

use larder_host::{Call, CallError, Plugin, Runtime, RuntimeOptions, State};
use wasmtime::Store;
use wasmtime::component::Instance;

use crate::plugin_bytes;

/// What `bindgen!` makes of the relay's world, which exports Larder's own interfaces.
pub mod bindings {
    #![allow(missing_docs, reason = "generated")]

    wasmtime::component::bindgen!({
        path: ["../wit", "plugins/relay/wit"],
        world: "tests:relay/plugin",
        imports: { default: async },
        exports: { default: async },
        with: { "larder:storage": larder_host::bindings },
    });
}

/// The plugin that passes each call of Larder's interfaces on, in a runtime.
///
/// All that a test calls in one closure is one call of the plugin, to Larder.
#[derive(Clone)]
pub struct Relay {
    runtime: Runtime,
    plugin: Plugin,
}

impl Relay {
    /// The one that most tests share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Relay> = OnceLock::new();
        SHARED.get_or_init(|| Self::new(RuntimeOptions::default()))
    }

    /// One in a runtime of its own.
    pub fn new(options: RuntimeOptions) -> Self {
        let runtime = Runtime::new(options).expect("the runtime starts");
        let plugin = runtime.load(&plugin_bytes("relay")).expect("the relay is a plugin");
        Self { runtime, plugin }
    }

    /// Calls any of its exports, and keeps what was stored.
    ///
    /// # Errors
    ///
    /// As [`Runtime::call`] has them.
    pub async fn call<T>(
        &self,
        call: Call,
        f: impl AsyncFnOnce(&mut Store<State>, &bindings::Plugin) -> wasmtime::Result<T> + Clone,
    ) -> Result<T, CallError> {
        self.call_and_keep(call, f, |_| true).await
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
}
