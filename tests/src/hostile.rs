use larder_host::{Call, CallError, Plugin, Runtime, RuntimeOptions, State};
use larder_store::Session;
use wasmtime::Store;
use wasmtime::component::Instance;

pub use self::bindings::exports::tests::hostile::attacks::{Deed, End, Ended as Flooded, Guest as Attacks};
use crate::plugin_bytes;

/// What `bindgen!` makes of the exports of the plugin.
pub mod bindings {
    #![allow(missing_docs, reason = "generated")]

    wasmtime::component::bindgen!({
        inline: "
            package tests:of-hostile;
            world plugin {
                export tests:hostile/attacks;
            }
        ",
        path: ["../wit", "../wit/wasi-keyvalue/0.2.0-draft2", "plugins/hostile/wit"],
        world: "tests:of-hostile/plugin",
        exports: { default: async },
        with: { "larder:storage": larder_host::bindings },
    });
}

/// The plugin that means ill, in a runtime.
#[derive(Clone)]
pub struct Hostile {
    runtime: Runtime,
    plugin: Plugin,
}

impl Hostile {
    /// One in a runtime of its own.
    pub fn new(options: RuntimeOptions) -> Self {
        Self::in_runtime(Runtime::new(options).expect("the runtime starts"))
    }

    /// One beside others.
    pub fn in_runtime(runtime: Runtime) -> Self {
        let plugin = runtime.load(&plugin_bytes("hostile")).expect("it is a plugin");
        Self { runtime, plugin }
    }

    /// Does the deed so often, with values of so many bytes, or until it is refused.
    ///
    /// # Errors
    ///
    /// As [`Runtime::call`] has them.
    pub async fn flood(
        &self,
        session: Session,
        deed: Deed,
        times: u32,
        value_bytes: u32,
        end: End,
    ) -> Result<Flooded, CallError> {
        self.attack(session, async |store, attacks| attacks.call_flood(store, deed, times, value_bytes, end).await)
            .await
    }

    /// Calls any of its exports.
    ///
    /// # Errors
    ///
    /// As [`Runtime::call`] has them.
    pub async fn attack<T>(
        &self,
        session: Session,
        f: impl AsyncFnOnce(&mut Store<State>, &Attacks) -> wasmtime::Result<T> + Clone,
    ) -> Result<T, CallError> {
        let run = async |store: &mut Store<State>, instance: &Instance| {
            let plugin = bindings::Plugin::new(&mut *store, instance)?;
            f(store, plugin.tests_hostile_attacks()).await
        };
        self.runtime.call(&self.plugin, Call::new(session), run, |_| true).await
    }
}
