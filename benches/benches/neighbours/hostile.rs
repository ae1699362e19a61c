use larder_host::{Call, Plugin, Runtime, State};
use larder_store::{Larder, Limits, Session};
use wasmtime::component::Instance;
use wasmtime::error::Context;
use wasmtime::{Result, Store};

use self::bindings::exports::tests::hostile::attacks::Guest;
pub use self::bindings::exports::tests::hostile::attacks::{Deed, End};

mod bindings {
    wasmtime::component::bindgen!({
        inline: "
            package bench:neighbours;
            world plugin {
                export tests:hostile/attacks;
            }
        ",
        path: ["../wit", "../wit/wasi-keyvalue/0.2.0-draft2", "../tests/plugins/hostile/wit"],
        world: "bench:neighbours/plugin",
        exports: { default: async },
        with: { "larder:storage": larder_host::bindings },
    });
}

/// The plugin of `tests/plugins/hostile`, in a runtime and on a larder.
#[derive(Clone)]
pub struct Hostile {
    runtime: Runtime,
    plugin: Plugin,
    larder: Larder,
}

impl Hostile {
    pub fn load(runtime: &Runtime, larder: &Larder) -> Result<Self> {
        let built = xtask::wasm::build("tests/plugins").context("cannot build the plugin")?;
        let plugin = runtime.load(&std::fs::read(built.join("hostile.wasm"))?)?;
        Ok(Self { runtime: runtime.clone(), plugin, larder: larder.clone() })
    }

    pub fn session(&self, workspace: &str, plugin: &str) -> Result<Session> {
        self.limited(workspace, plugin, Limits::default())
    }

    pub fn limited(&self, workspace: &str, plugin: &str, limits: Limits) -> Result<Session> {
        Ok(self.larder.session(&workspace.parse()?, &plugin.parse()?, limits))
    }

    /// Makes a call that does something once.
    pub async fn once(&self, session: Session, deed: Deed, value_bytes: u32) -> Result<()> {
        let once = async |store: &mut Store<State>, attacks: &Guest| {
            attacks.call_flood(store, deed, 1, value_bytes, End::Return).await
        };
        let ended = self.call(session, once).await?;
        wasmtime::error::ensure!(ended.served == 1, "it was refused: {:?}", ended.refused);
        Ok(())
    }

    /// Makes a call that does something for ever.
    pub async fn for_ever(&self, session: Session, deed: Deed, value_bytes: u32) -> Result<()> {
        let for_ever = async |store: &mut Store<State>, attacks: &Guest| {
            attacks.call_flood_for_ever(store, deed, value_bytes).await
        };
        self.call(session, for_ever).await
    }

    async fn call<T>(
        &self,
        session: Session,
        f: impl AsyncFnOnce(&mut Store<State>, &Guest) -> Result<T> + Clone,
    ) -> Result<T> {
        let run = async |store: &mut Store<State>, instance: &Instance| {
            let plugin = bindings::Plugin::new(&mut *store, instance)?;
            f(store, plugin.tests_hostile_attacks()).await
        };
        Ok(self.runtime.call(&self.plugin, Call::new(session), run, |_| true).await?)
    }
}
